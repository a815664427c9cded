"""Correcting a log: a new version with its reason, the old one readable, points reversed on their own day."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import Attendance, DutyLog, LogVersion
from activities.services import (
    Matter,
    SundayRow,
    confirm_logs,
    correct_log,
    corrections_of,
    draft_roster,
    file_log,
    void_log,
)
from activities.states import Form, Presence
from deputies.services import assign_to_branch
from deputies.states import MembershipRole, ServiceRole
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from scoring.models import PointEntry
from scoring.services import rescore, score_of
from tests.cast import SUNDAY, moment

AT, LATER = moment(SUNDAY), moment(date(2026, 6, 10))


@pytest.fixture
def log(cast):
    """李代表 came, 陈卫 did not; one opinion; confirmed by the head."""
    people = cast.deputies["GT01"]
    row = SundayRow(
        branch=cast.gt01, attendance={people[1]: Presence.PRESENT, people[2]: Presence.ABSENT}, received=3,
        matters=[Matter("路灯不亮", villager_name="张三", villager_phone="19900001111")],
    )  # fmt: skip
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log
    confirm_logs(logs=[log], actor=cast.head, at=AT)
    return log


def row_of(cast, statuses=(Presence.PRESENT, Presence.PRESENT), **changes) -> SundayRow:
    people = cast.deputies["GT01"][1 : 1 + len(statuses)]
    fields = {"branch": cast.gt01, "attendance": dict(zip(people, statuses, strict=True)), "received": 3}
    return SundayRow(**(fields | changes))


def correct(log, row, **changes) -> DutyLog:
    given = {"reason": "签到表看错了", "version": 1, "actor": log.recorder, "at": LATER}
    return correct_log(log=log, row=row, **(given | changes))


def test_the_old_version_stays_and_the_head_confirms_anew(cast, log):
    done = correct(log, row_of(cast, received=5, form=Form.VISIT, service_role=ServiceRole.MEDIATOR))
    assert (done.number, done.date, done.version, done.received, done.form) == (log.number, SUNDAY, 2, 5, Form.VISIT)
    assert done.confirmed_at is None and done.confirmed_by is None
    version = LogVersion.objects.get()
    assert (version.version, version.reason, version.actor, version.at) == (1, "签到表看错了", cast.clerk, LATER)
    assert version.content["received"] == 3
    assert version.content["attendance"][cast.deputies["GT01"][2].code]["status"] == Presence.ABSENT
    assert version.content["confirmed_by"] == cast.head.name
    assert done.opinions.count() == 1
    assert "再确认一次" in cast.head.notices.latest("pk").text


def test_no_villager_is_in_versions_or_audit(cast, log):
    correct(log, row_of(cast, received=5))
    texts = [str(LogVersion.objects.get().content), *(str(row.detail) for row in AuditLog.objects.all())]
    assert not any("张三" in text or "19900001111" in text for text in texts)
    assert AuditLog.objects.get(action="correct_log").detail["version"] == 2


def test_what_changed_is_told_in_words_latest_first(cast, log):
    correct(log, row_of(cast, received=5))
    third = (Presence.PRESENT, Presence.PRESENT, Presence.LATE)
    correct(log, row_of(cast, third, received=5, summary="讲了惠农政策"), version=2, reason="漏了一位")
    told = corrections_of(DutyLog.objects.get())
    words = [[(one.title, one.before, one.after) for one in entry.differences] for entry in told]
    assert words == [
        [("内容", "没有写", "讲了惠农政策"), ("周春生", "没有记", "迟到")],
        [("接待人数", "3人", "5人"), ("陈卫", "缺席", "到岗")],
    ]
    assert [entry.confirmed_by for entry in told] == ["", cast.head.name]


def test_unchanged_rows_keep_their_key_and_who_was_expected(cast):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    people = cast.deputies["GT01"]
    row = SundayRow(branch=cast.gt01, attendance=dict.fromkeys(people[:3], Presence.PRESENT))
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log
    before = {one.deputy_id: one for one in log.attendance.all()}
    statuses = {people[0]: Presence.PRESENT, people[1]: Presence.ABSENT, people[3]: Presence.PRESENT}
    correct(log, SundayRow(branch=cast.gt01, attendance=statuses))
    after = {one.deputy_id: one for one in log.attendance.all()}
    assert set(after) == {people[0].pk, people[1].pk, people[3].pk}
    for person in people[:2]:
        assert after[person.pk].pk == before[person.pk].pk
        assert after[person.pk].expected == before[person.pk].expected
    assert after[people[3].pk].expected is (people[3].pk in rostered(log))


def rostered(log) -> set[int]:
    from activities.models import ShiftPlace

    return set(
        ShiftPlace.objects.filter(shift__branch=log.branch, shift__date=log.date).values_list("deputy", flat=True)
    )


def test_a_stale_reader_is_told_who_and_when(cast, log):
    correct(log, row_of(cast, received=5))
    with pytest.raises(StaleVersion, match="官亭工作人员在06月10日 10:00更正过"):
        correct(log, row_of(cast, received=6), actor=cast.head)
    assert DutyLog.objects.get().received == 5


@pytest.mark.parametrize(
    ("changes", "given", "field"),
    [
        ({"received": 5}, {"reason": " "}, "reason"),
        ({"received": 5}, {"reason": "长" * 201}, "reason"),
        ({"received": 1000}, {}, "received"),
        ({"attendance": {}}, {}, "attendance"),
        ({"matters": [Matter(" ")]}, {}, "opinions"),
    ],
)
def test_what_is_refused_names_its_field_and_writes_nothing(cast, log, changes, given, field):
    with pytest.raises(DomainError) as error:
        correct(log, row_of(cast, **changes), **given)
    assert field in error.value.fields
    assert (DutyLog.objects.get().version, LogVersion.objects.count()) == (1, 0)


def test_nothing_changed_is_no_correction(cast, log):
    with pytest.raises(DomainError, match="没有要更正的"):
        correct(log, row_of(cast, (Presence.PRESENT, Presence.ABSENT)))
    log.refresh_from_db()
    assert log.confirmed_by == cast.head


def test_a_forgotten_opinion_is_registered_with_a_correction(cast, log):
    done = correct(log, row_of(cast, (Presence.PRESENT, Presence.ABSENT), matters=[Matter("水渠堵了")]))
    assert [opinion.text for opinion in done.opinions.order_by("pk")] == ["路灯不亮", "水渠堵了"]
    assert done.version == 2


@pytest.mark.parametrize("role", ["admin", "staff", "auditor", "stranger", "deputy", "officer"])
def test_only_the_stations_clerk_and_the_branchs_head_correct(cast, log, role):
    with pytest.raises(NotAllowed):
        correct(log, row_of(cast, received=5), actor=getattr(cast, role))
    assert correct(log, row_of(cast, received=5), actor=cast.head).version == 2


def test_a_void_log_is_not_corrected(cast, log):
    void_log(log=log, reason="重复", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="已经作废"):
        correct(log, row_of(cast, received=5))


def test_who_stood_in_the_log_stays_correctable_after_their_membership_was_mended(cast, log):
    assign_to_branch(
        deputy=cast.deputies["GT01"][2], branch=cast.gt02, role=MembershipRole.MEMBER, started_on=date(2026, 2, 1),
        actor=cast.staff,
    )  # fmt: skip
    done = correct(log, row_of(cast, (Presence.PRESENT, Presence.ABSENT), received=5))
    assert done.version == 2
    with pytest.raises(DomainError, match="不是本分站的代表"):
        correct(log, row_of(cast, (Presence.PRESENT, Presence.LATE), received=5), version=2)


def test_for_whom_somebody_stood_in_is_corrected_too(cast, log):
    came, absent = cast.deputies["GT01"][1:3]
    row = row_of(cast, (Presence.SUBSTITUTE, Presence.ABSENT), stands_in_for={came: absent})
    correct(log, row)
    assert Attendance.objects.get(log=log, deputy=came).stands_in_for == absent
    correct(log, row_of(cast, (Presence.PRESENT, Presence.ABSENT)), version=2)
    assert Attendance.objects.get(log=log, deputy=came).stands_in_for is None
    last = corrections_of(DutyLog.objects.get())[0].differences
    assert [(one.before, one.after) for one in last] == [("顶班(替陈卫)", "到岗")]


def test_a_march_mistake_corrected_later_is_reversed_on_that_day(cast, django_capture_on_commit_callbacks):
    draft_roster(station=cast.gt, month=SUNDAY, actor=cast.clerk, at=moment(SUNDAY))
    day = date(2026, 3, 8)
    with django_capture_on_commit_callbacks(execute=True):
        people = cast.deputies["GT01"]
        shown = {people[0]: Presence.PRESENT, people[1]: Presence.ABSENT}
        log = file_log(row=SundayRow(branch=cast.gt01, attendance=shown), on=day, actor=cast.clerk, at=moment(day)).log
    Attendance.objects.filter(log=log).update(expected=True)
    rescore(county=cast.county, year=2026, at=moment(day))
    assert score_of(deputy=people[1], year=2026).deductions == Decimal(-2)
    with django_capture_on_commit_callbacks(execute=True):
        came = dict.fromkeys(people[:2], Presence.PRESENT)
        correct(log, SundayRow(branch=cast.gt01, attendance=came))
    entries = list(PointEntry.objects.filter(deputy=people[1]).order_by("pk"))
    assert [entry.points for entry in entries] == [Decimal(-2), Decimal(2)]
    assert entries[1].reverses == entries[0]
    assert entries[1].occurred_on == today_here() and "签到表看错了" in entries[1].reason
    assert score_of(deputy=people[1], year=2026).deductions == 0


def test_forgotten_opinions_are_listed_with_the_correction_that_added_them(cast, log, signed_in):
    matters = [Matter("机井坏了"), Matter("校车太挤")]
    correct(log, row_of(cast, (Presence.PRESENT, Presence.ABSENT), matters=matters), reason="漏登了意见")
    correct(log, row_of(cast, received=5), version=2, at=moment(date(2026, 6, 11)))
    told = corrections_of(DutyLog.objects.get())
    numbers = list(log.opinions.order_by("pk").values_list("number", flat=True))
    assert [[opinion.number for opinion in one.added] for one in told] == [[], numbers[1:]]
    page = signed_in(cast.clerk).get(reverse("duty-log", args=[log.uid])).content.decode()
    steps = page[page.index("corrections-h") :]
    assert "补登记意见" in steps and all(number in steps for number in numbers[1:]) and numbers[0] not in steps
