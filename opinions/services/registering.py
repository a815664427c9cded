"""Where tickets begin: a matter in a duty log, an entry at the station."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.crypto import salted_hmac

from activities.models import Visit
from activities.services import Matter
from deputies.models import Deputy, Membership
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.numbering import next_number, printed_number
from julu_liaison.common.texts import clean_lines
from julu_liaison.common.working_days import today_here
from opinions.models import Hop, Opinion
from opinions.permissions import can_register_opinion
from opinions.rules import search_words
from opinions.services.clocks import ready_clock
from opinions.signals import opinion_moved
from opinions.states import Kind, State
from stations.models import Station
from stations.services import hold_place

LONGEST_TEXT = 2000
SHARED_WITH_VISIT = ("villager_name", "villager_phone", "villager_village", "confidential")


@transaction.atomic
def register_opinion(
    *, branch: Station, matter: Matter, actor, at: datetime, log=None, uid: UUID | None = None
) -> Opinion:
    """Register one villager's matter at its branch with the station's next number (社情民意).

    `uid`: the ticket's address where its form has one already; else it gets a new one.

    What a log of a branch merged since brings is the successor's to handle, that of a closed one the station's.
    From a back-filled log or visit it counts as received on that day, in that day's year; its terms run from now.
    """
    branch = hold_place(branch)
    if not can_register_opinion(actor, branch, matter.deputy):
        raise NotAllowed(f"{branch.full_name}的意见由本站代表或所在联络站登记。")
    text = checked_text(matter.text)
    if log is None and matter.visit is None:
        _demand_open(branch)
        _demand_member(matter.deputy, branch, today_here(at))
    opinion = Opinion(
        uid=uid or uuid4(), kind=Kind.OPINION, text=text, category=matter.category, deputy=matter.deputy, log=log,
        visit=matter.visit,
        villager_name=matter.villager_name, villager_phone=matter.villager_phone,
        villager_village=matter.villager_village, confidential=matter.confidential,
    )  # fmt: skip
    branch = branch.successor
    if branch.closed_on:
        return enter_register(opinion, branch, State.AT_STATION, branch.parent, actor, at)
    return enter_register(opinion, branch, State.AT_BRANCH, branch, actor, at)


def register_opinions(*, branch: Station, log, matters: list[Matter], actor, at: datetime) -> list[Opinion]:
    """Register every matter of a duty log, or of a visit without one, in the transaction of that."""
    return [register_opinion(branch=branch, matter=matter, actor=actor, at=at, log=log) for matter in matters]


def follow_visit(*, visit: Visit) -> None:
    """The visit was corrected: its ticket has the same villager, as confidential as the visit says."""
    ticket = Opinion.objects.select_for_update(of=("self",)).filter(visit=visit).first()
    if ticket is None:
        return
    for name in SHARED_WITH_VISIT:
        setattr(ticket, name, getattr(visit, name))
    ticket.save(update_fields=SHARED_WITH_VISIT)


def _demand_open(branch: Station) -> None:
    if branch.closed_on is None:
        return
    where = f",请登记到{branch.successor.full_name}" if branch.merged_into else ""
    raise DomainError(f"{branch.full_name}已经撤销{where}。", fields={"branch": "已经撤销"})


def _demand_member(deputy: Deputy | None, branch: Station, on: date) -> None:
    """Outside a duty log a ticket belongs to a deputy of its own branch, or to nobody yet."""
    if deputy and not Membership.objects.in_force(on).filter(deputy=deputy, branch=branch).exists():
        raise DomainError(f"{deputy.name}不是{branch.full_name}的代表,请核对。", fields={"deputy": "不是本分站的代表"})


def address_of_form(key: UUID, actor, *said) -> UUID:
    """The uid of what the form `key` makes when `actor` sends it saying `said`: the same again, and not to be guessed or
    chosen, since it takes the server's own secret."""
    words = repr((key, actor.pk, *said))
    return UUID(bytes=salted_hmac("opinions.address_of_form", words, algorithm="sha256").digest()[:16])


def checked_text(text: str) -> str:
    """Return the words of a ticket. Raises DomainError where there are none, or too many."""
    text = clean_lines(text)
    if not text:
        raise DomainError("请写清反映的是什么事。", fields={"text": "请写清反映的是什么事"})
    if len(text) > LONGEST_TEXT:
        raise DomainError(f"内容请控制在{LONGEST_TEXT}字以内。", fields={"text": f"请控制在{LONGEST_TEXT}字以内"})
    return text


def enter_register(
    opinion: Opinion, branch: Station, state: str, holder: Station, actor, at: datetime, *, on: date | None = None,
    note: str = "", by_villager: bool = False,
) -> Opinion:  # fmt: skip
    """Give a new ticket its number and place, let its time run and write its first hop, with `note`.

    `by_villager`: the villager has sent it in; `actor` is None then.
    `on`: the day it was handed in where that is earlier and no log or visit tells; its terms run from `at` all the same.
    """
    source = opinion.log or opinion.visit
    day = source.date if source else on or today_here(at)
    opinion.enter_at(branch)
    serial = next_number(f"{opinion.kind}:{branch.parent_id}:{day.year}")
    opinion.number = printed_number(day.year, serial)
    opinion.state, opinion.holder_station = state, holder
    opinion.registered_on, opinion.registered_at = day, at
    opinion.search_words = search_words([opinion.number, opinion.title, opinion.text])
    clock = ready_clock(ticket=opinion, stage=state, on=today_here(at))
    opinion.save(force_insert=True)
    if clock is not None:
        clock.save(force_insert=True)
    Hop.objects.create(
        opinion=opinion, move="register", to_state=state, actor=actor, at=at, place=holder, due_on=opinion.due_on,
        public_line="已登记", standing_in_for_id=audit.stood_in_for(actor), version=opinion.version, note=note,
        by_villager=by_villager,
    )  # fmt: skip
    audit.record(
        "register", actor=actor, target=opinion, at=at, county_code=branch.county.code if branch.county else "", kind=opinion.kind,
        number=opinion.number,
    )  # fmt: skip
    deputies = [opinion.deputy_id] if opinion.deputy_id else []
    announce(opinion_moved, sender=Opinion, opinion=opinion, move="register", deputy_ids=deputies, year=day.year)
    return opinion
