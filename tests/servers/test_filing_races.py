"""Races of the Sunday sheet on PostgreSQL with real threads: drafts against each other, and against filing."""

from functools import partial

import pytest

from activities.models import DutyLog, SheetDraft
from activities.services import SundayRow, file_sunday, read_draft, save_draft
from activities.states import Presence
from julu_liaison.common.errors import Conflict
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county():
    return build_cast()


def save(county, number, version=0):
    return save_draft(
        branch=county.gt01, on=SUNDAY, version=version, typed={"GT01-n": [str(number)]}, actor=county.clerk,
        at=moment(SUNDAY),
    )  # fmt: skip


def test_of_eight_first_drafts_one_is_kept_and_the_others_are_told(county, race):
    outcomes = race(*(partial(save, county, number) for number in range(8)))
    kept = [outcome for outcome in outcomes if isinstance(outcome, SheetDraft)]
    assert len(kept) == 1 and sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    draft = SheetDraft.objects.get()
    assert draft.version == 1 and read_draft(draft) == read_draft(kept[0])
    assert all(outcome.details["typed"] == read_draft(draft) for outcome in outcomes if isinstance(outcome, Conflict))


def test_of_eight_changes_of_one_version_one_wins(county, race):
    save(county, 0)
    outcomes = race(*(partial(save, county, number, 1) for number in range(1, 9)))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7, outcomes
    assert SheetDraft.objects.get().version == 2


def test_no_draft_outlives_a_filing_that_runs_beside_it(county, race):
    row = SundayRow(branch=county.gt01, attendance={county.deputy_person: Presence.PRESENT}, received=1)
    send = partial(
        file_sunday, rows=[row], on=SUNDAY, actor=county.clerk, at=moment(SUNDAY, 12), filing_key="one-sheet"
    )
    outcomes = race(send, *(partial(save, county, number) for number in range(7)))
    assert isinstance(outcomes[0], list), outcomes
    assert all(isinstance(outcome, SheetDraft | Conflict) for outcome in outcomes[1:]), outcomes
    assert DutyLog.objects.count() == 1 and not SheetDraft.objects.exists()
