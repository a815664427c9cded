"""Pages of activities: who opens them, announcing in two steps, the attendance sheet, files, the deputy's own."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.models import Activity, ActivityFile, Leave
from activities.services import Audience, announce_activity, cancel_activity, finish_activity, record_attendance
from activities.services.events import tallies_of
from activities.states import ActivityKind, ActivityState, LeaveState, Presence, SignUp
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Notice
from tests.office_files import PDF as PDF_FILE

PDF = SimpleUploadedFile("学习安排.pdf", PDF_FILE, content_type="application/pdf")


def ahead(days=10):
    return today_here() + timedelta(days=days)


def announce(cast, **facts):
    given = {
        "station": cast.gt, "kind": ActivityKind.STUDY, "title": "学习代表法", "held_on": today_here(), "actor": cast.clerk,
        "at": timezone.now(), "audience": Audience(places=(cast.gt,)),
    }  # fmt: skip
    return announce_activity(**(given | facts))


def url(name, activity, *more):
    return reverse(name, args=[activity.uid, *more])


def seen_by(signed_in, cast, address, roles, method="get"):
    return {role: getattr(signed_in(getattr(cast, role)), method)(address).status_code for role in roles}


ROLES = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer")


# ---- Who opens what --------------------------------------------------------------------------------------------------


def test_who_opens_what(cast, signed_in):
    made = announce(cast)
    ok, gone, no, on = 200, 404, 403, 302
    rows = {
        reverse("activities"): [ok, ok, ok, ok, ok, ok, no, no],
        reverse("activity-new"): [ok, ok, no, ok, ok, ok, no, no],
        url("activity", made): [ok, ok, ok, ok, gone, on, on, gone],
        url("activity-edit", made): [ok, ok, no, ok, gone, no, no, gone],
        url("activity-attendance", made): [ok, ok, no, ok, gone, no, no, gone],
        url("activity-attendance-file", made): [ok, ok, ok, ok, gone, no, no, gone],
        reverse("my-activities"): [gone, gone, gone, gone, gone, ok, ok, gone],
        url("my-activity", made): [gone, gone, gone, gone, gone, ok, ok, gone],
    }
    for address, wanted in rows.items():
        assert seen_by(signed_in, cast, address, ROLES) == dict(zip(ROLES, wanted, strict=True)), address


def test_a_visitor_signs_in_first(cast, client):
    made = announce(cast)
    for name in ("activities", "activity-new", "my-activities"):
        assert client.get(reverse(name)).status_code == 302
    assert client.get(url("activity", made)).url.startswith("/login/")


@pytest.mark.parametrize("name", ["activity-cancel", "activity-files", "activity-own-people"])
def test_posts_by_the_wrong_people(cast, signed_in, name):
    made = announce(cast)
    wanted = {"auditor": 403, "stranger": 404, "head": 403, "deputy": 403, "officer": 404}
    for role, status in wanted.items():
        PDF.seek(0)
        for data in ({"reason": "改期", "kind": "material", "file": PDF}, {}):
            assert signed_in(getattr(cast, role)).post(url(name, made), data).status_code == status, role
    assert not ActivityFile.objects.exists() and Activity.objects.get().state == ActivityState.ANNOUNCED


# ---- The list --------------------------------------------------------------------------------------------------------


def test_the_list_costs_the_same_with_one_and_three(cast, signed_in, django_assert_max_num_queries):
    counts = []
    for _ in range(2):
        page = signed_in(cast.clerk)
        with django_assert_max_num_queries(30) as seen:
            assert page.get(reverse("activities")).status_code == 200
        counts.append(len(seen))
        announce(cast)
        announce(cast)
    announce(cast)
    page = signed_in(cast.clerk)
    with django_assert_max_num_queries(30) as seen:
        page.get(reverse("activities"))
    assert counts[1] == len(seen)


def test_the_list_is_scoped_and_narrowed_by_the_address(cast, signed_in):
    announce(cast)
    gt01 = {"station": cast.gt01, "audience": Audience(places=(cast.gt01,))}
    announce(cast, title="听取汇报", kind=ActivityKind.MEETING, held_on=ahead(), **gt01)
    yt = {"station": cast.yt, "actor": cast.stranger, "audience": Audience(places=(cast.yt,))}
    announce(cast, title="阎疃调研", kind=ActivityKind.RESEARCH, **yt)
    page = signed_in(cast.clerk)
    text = page.get(reverse("activities")).content.decode()
    assert "学习代表法" in text and "听取汇报" in text and "阎疃调研" not in text and "等登记出席" in text
    text = page.get(reverse("activities"), {"kind": "meeting"}).content.decode()
    assert "学习代表法" not in text and "听取汇报" in text
    text = page.get(reverse("activities"), {"station": "GT01", "state": "announced"}).content.decode()
    assert "学习代表法" not in text and "听取汇报" in text
    assert "筛选条件不对" in page.get(reverse("activities"), {"kind": "party"}).content.decode()
    assert "阎疃调研" in signed_in(cast.auditor).get(reverse("activities")).content.decode()


# ---- Announcing ------------------------------------------------------------------------------------------------------


def form_data(**facts):
    given = {
        "station": "GT", "kind": "study", "title": "学习代表法", "held_on": f"{ahead():%Y-%m-%d}", "hours": "上午9:00",
        "venue": "镇政府", "required": "1", "places": ["GT01"], "tell": "on", "uid": "6f4c3a52-2f0e-4b6a-9d5f-000000000001",
        "do": "check",
    }  # fmt: skip
    return given | facts


def test_first_whom_it_reaches_then_it_is_sent_once(cast, signed_in):
    page = signed_in(cast.clerk)
    shown = page.post(reverse("activity-new"), form_data())
    assert "请4位代表,会通知2位,2位没有账号,要打电话" in shown.content.decode() and not Activity.objects.exists()
    digest = shown.context["preview"]["digest"]
    sent = form_data(do="send", seen=digest)
    assert page.post(reverse("activity-new"), sent).status_code == 302
    assert page.post(reverse("activity-new"), sent).status_code == 302
    made = Activity.objects.get()
    assert made.attendance.count() == 4 and Notice.objects.filter(user=cast.deputy).count() == 1


def test_other_people_than_were_shown_are_shown_again(cast, signed_in):
    page = signed_in(cast.clerk)
    digest = page.post(reverse("activity-new"), form_data()).context["preview"]["digest"]
    again = page.post(reverse("activity-new"), form_data(do="send", seen=digest, places=["GT"]))
    assert "请6位代表,会通知2位,4位没有账号,要打电话" in again.content.decode() and not Activity.objects.exists()


def test_what_is_past_goes_on_to_the_attendance(cast, signed_in):
    page = signed_in(cast.clerk)
    data = form_data(held_on=f"{ahead(-3):%Y-%m-%d}")
    digest = page.post(reverse("activity-new"), data).context["preview"]["digest"]
    answer = page.post(reverse("activity-new"), data | {"do": "send", "seen": digest})
    assert answer.url == url("activity-attendance", Activity.objects.get())
    assert not Notice.objects.exists()


def test_names_and_codes_are_found_and_the_rest_is_said_line_by_line(cast, signed_in):
    page = signed_in(cast.clerk)
    names = f"王 芳\n{cast.head_person.code.lower()}、没有这人;孙站长"
    shown = page.post(reverse("activity-new"), form_data(places=[], names=names))
    text = shown.content.decode()
    assert shown.status_code == 400 and "没有找到“没有这人”" in text and "没有找到“孙站长”" in text
    assert "没有这人" in shown.context["form"]["names"].value()  # kept as typed
    shown = page.post(reverse("activity-new"), form_data(places=[], names="王 芳", without=""))
    assert [person.name for person in shown.context["preview"]["people"]] == ["王芳"]


@pytest.mark.parametrize(
    "facts", [{"title": ""}, {"held_on": "明天"}, {"places": []}, {"station": "YT"}, {"uid": "x"}, {"kind": "\0"}, {"places": ["YT01"]},
     {"held_on": "9999-12-31"}, {"held_on": "0001-01-01"}, {"kind": "congress"}, {"names": "孙站长"}]
)
def test_what_is_wrong_is_said_and_kept(cast, signed_in, facts):
    shown = signed_in(cast.clerk).post(reverse("activity-new"), form_data(**facts))
    assert shown.status_code == 400 and "errsum" in shown.content.decode()
    assert not Activity.objects.exists()


def test_changing_keeps_what_somebody_else_wrote(cast, signed_in):
    made = announce(cast, held_on=ahead())
    page = signed_in(cast.clerk)
    shown = page.get(url("activity-edit", made)).context["form"].initial
    data = form_data(title="学习监督法", version=shown["version"], names="孙站长")
    assert page.post(url("activity-edit", made), data).status_code == 400
    data["names"] = ""
    assert page.post(url("activity-edit", made), data).status_code == 302
    assert Activity.objects.get().title == "学习监督法"
    assert page.post(url("activity-edit", made), data).status_code == 412


# ---- One activity ----------------------------------------------------------------------------------------------------


def test_the_page_says_who_has_answered(cast, signed_in):
    made = announce(cast, held_on=ahead())
    signed_in(cast.deputy).post(url("my-activity", made), {"answer": "coming"})
    text = signed_in(cast.clerk).get(url("activity", made)).content.decode()
    assert "<b>1</b>报名参加" in text and "<b>5</b>还没回音" in text


def test_cancelling_needs_its_reason(cast, signed_in):
    made = announce(cast, held_on=ahead())
    page = signed_in(cast.clerk)
    refused = page.post(url("activity-cancel", made), {"reason": ""})
    assert refused.status_code == 400 and "请填取消的原因" in refused.content.decode()
    assert page.post(url("activity-cancel", made), {"reason": "大雪"}).status_code == 302
    assert page.get(url("activity-edit", made)).status_code == 409
    assert page.get(url("activity-attendance", made)).status_code == 409
    assert "大雪" in signed_in(cast.deputy).get(url("my-activity", made)).content.decode()


def test_files_go_up_and_down_for_those_who_are_asked(cast, signed_in, media):
    made = announce(cast)
    PDF.seek(0)
    page = signed_in(cast.clerk)
    assert page.post(url("activity-files", made), {"kind": "notice", "file": PDF}).status_code == 302
    bad = SimpleUploadedFile("x.exe", b"MZ")
    assert page.post(url("activity-files", made), {"kind": "notice", "file": bad}).status_code == 400
    address = url("activity-file", made, ActivityFile.objects.get().uid)
    answer = signed_in(cast.deputy).get(address)
    assert answer["Content-Disposition"].startswith("attachment") and "%E5%AD%A6" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Type"] == "application/octet-stream"
    assert b"".join(answer.streaming_content) == PDF_FILE
    assert signed_in(cast.stranger).get(address).status_code == 404
    remove = url("activity-file-remove", made, ActivityFile.objects.get().uid)
    assert signed_in(cast.deputy).post(remove).status_code == 403
    assert signed_in(cast.clerk).post(remove).status_code == 302
    other = announce(cast)
    assert signed_in(cast.clerk).get(url("activity-file", other, made.uid)).status_code == 404


# ---- The attendance sheet --------------------------------------------------------------------------------------------


def sheet_data(activity, statuses, **more):
    activity.refresh_from_db()
    chosen = {f"s-{person.pk}": status for person, status in statuses.items()}
    return {"version": activity.version, "do": "save"} | chosen | more


def everybody(cast, status="present"):
    return dict.fromkeys([*cast.deputies["GT01"], *cast.deputies["GT02"]], status)


def figures(activity):
    return tallies_of([activity])[activity.pk]


def test_saved_in_parts_and_finished_once_all_are_there(cast, signed_in):
    made = announce(cast)
    page, address = signed_in(cast.clerk), url("activity-attendance", made)
    head, deputy = cast.deputies["GT01"][:2]
    some = {head: "present", deputy: "leave"}
    data = sheet_data(made, some, **{f"l-{deputy.pk}": "official_leave"})
    assert page.post(address, data).url == address
    assert (figures(made).present, figures(made).leave_words, figures(made).unset) == (1, "公假1人", 4)
    refused = page.post(address, sheet_data(made, some, do="finish", minutes="学了三章", **{f"l-{deputy.pk}": "official_leave"}))
    text = refused.content.decode()
    assert refused.status_code == 400 and "还有4人没填" in text and "学了三章" in text
    data = sheet_data(made, everybody(cast), do="finish", leaflets="20", minutes="学了三章")
    assert page.post(address, data).url == url("activity", made)
    made.refresh_from_db()
    assert (made.state, made.leaflets, made.minutes) == (ActivityState.HELD, 20, "学了三章")


def test_without_script_the_server_fills_the_rest_and_saves_nothing(cast, signed_in):
    made = announce(cast)
    shown = signed_in(cast.clerk).post(
        url("activity-attendance", made), sheet_data(made, {cast.deputy_person: "absent"}, do="fill")
    )
    assert (shown.context["tally"].present, shown.context["tally"].absent) == (5, 1)
    assert figures(made).unset == 6


def test_approved_leave_is_preset(cast, signed_in):
    made = announce(cast)
    leave = Leave(
        deputy=cast.deputy_person, kind="sick_leave", reason="看病", state=LeaveState.APPROVED, started_on=today_here(),
        ended_on=today_here(), asked_by=cast.clerk, asked_at=timezone.now(),
    )  # fmt: skip
    leave.put_at(cast.gt01)
    leave.save()
    shown = signed_in(cast.clerk).get(url("activity-attendance", made))
    assert shown.context["tally"].leave == {Presence.SICK_LEAVE: 1} and "请假已批准" in shown.content.decode()


def test_somebody_came_for_somebody_and_somebody_of_themselves(cast, signed_in):
    made = announce(cast, audience=Audience(places=(cast.gt01,)))
    page, address = signed_in(cast.clerk), url("activity-attendance", made)
    one, two = cast.deputies["GT02"]
    extra = {"x-0-who": one.name, "x-0-for": str(cast.deputy_person.pk), "x-1-who": two.code}
    assert page.post(address, sheet_data(made, {}, **extra)).status_code == 302
    found = figures(made)
    assert (found.expected, found.substituted, found.unasked, found.unset) == (4, 1, 2, 3)
    assert made.attendance.get(deputy=one).stands_in_for == cast.deputy_person
    bad = {"x-0-who": "没有这人", "x-1-who": cast.head_person.name, "x-2-for": str(cast.head_person.pk)}
    refused = page.post(address, sheet_data(made, {}, **bad))
    text = refused.content.decode()
    assert refused.status_code == 400 and "没有找到“没有这人”" in text and "在上面的名单里" in text and "请写是谁来顶替的" in text
    assert page.post(address, sheet_data(made, {one: "none", two: "none"})).status_code == 302
    assert figures(made).unasked == 0 and made.attendance.count() == 4


def test_a_clash_with_somebody_else_keeps_what_was_typed_and_can_be_repeated(cast, signed_in):
    made = announce(cast)
    data = sheet_data(made, {cast.deputy_person: "absent"})
    record_attendance(activity=made, statuses={cast.deputy_person: "late"}, actor=cast.staff, at=timezone.now())
    page, address = signed_in(cast.clerk), url("activity-attendance", made)
    refused = page.post(address, data)
    assert refused.status_code == 412 and "李代表(迟到)" in refused.content.decode()
    data["version"] = refused.context["sheet"].values["version"]
    assert page.post(address, data).status_code == 302
    assert made.attendance.get(deputy=cast.deputy_person).status == "absent"


def test_a_correction_asks_why(cast, signed_in):
    made = announce(cast)
    record_attendance(activity=made, statuses=everybody(cast), actor=cast.clerk, at=timezone.now())
    finish_activity(activity=made, actor=cast.clerk, at=timezone.now())
    page, address = signed_in(cast.clerk), url("activity-attendance", made)
    data = sheet_data(made, {cast.deputy_person: "late"}, leaflets="7")
    assert page.post(address, data).status_code == 400
    assert page.post(address, data | {"reason": "看错行"}).url == url("activity", made)
    made.refresh_from_db()
    assert made.leaflets == 7 and figures(made).late == 1


@pytest.mark.parametrize("facts", [{"leaflets": "很多"}, {"version": "\0"}, {"version": "9" * 5000}, {"households": "９９９９９９９"}])
def test_nonsense_is_refused_not_stored(cast, signed_in, facts):
    made = announce(cast)
    answer = signed_in(cast.clerk).post(url("activity-attendance", made), sheet_data(made, everybody(cast)) | facts)
    assert answer.status_code in (302, 400)
    made.refresh_from_db()
    assert made.leaflets == made.households == 0


def test_the_sheet_costs_the_same_for_one_and_for_many(cast, signed_in, django_assert_max_num_queries):
    few = announce(cast, audience=Audience(deputies=(cast.deputy_person,)))
    many = announce(cast)
    counts = []
    for made in (few, many):
        page = signed_in(cast.clerk)
        with django_assert_max_num_queries(40) as seen:
            page.get(url("activity-attendance", made))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_nothing_is_recorded_before_the_day(cast, signed_in):
    made = announce(cast, held_on=ahead())
    assert signed_in(cast.clerk).get(url("activity-attendance", made)).status_code == 409


def test_the_list_as_a_workbook(cast, signed_in):
    made = announce(cast, title="学习/讨论")
    record_attendance(activity=made, statuses={cast.deputy_person: "late"}, actor=cast.clerk, at=timezone.now())
    answer = signed_in(cast.clerk).get(url("activity-attendance-file", made))
    page = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = {row[3]: row for row in page.iter_rows(min_row=3, values_only=True)}
    assert rows["李代表"][6] == "迟到" and rows["赵站长"][4] == "应到"
    assert "应到6人" in list(rows.values())[-1][7]


# ---- The deputy's own ------------------------------------------------------------------------------------------------


def test_a_deputy_signs_up_with_one_tap(cast, signed_in):
    made = announce(cast, held_on=ahead())
    page = signed_in(cast.deputy)
    assert "学习代表法" in page.get(reverse("my-activities")).content.decode()
    assert page.post(url("my-activity", made), {"answer": "coming"}).url == reverse("my-activities")
    assert made.attendance.get(deputy=cast.deputy_person).sign_up == SignUp.COMING
    assert page.post(url("my-activity", made), {"answer": "maybe"}).status_code == 400


def test_not_coming_leads_to_asking_for_leave(cast, signed_in):
    made = announce(cast, held_on=ahead())
    page, address = signed_in(cast.deputy), url("my-activity", made)
    assert page.post(address, {"answer": "not_coming"}).url == address
    assert "<details class=\"card more\" id=\"leave\" open>" in page.get(address).content.decode()
    refused = page.post(address, {"kind": "sick_leave", "reason": ""})
    assert refused.status_code == 400 and "请填事由" in refused.content.decode()
    assert page.post(address, {"kind": "sick_leave", "reason": "做手术"}).status_code == 302
    leave = Leave.objects.get()
    assert (leave.activity, leave.started_on, leave.state) == (made, made.held_on, LeaveState.ASKED)
    assert "等站长或联络站批" in page.get(address).content.decode()


def test_somebody_else_was_asked(cast, signed_in):
    made = announce(cast, audience=Audience(places=(cast.gt02,)))
    assert signed_in(cast.deputy).get(url("my-activity", made)).status_code == 404
    assert "学习代表法" not in signed_in(cast.deputy).get(reverse("my-activities")).content.decode()


def test_my_list_costs_the_same_with_one_and_three(cast, signed_in, django_assert_max_num_queries):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            announce(cast, held_on=ahead())
            cancel_activity(activity=announce(cast, held_on=ahead(-1)), reason="x", actor=cast.clerk, at=timezone.now())
        page = signed_in(cast.deputy)
        with django_assert_max_num_queries(30) as seen:
            page.get(reverse("my-activities"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
