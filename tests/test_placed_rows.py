"""Everything that carries its branch follows it to another station, and `check_data` sees what did not."""

from datetime import date

import pytest
from django.apps import apps

from activities.models import (
    DutyLog,
    Leave,
    OtherService,
    Placed,
    ServiceRecord,
    Shift,
    Swap,
    Visit,
    placed_models,
)
from activities.services import (
    Matter,
    SundayRow,
    ask_leave,
    file_log,
    offer_swap,
    plan_other_service,
    record_problems,
    record_service,
    register_visit,
)
from activities.services.relocating import FOLLOWING
from activities.states import Form, Presence, RosterState, ServiceKind
from julu_liaison.common.models import AuditLog
from opinions.models import Opinion
from opinions.services import register_opinion, ticket_problems
from scoring.models import Appeal, BonusClaim
from scoring.services.checking import question_problems
from scoring.services.claims import claim_bonus
from scoring.services.relocating import TOGETHER
from stations.services import move_branch
from tests.cast import SUNDAY, moment
from tests.duties import duty

AT, LAST = moment(SUNDAY), date(2026, 3, 31)
SAID_ELSEWHERE = {Shift: "已公布的接待日", Opinion: "意见建议", BonusClaim: TOGETHER, Appeal: TOGETHER}
EVERYTHING = [model for model in apps.get_models() if issubclass(model, Placed)]


@pytest.fixture
def rows(cast) -> dict:
    """One row of every model that is placed."""
    person = cast.deputy_person
    shift = duty(cast.gt01, date(2026, 3, 8), person)
    row = SundayRow(branch=cast.gt01, attendance={person: Presence.PRESENT})
    return {
        Shift: shift,
        DutyLog: file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log,
        Visit: register_visit(branch=cast.gt01, entry=Matter("问医保怎么交", handling="answered"), on=SUNDAY, actor=cast.clerk,
                              at=AT),
        Opinion: register_opinion(branch=cast.gt01, matter=Matter("路灯不亮"), actor=cast.clerk, at=AT),
        Leave: ask_leave(deputy=person, started_on=LAST, ended_on=LAST, kind="sick_leave", reason="病", actor=cast.deputy,
                         at=AT),
        Swap: offer_swap(shift=shift, giver=person, actor=cast.deputy, at=AT),
        OtherService: plan_other_service(
            roster=shift.roster, deputy=person, form=Form.VISIT, by=LAST, note="", actor=cast.clerk, at=AT
        ),
        ServiceRecord: record_service(
            deputies=[person], kind=ServiceKind.MEDIATION, date=SUNDAY, text="调解地界纠纷", actor=cast.clerk, at=AT
        ),
        BonusClaim: claim_bonus(
            deputy=person, item="course", occurred_on=SUNDAY, text="网课", evidence="证书1号", actor=cast.deputy, at=AT
        ),
        Appeal: Appeal.objects.create(
            deputy=person, year=2026, kind="missing", text="漏了", due_on=LAST, raised_by=cast.deputy, raised_at=AT,
            branch=cast.gt01, station=cast.gt, county=cast.county,
        ),
    }  # fmt: skip


def test_no_model_is_forgotten_here_or_in_the_words_of_a_move(rows):
    assert set(rows) == set(EVERYTHING)
    assert {*FOLLOWING, Shift} == set(placed_models())


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.__name__)
def test_each_follows_the_branch(cast, rows, model):
    move_branch(branch=cast.gt01, to=cast.yt, on=SUNDAY, name="第二分站", actor=cast.admin, at=AT)
    row = rows[model]
    row.refresh_from_db()
    assert (row.branch, row.station, row.county) == (cast.gt01, cast.yt, cast.county)
    told = str(AuditLog.objects.get(action="move_branch").detail)
    words = FOLLOWING[model][0] if model in FOLLOWING else SAID_ELSEWHERE[model]
    assert words in told
    assert not [*record_problems(), *ticket_problems(), *question_problems()]


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.__name__)
def test_each_that_stayed_behind_is_reported(cast, rows, model):
    assert not [*record_problems(), *ticket_problems(), *question_problems()]
    model.objects.filter(pk=rows[model].pk).update(station=cast.yt)
    (problem,) = [*record_problems(), *ticket_problems(), *question_problems()]
    assert "GT01" in problem


def test_another_service_that_was_only_drafted_is_for_the_new_station_to_plan(cast, rows):
    service = rows[OtherService]
    type(service.roster).objects.filter(pk=service.roster_id).update(state=RosterState.DRAFT, published_at=None)
    move_branch(branch=cast.gt01, to=cast.yt, on=SUNDAY, name="第二分站", actor=cast.admin, at=AT)
    assert not OtherService.objects.exists()
