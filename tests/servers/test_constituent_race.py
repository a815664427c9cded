"""Two people writing down a deputy's constituents at the same moment, on PostgreSQL with real threads."""

from datetime import date
from functools import partial

import pytest

from deputies.models import Constituent, Contact
from deputies.services import NewConstituent, add_constituent, load_constituents, record_contact
from deputies.states import ContactForm
from julu_liaison.common.errors import Conflict
from tests.cast import build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)

START = date(2026, 1, 5)


@pytest.fixture
def add():
    cast = build_cast()
    return partial(add_constituent, deputy=cast.deputy_person, started_on=START, actor=cast.clerk), cast


def test_two_sessions_never_make_six(race, add):
    add_one, _cast = add
    for name in "甲乙丙":
        add_one(name=f"选民{name}")
    outcomes = race(*(partial(add_one, name=f"选民{name}") for name in "丁戊己庚"))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2, outcomes
    assert Constituent.objects.count() == 5


def test_an_import_and_a_page_never_make_six(race, add):
    add_one, cast = add
    new = [NewConstituent(cast.deputy_person, f"村民{name}", START) for name in "甲乙丙丁戊"]
    outcomes = race(
        partial(load_constituents, county=cast.county, people=new, actor=cast.staff), partial(add_one, name="选民甲")
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes
    assert Constituent.objects.count() in (1, 5)


def test_a_double_tap_is_one_contact(race, add):
    add_one, cast = add
    row = add_one(name="选民甲")
    tap = partial(
        record_contact, constituent=row, date=START, form=ContactForm.PHONE, actor=cast.clerk, at=moment(START)
    )
    outcomes = race(tap, tap, tap)
    assert len({outcome.pk for outcome in outcomes}) == 1, outcomes
    assert Contact.objects.count() == 1
