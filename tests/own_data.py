"""A county with villagers in every place where one may be held, as the tests of personal data need it."""

from activities.services import Matter
from activities.services.visits.adding import register_visit
from deputies.services import add_constituent, record_contact
from opinions.models import Opinion
from opinions.services import move_opinion
from tests.cast import OPENED, SUNDAY, Cast, moment

AT = moment(SUNDAY, 18)
NAME, PHONE, VILLAGE, WORDS = "赵大娘", "19900001234", "安家庄三组", "西头路灯不亮"


def ticket_of(cast: Cast, *, branch=None, clerk=None, text: str = WORDS, **more) -> Opinion:
    """A ticket that came of a visit, still going on, given to the deputy of the cast."""
    matter = Matter(
        text, villager_name=NAME, villager_phone=PHONE, villager_village=VILLAGE, handling="opinion", **more
    )
    visit = register_visit(
        branch=branch or cast.gt01, entry=matter, on=SUNDAY, actor=clerk or cast.clerk, at=AT
    )
    return Opinion.objects.get(visit=visit)


def ended(cast: Cast, ticket: Opinion) -> Opinion:
    return move_opinion(opinion=ticket, move="void", actor=cast.clerk, at=AT, note="登记重了")


def visit_of(cast: Cast):
    entry = Matter("问低保", villager_name=NAME, villager_phone=PHONE, villager_village=VILLAGE, handling="answered")
    return register_visit(branch=cast.gt01, entry=entry, on=SUNDAY, actor=cast.clerk, at=AT)


def constituent_of(cast: Cast, deputy=None):
    row = add_constituent(
        deputy=deputy or cast.deputy_person, name=NAME, phone=PHONE, started_on=OPENED, actor=None, note="独居", at=AT
    )
    record_contact(constituent=row, date=SUNDAY, form="visit", note=f"看望{NAME}", actor=cast.deputy, at=AT)
    return row
