"""Yearly work plans: who writes them, versions, promised activities and how far they are, copying, files; the pages."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Activity, PlanFile, PlanItem, WorkPlan
from activities.rules.plans import Progress, how_far, month_end, progress_of
from activities.services import (
    add_promise,
    adopt_plan,
    attach_to_plan,
    copy_plan,
    drop_promise,
    edit_plan,
    edit_promise,
    record_activity,
    remove_from_plan,
    write_plan,
)
from activities.services.files import path_of
from activities.states import ActivityKind, ActivityState, Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from tests.cast import moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

TODAY = date(2026, 5, 10)
AT = moment(TODAY)
PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"


def written(cast, station=None, year=2026, actor=None, **texts) -> WorkPlan:
    return write_plan(station=station or cast.gt, year=year, actor=actor or cast.clerk, at=AT, texts=texts)


def promise(cast, plan, title="代表培训", month=4, times=1, kind=ActivityKind.TRAINING, **fields) -> PlanItem:
    return add_promise(
        plan=plan, kind=kind, title=title, due_on=date(plan.year, month, 1), times=times, actor=cast.clerk, at=AT, **fields
    )  # fmt: skip


def hold(cast, item, on: date, state=ActivityState.HELD) -> Activity:
    """An activity that fulfils a promise; linking is the events' business, so the rows are put as they are kept."""
    row = record_activity(
        station=cast.gt, kind=item.kind, title=item.title, held_on=on, attendance={cast.deputy_person: Presence.PRESENT},
        actor=cast.clerk, at=moment(max(on, TODAY)),
    )  # fmt: skip
    Activity.objects.filter(pk=row.pk).update(plan_item=item, state=state)
    return row


def refused(field: str, act) -> str:
    with pytest.raises(DomainError) as caught:
        act()
    assert field in caught.value.fields
    return caught.value.message


# ---- Texts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "place"), [
    ("clerk", "gt"), ("clerk", "gt01"), ("head", "gt01"), ("staff", "county"), ("admin", "yt"), ("staff", "gt01"),
])  # fmt: skip
def test_who_writes_a_plan(cast, who, place):
    plan = written(cast, getattr(cast, place), actor=getattr(cast, who), goals="多走访")
    assert (plan.goals, plan.version, plan.county) == ("多走访", 1, cast.county)
    edit_plan(plan=plan, version=1, texts={"plan": "每月一次"}, actor=getattr(cast, who), at=AT)
    assert AuditLog.objects.filter(action="edit_plan", target_key=str(plan.uid)).exists()


