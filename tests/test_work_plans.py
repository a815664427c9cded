"""Yearly work plans: who writes them, versions, promised activities and how far they are, copying, files; the pages."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
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
from tests.office_files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

TODAY = date(2026, 5, 10)
AT = moment(TODAY)


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
        lambda: edit_promise(item=item, version=1, kind="study", title="y", due_on=TODAY, times=1, actor=actor, at=AT),
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
    ("title", {"title": " "}), ("kind", {"kind": "party"}), ("kind", {"kind": "congress"}),
    ("times", {"times": 0}), ("times", {"times": 100}),
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


@settings(deadline=None)
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


# ---- Pages -----------------------------------------------------------------------------------------------------------

YEAR = today_here().year


def plan_now(cast, station=None, **texts) -> WorkPlan:
    """A plan of this year, as the pages show by themselves."""
    station = station or cast.gt
    return write_plan(station=station, year=YEAR, actor=cast.admin, at=moment(today_here()), texts=texts)


@pytest.mark.parametrize(("who", "place", "status"), [
    ("clerk", "", 200), ("clerk", "GT01", 200), ("clerk", "JLX", 404), ("clerk", "YT", 404), ("head", "", 200),
    ("head", "GT", 200), ("head", "GT02", 404), ("deputy", "", 200), ("deputy", "GT", 200), ("staff", "", 200),
    ("auditor", "YT01", 200), ("officer", "", 404), ("system", "", 404), ("stranger", "GT", 404), (None, "", 302),
])  # fmt: skip
def test_who_reads_a_plan(cast, client, who, place, status):
    plan_now(cast)
    if who:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("work-plan"), {"place": place} if place else {}).status_code == status


def test_ones_own_place_comes_first(cast, signed_in):
    for who, place in (("clerk", cast.gt), ("head", cast.gt01), ("deputy", cast.gt01), ("staff", cast.county)):
        assert signed_in(getattr(cast, who)).get(reverse("work-plan")).context["place"] == place


def test_beginning_and_writing_a_plan(cast, signed_in):
    client = signed_in(cast.clerk)
    assert "还没有" in client.get(reverse("work-plan")).text
    answer = client.post(reverse("plan-begin"), {"place": "GT", "year": YEAR}, follow=True)
    assert answer.status_code == 200
    plan = WorkPlan.objects.get()
    answer = client.post(
        reverse("plan-edit", args=[plan.uid]), {"version": 1, "goals": "多走访", "plan": "", "scheme": ""}, follow=True
    )
    assert "多走访" in answer.text and answer.context["plan"].version == 2
    again = client.post(reverse("plan-begin"), {"place": "GT", "year": YEAR}, follow=True)
    assert "已经有人开始写了" in again.text and WorkPlan.objects.count() == 1
    assert client.post(reverse("plan-begin"), {"place": "YT", "year": YEAR}).status_code == 404
    for nonsense in ("x", "", "9" * 5000, "-2026", "0"):
        assert client.post(reverse("plan-begin"), {"place": "GT", "year": nonsense}).status_code == 400
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(YEAR))
    again = client.post(reverse("plan-begin"), {"place": "GT", "year": wide}, follow=True)
    assert again.status_code == 200 and "已经有人开始写了" in again.text
    assert signed_in(cast.auditor).post(reverse("plan-begin"), {"place": "GT"}).status_code == 403


def test_copying_on_the_page(cast, signed_in):
    last = write_plan(station=cast.gt, year=YEAR - 1, actor=cast.admin, at=AT, texts={"goals": "去年的目标"})
    promise(cast, last, "去年的培训")
    client = signed_in(cast.clerk)
    assert f"照{YEAR - 1}年的抄一份再改" in client.get(reverse("work-plan")).text
    answer = client.post(reverse("plan-begin"), {"place": "GT", "year": YEAR, "copy": "1"}, follow=True)
    assert "去年的目标" in answer.text and "去年的培训" in answer.text


def test_two_who_write_at_once_see_both_and_save_again(cast, signed_in):
    plan = plan_now(cast)
    edit_plan(plan=plan, version=1, texts={"goals": "县里改的"}, actor=cast.staff, at=AT)
    client, url = signed_in(cast.clerk), reverse("plan-edit", args=[plan.uid])
    answer = client.post(url, {"version": 1, "goals": "站里改的", "plan": "", "scheme": ""})
    assert answer.status_code == 412 and "县里改的" in answer.text and "站里改的" in answer.text
    assert 'name="version" value="2"' in answer.text
    client.post(url, {"version": 2, "goals": "县里改的,站里改的", "plan": "", "scheme": ""})
    plan.refresh_from_db()
    assert plan.goals == "县里改的,站里改的"


def test_promises_on_the_pages(cast, signed_in):
    plan, client = plan_now(cast), signed_in(cast.clerk)
    add = reverse("plan-item-add", args=[plan.uid])
    answer = client.post(add, {"title": "培训", "kind": "training", "month": "1", "times": "２", "more": "1"})
    assert answer.url == add
    item = PlanItem.objects.get()
    assert (item.times, item.due_on) == (2, date(YEAR, 1, 31))
    bad = client.post(add, {"title": "", "kind": "training", "month": "13", "times": "x"})
    assert bad.status_code == 400 and all(word in bad.text for word in ("请填活动", "请选月份", "请填数字"))
    page = client.get(reverse("plan-item", args=[item.uid]))
    assert reverse("activity-new") + f"?plan_item={item.uid}" in page.text
    client.post(reverse("plan-item", args=[item.uid]), {
        "title": "代表培训", "kind": "training", "month": "12", "times": "3", "version": plan.version,
    })  # fmt: skip
    item.refresh_from_db()
    assert (item.title, item.times) == ("代表培训", 3)
    stale = client.post(reverse("plan-item", args=[item.uid]), {
        "title": "旧的", "kind": "training", "month": "12", "times": "3", "version": plan.version,
    })  # fmt: skip
    assert stale.status_code == 412 and "旧的" in stale.text
    drop = reverse("plan-item-drop", args=[item.uid])
    assert client.post(drop, {"reason": ""}).status_code == 400
    assert "改到明年" in client.post(drop, {"reason": "改到明年"}, follow=True).text


@pytest.mark.parametrize(("who", "read", "write"), [
    ("clerk", 200, 200), ("staff", 200, 200), ("head", 200, 403), ("deputy", 200, 403), ("auditor", 200, 403),
    ("stranger", 404, 404), ("officer", 404, 404),
])  # fmt: skip
def test_who_changes_what_on_the_pages(cast, signed_in, who, read, write):
    plan = plan_now(cast)
    item = promise(cast, plan)
    client = signed_in(getattr(cast, who))
    assert client.get(reverse("plan-item", args=[item.uid])).status_code == read
    for name, key in (("plan-edit", plan.uid), ("plan-item-add", plan.uid)):
        assert client.get(reverse(name, args=[key])).status_code == write
    for name, key in (("plan-item-drop", item.uid), ("plan-adopt", plan.uid), ("plan-files", plan.uid)):
        answer = client.post(reverse(name, args=[key]))
        assert answer.status_code == (400 if write == 200 else write)


def test_files_on_the_page(cast, signed_in):
    plan, client = plan_now(cast), signed_in(cast.clerk)
    url = reverse("plan-files", args=[plan.uid])
    answer = client.post(url, {"file": SimpleUploadedFile("实施方案.pdf", PDF)}, follow=True)
    assert "实施方案.pdf" in answer.text
    file = PlanFile.objects.get()
    download = reverse("plan-file", args=[file.uid])
    got = signed_in(cast.deputy).get(download)
    assert b"".join(got.streaming_content) == PDF and got["Content-Disposition"].startswith("attachment")
    assert signed_in(cast.stranger).get(download).status_code == 404
    assert signed_in(cast.deputy).post(reverse("plan-file-remove", args=[file.uid])).status_code == 403
    bad = signed_in(cast.clerk).post(url, {"file": SimpleUploadedFile("程序.exe", b"MZ")})
    assert bad.status_code == 400 and "这种文件不收" in bad.text
    signed_in(cast.clerk).post(reverse("plan-file-remove", args=[file.uid]))
    assert not PlanFile.objects.exists()


def test_the_countys_list_says_how_far_each_is(cast, signed_in):
    plan = plan_now(cast, goals="目标")
    hold(cast, promise(cast, plan, times=2), today_here())
    plan_now(cast, cast.gt02)
    page = signed_in(cast.staff).get(reverse("console-plans"))
    assert [(row.place.code, row.plan is not None, row.far.held, row.far.times) for row in page.context["rows"]] == [
        ("JLX", False, 0, 0), ("GT", True, 1, 2), ("GT02", True, 0, 0), ("YT", False, 0, 0),
    ]  # fmt: skip
    assert "1/2次" in page.text
    own = signed_in(cast.clerk).get(reverse("console-plans"))
    assert [row.place.code for row in own.context["rows"]] == ["GT", "GT02"]
    assert signed_in(cast.staff).get(reverse("console-plans"), {"year": "1990"}).status_code == 404
    for who in (cast.head, cast.deputy, cast.officer):
        assert signed_in(who).get(reverse("console-plans")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_with_one_and_three(cast, signed_in, django_assert_num_queries, count):
    for place in (cast.gt, cast.gt01, cast.gt02)[:count]:
        plan = plan_now(cast, place)
        for number in range(count):
            item = promise(cast, plan, f"第{number}项")
            hold(cast, item, today_here())
            attach_to_plan(plan=plan, name=f"{number}.pdf", content=PDF, actor=cast.clerk, at=AT)
    client = signed_in(cast.clerk)
    for url, queries in (
        (reverse("console-plans"), 9), (reverse("work-plan"), 10),
        (reverse("plan-item", args=[PlanItem.objects.first().uid]), 7),
    ):  # fmt: skip
        client.get(url)
        with django_assert_num_queries(queries):
            assert client.get(url).status_code == 200