@pytest.mark.parametrize(("who", "place"), [
    ("clerk", "yt"), ("clerk", "county"), ("head", "gt"), ("head", "gt02"), ("deputy", "gt01"), ("auditor", "county"),
    ("stranger", "gt"), ("officer", "gt"),
])  # fmt: skip
def test_who_does_not(cast, who, place):
    with pytest.raises(NotAllowed):
        written(cast, getattr(cast, place), actor=getattr(cast, who))
    actor = getattr(cast, who)
    plan = write_plan(station=getattr(cast, place), year=2026, actor=cast.admin, at=AT)
    item = add_promise(plan=plan, kind="study", title="学习", due_on=TODAY, actor=cast.admin, at=AT)
    for act in (
        lambda: edit_plan(plan=plan, version=1, texts={"goals": "x"}, actor=actor, at=AT),
        lambda: adopt_plan(plan=plan, adopted_on=TODAY, actor=actor, at=AT),
        lambda: add_promise(plan=plan, kind="study", title="学习", due_on=TODAY, actor=actor, at=AT),
        lambda: drop_promise(item=item, reason="x", actor=actor, at=AT),
        lambda: edit_promise(
            item=item, version=1, kind="study", title="y", due_on=TODAY, times=1, actor=actor, at=AT
        ),
        lambda: attach_to_plan(plan=plan, name="计划.pdf", content=PDF, actor=actor, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_one_plan_a_year(cast):
    written(cast)
    with pytest.raises(Conflict, match="2026年"):
        written(cast)
    written(cast, year=2027)
    refused("year", lambda: written(cast, year=2028))
    refused("year", lambda: written(cast, year=2019))


def test_a_change_of_what_somebody_else_changed_is_refused_and_says_who(cast):
    plan = written(cast)
    edit_plan(plan=plan, version=1, texts={"goals": "先改的"}, actor=cast.staff, at=AT)
    with pytest.raises(StaleVersion, match="县工作人员"):
        edit_plan(plan=plan, version=1, texts={"goals": "后改的"}, actor=cast.clerk, at=AT)
    plan.refresh_from_db()
    assert (plan.goals, plan.version) == ("先改的", 2)


def test_saving_the_same_changes_nothing(cast):
    plan = written(cast, goals="一样")
    assert edit_plan(plan=plan, version=1, texts={"goals": "一样\r\n"}, actor=cast.clerk, at=AT).version == 1


def test_a_text_that_is_too_long_belongs_into_a_file(cast):
    assert "文件" in refused("scheme", lambda: written(cast, scheme="字" * 20_001))


def test_adopting(cast):
    plan = written(cast)
    refused("adopted_on", lambda: adopt_plan(plan=plan, adopted_on=TODAY, actor=cast.clerk, at=AT))  # still empty
    edit_plan(plan=plan, version=1, texts={"goals": "目标"}, actor=cast.clerk, at=AT)
    refused("adopted_on", lambda: adopt_plan(
        plan=plan, adopted_on=TODAY + timedelta(days=1), actor=cast.clerk, at=AT
    ))  # fmt: skip
    assert adopt_plan(plan=plan, adopted_on=TODAY, actor=cast.clerk, at=AT).adopted_on == TODAY


# ---- Promises ------------------------------------------------------------------------------------------------------


def test_a_promise_is_due_by_the_end_of_its_month(cast):
    assert promise(cast, written(cast), month=2).due_on == date(2026, 2, 28)


@pytest.mark.parametrize(("field", "wrong"), [
    ("title", {"title": " "}), ("kind", {"kind": "party"}), ("times", {"times": 0}), ("times", {"times": 100}),
])  # fmt: skip
def test_what_needs_another_look(cast, field, wrong):
    plan = written(cast)
    refused(field, lambda: promise(cast, plan, **wrong))


def test_a_promise_of_another_year(cast):
    plan = written(cast)
    refused("due_on", lambda: add_promise(
        plan=plan, kind="study", title="学习", due_on=date(2027, 1, 1), actor=cast.clerk, at=AT
    ))  # fmt: skip


def test_how_far_the_promises_are(cast):
    plan = written(cast)
    _late, half, done, coming, dropped = (
        promise(cast, plan, title, month, times)
        for title, month, times in (("培训", 4, 1), ("学习", 12, 4), ("视察", 3, 1), ("调研", 9, 1), ("联欢", 1, 2))
    )
    drop_promise(item=dropped, reason="经费没有落实", actor=cast.clerk, at=AT)
    hold(cast, half, date(2026, 3, 1))
    hold(cast, half, date(2026, 4, 1), ActivityState.CANCELLED)
    hold(cast, done, date(2026, 3, 2))
    hold(cast, done, date(2026, 3, 3))
    hold(cast, coming, date(2026, 6, 1), ActivityState.ANNOUNCED)
    hold(cast, coming, date(2026, 5, 1), ActivityState.ANNOUNCED)  # for a day gone by: not recorded yet
    items = list(plan.items.with_progress(TODAY))
    assert [(item.title, item.held, item.next_on, progress_of(item, TODAY)) for item in items] == [
        ("联欢", 0, None, Progress.DROPPED), ("视察", 2, None, Progress.DONE), ("培训", 0, None, Progress.OVERDUE),
        ("调研", 0, date(2026, 6, 1), Progress.ANNOUNCED), ("学习", 1, None, Progress.OPEN),
    ]  # fmt: skip
    far = how_far(items, TODAY)
    assert (far.held, far.times, far.overdue, far.is_complete) == (2, 7, 1, False)


@given(
    st.lists(
        st.builds(
            SimpleNamespace,
            held=st.integers(0, 9), times=st.integers(1, 5), next_on=st.none(), dropped_reason=st.sampled_from(["", "x"]),
            due_on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        )
    )
)  # fmt: skip
def test_how_far_never_exceeds_what_was_promised(items):
    far = how_far(items, TODAY)
    kept = [item for item in items if not item.dropped_reason]
    assert 0 <= far.held <= far.times == sum(item.times for item in kept)
    assert far.is_complete == all(progress_of(item, TODAY) == Progress.DONE for item in kept)
    assert far.overdue == sum(item.held < item.times and month_end(item.due_on) < TODAY for item in kept)


def test_changing_a_promise_counts_as_a_version(cast):
    plan = written(cast)
    item = promise(cast, plan)
    edit_promise(item=item, version=1, kind="study", title="学习", due_on=TODAY, times=2, actor=cast.clerk, at=AT)
    item.refresh_from_db()
    assert (item.kind, item.title, item.due_on, item.times) == ("study", "学习", date(2026, 5, 31), 2)
    with pytest.raises(StaleVersion):
        edit_promise(item=item, version=1, kind="study", title="旧", due_on=TODAY, times=2, actor=cast.clerk, at=AT)


def test_dropping_a_promise_needs_a_reason_and_is_for_good(cast):
    item = promise(cast, written(cast))
    refused("reason", lambda: drop_promise(item=item, reason=" ", actor=cast.clerk, at=AT))
    drop_promise(item=item, reason="改到明年", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict):
        drop_promise(item=item, reason="又一次", actor=cast.clerk, at=AT)


def test_copying_last_years_plan(cast):
    last = written(cast, year=2024, goals="目标", plan="计划", scheme="方案")
    promise(cast, last, "培训", 2, 3)
    drop_promise(item=promise(cast, last, "联欢", 6), reason="取消", actor=cast.clerk, at=AT)
    plan = copy_plan(station=cast.gt, year=2026, actor=cast.clerk, at=AT)
    assert (plan.goals, plan.plan, plan.scheme, plan.adopted_on) == ("目标", "计划", "方案", None)
    assert [(item.title, item.due_on, item.times) for item in plan.items.all()] == [("培训", date(2026, 2, 28), 3)]
    with pytest.raises(Conflict):
        copy_plan(station=cast.gt, year=2026, actor=cast.clerk, at=AT)
    with pytest.raises(DomainError, match="没有工作计划可以抄"):
        copy_plan(station=cast.gt01, year=2026, actor=cast.clerk, at=AT)


# ---- Files ---------------------------------------------------------------------------------------------------------


def test_files_of_a_plan(cast):
    plan = written(cast)
    file = attach_to_plan(plan=plan, name="实施方案.pdf", content=PDF, actor=cast.clerk, at=AT)
    assert (file.name, path_of(file).read_bytes()) == ("实施方案.pdf", PDF)
    with pytest.raises(NotAllowed):
        remove_from_plan(file=file, actor=cast.stranger, at=AT)
    remove_from_plan(file=file, actor=cast.clerk, at=AT)
    assert not PlanFile.objects.exists()
