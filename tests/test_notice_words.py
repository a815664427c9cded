"""What may leave the house as it is: no name, no phone, no typed reason, no kind of leave, nobody's points."""

from datetime import date

import pytest

from activities.models import Shift
from activities.services import (
    Audience,
    Matter,
    SundayRow,
    add_day,
    announce_activity,
    announce_receptions,
    ask_leave,
    cancel_activity,
    cancel_day,
    change_activity,
    confirm_logs,
    confirm_swap,
    correct_log,
    decide_leave,
    draft_roster,
    drop_other_service,
    file_log,
    grant_exemption,
    issue_month,
    move_day,
    offer_swap,
    plan_other_service,
    publish_roster,
    put_on_shift,
    remind_of_duties,
    swap_for_others,
    take_off_shift,
    take_swap,
    withdraw_leave,
)
from activities.states import ActivityKind, Covers, Form, Presence
from deputies.models import Deputy
from deputies.services import link_account
from julu_liaison.accounts.models import User
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.clocks.sweeping import sweep_deadlines
from scoring.services.claims import claim_bonus, move_claim
from scoring.states import Item
from tests.cast import account, moment

APRIL = date(2026, 4, 1)
SUNDAY, NEXT, THIRD, LAST = (date(2026, 4, day) for day in (5, 12, 19, 26))
AT, LATER = moment(date(2026, 3, 20)), moment(date(2026, 3, 25))
VILLAGER, PHONE, REASON = "万事通", "19900009999", "因私密事由"
SICK = Presence.SICK_LEAVE.label


@pytest.fixture
def everybody(cast):
    """All deputies of GT01 read their notices here; returns the cast."""
    for number, person in enumerate(cast.deputies["GT01"][2:]):
        link_account(deputy=person, user=account(f"member{number}", f"{person.name}账号"), actor=cast.admin)
    cast.deputies["GT01"] = list(Deputy.objects.filter(memberships__branch=cast.gt01).order_by("pk"))
    return cast


def outside() -> list[str]:
    return list(Notice.objects.filter(fit_for_outside=True, place_code="").values_list("text", flat=True))


def inside() -> list[str]:
    return list(Notice.objects.filter(fit_for_outside=False).values_list("text", flat=True))


def demand_nameless(texts: list[str]) -> None:
    secrets = [VILLAGER, PHONE, REASON, SICK, "分。"]
    secrets += Deputy.objects.values_list("name", flat=True)
    secrets += [phone for phone in Deputy.objects.values_list("phone", flat=True) if phone]
    secrets += User.objects.values_list("name", flat=True)
    assert [(text, secret) for text in texts for secret in secrets if secret in text] == []


def said(texts: list[str], *parts: str) -> None:
    """Each part is in one of the texts, so that the scenario has really made them."""
    assert [part for part in parts if not any(part in text for text in texts)] == []


def test_rosters_their_changes_reminders_and_announcements(everybody):
    cast = everybody
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    first, second, third, _last = Shift.objects.filter(branch=cast.gt01).order_by("date")
    person = first.places.first().deputy
    take_off_shift(shift=first, deputy=person, reason=REASON, actor=cast.clerk, at=LATER)
    put_on_shift(shift=first, deputy=person, reason=REASON, actor=cast.clerk, at=LATER)
    move_day(shifts=[second], to=date(2026, 4, 14), reason=REASON, actor=cast.clerk, at=LATER)
    cancel_day(shifts=[third], reason=REASON, actor=cast.clerk, at=LATER)
    add_day(branches=[cast.gt01], on=THIRD, reason=REASON, actor=cast.clerk, at=LATER)
    for note in (REASON, ""):
        other = plan_other_service(
            roster=roster, deputy=cast.deputy_person, form=Form.VISIT, by=LAST, note=note, actor=cast.clerk, at=LATER
        )
        drop_other_service(service=other, actor=cast.clerk, at=LATER)
    remind_of_duties(at=moment(date(2026, 3, 29), 8))
    announce_receptions(at=moment(date(2026, 4, 2), 8))
    demand_nameless(outside())
    said(
        outside(),
        "的接待日安排好了",
        "请您在4月26日以前完成一次走访调研。",
        "取消了。",
        "接待日提醒:",
        "接待预告写好了",
    )
    said(
        inside(),
        f"的值班不用您去了,原因:{REASON}",
        "请您在第一分站值班",
        "的接待改到",
        "的接待取消了",
        "照常举行",
        f"({REASON})",
    )


def test_leave_swaps_and_exemptions(everybody):
    cast = everybody
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    shift = Shift.objects.get(branch=cast.gt01, date=SUNDAY)
    giver = shift.places.first().deputy
    taker, other = [one for one in cast.deputies["GT01"] if not shift.places.filter(deputy=one).exists()][:2]
    swap = offer_swap(shift=shift, giver=giver, reason=REASON, actor=cast.clerk, at=LATER)
    swap = take_swap(swap=swap, taker=taker, actor=cast.clerk, at=LATER)
    confirm_swap(swap=swap, actor=cast.clerk, at=LATER)
    swap_for_others(shift=shift, giver=taker, taker=other, reason=REASON, actor=cast.clerk, at=LATER)
    for approve in (True, False):
        leave = ask_leave(
            deputy=cast.deputy_person, started_on=NEXT, ended_on=NEXT, kind=Presence.SICK_LEAVE, reason=REASON,
            actor=cast.deputy, at=LATER,
        )  # fmt: skip
        decide_leave(leave=leave, approve=approve, note=REASON, actor=cast.head, at=LATER)
        if approve:
            withdraw_leave(leave=leave, actor=cast.clerk, at=LATER)
    grant_exemption(
        deputy=cast.deputy_person, covers=Covers.DUTY, started_on=LAST, reason=REASON, actor=cast.staff, at=LATER
    )
    demand_nameless(outside())
    said(outside(), "的假批准了。", "的假没有批准", "批准您免除接待日值班")
    said(inside(), "您能接这个班吗", "请确认", "换班定了", "请批一下", "撤回了", "免除接待日值班,从")


def test_activities_and_logs(everybody):
    cast = everybody
    activity = announce_activity(
        station=cast.gt, kind=ActivityKind.INSPECTION, title="看农田水利", held_on=NEXT, venue="镇政府",
        audience=Audience(places=(cast.gt01,)), partners=[cast.yt], actor=cast.clerk, at=LATER,
    )  # fmt: skip
    activity = change_activity(
        activity=activity, changes={"venue": "北村"}, drop=[cast.head_person], actor=cast.clerk, at=LATER
    )
    cancel_activity(activity=activity, reason=REASON, actor=cast.clerk, at=LATER)
    on = date(2026, 3, 15)
    row = SundayRow(
        branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1,
        matters=[Matter("路灯不亮", villager_name=VILLAGER, villager_phone=PHONE)],
    )  # fmt: skip
    log = file_log(row=row, on=on, actor=cast.clerk, at=moment(on)).log
    confirm_logs(logs=[log], actor=cast.head, at=AT)
    row.received, row.matters = 2, []
    log.refresh_from_db()
    correct_log(log=log, row=row, reason=REASON, version=log.version, actor=cast.clerk, at=AT)
    issue_month(county=cast.county, month=on.replace(day=1), at=moment(date(2026, 4, 2)))
    demand_nameless(outside())
    said(outside(), "请您参加“看农田水利”", "请你们联合举办", "有变动,现在是", "您不用参加了", "更正了", "月报生成好了")
    said(inside(), f"取消了:{REASON}")


@pytest.fixture
def ticket(everybody) -> Opinion:
    matter = Matter("路灯不亮", villager_name=VILLAGER, villager_phone=PHONE, deputy=everybody.deputy_person)
    return register_opinion(branch=everybody.gt01, matter=matter, actor=everybody.clerk, at=AT)


def test_tickets_and_their_terms(everybody, ticket):
    cast, why = everybody, f"{REASON}{VILLAGER}{PHONE}"
    for who, move, facts in (
        ("clerk", "ask_villager", {"note": why}), ("clerk", "resume", {"note": why}), ("clerk", "escalate", {"note": why}),
        ("clerk", "escalate", {"note": why}), ("staff", "transfer", {"department": cast.jiaotong, "assisting": [cast.shuili]}),
        ("officer", "sign_for", {}), ("staff", "urge", {"note": why}), ("officer", "request_extension", {"days": 5, "note": why}),
        ("officer", "reply", {"note": "已经组织人手填平,恢复通行。", "class": "A"}), ("deputy", "tell", {"note": why}),
        ("clerk", "rate", {"rating": "unsatisfied", "note": why}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=getattr(cast, who), at=LATER, **facts)
    second = register_opinion(
        branch=cast.gt01, matter=Matter("桥坏了", villager_name=VILLAGER, deputy=cast.deputy_person), actor=cast.clerk, at=AT
    )  # fmt: skip
    move_opinion(opinion=second, move="void", note=why, actor=cast.staff, at=LATER)
    sweep_deadlines(at=moment(date(2026, 6, 1)))
    demand_nameless(outside())
    said(outside(), "到您这里,请办理。", "请您单位协办", "催办了", "申请延期", "有答复了", "已超期")
    said(inside(), f"补充情况,补充以后接着办理。原因:{REASON}", "不满意,请重新办理。", "已作废。原因:")
    assert not [text for text in inside() if VILLAGER in text or PHONE in text]


def test_suggestions_and_points(everybody):
    cast = everybody
    signer = cast.deputies["GT01"][2]
    for actor in (cast.clerk, cast.deputy):
        file_suggestion(
            deputy=cast.deputy_person,
            title="修桥",
            text="建议修桥",
            category="road",
            cosigners=[signer],
            actor=actor,
            at=AT,
        )
    claims = [
        claim_bonus(deputy=person, item=Item.COURSE, occurred_on=date(2026, 3, 2), text=REASON, actor=cast.clerk, at=AT,
                    files=[("证书.txt", "结业证书第1号".encode())])
        for person in (cast.deputy_person, signer)
    ]  # fmt: skip
    move_claim(claim=claims[0], move="check", actor=cast.staff, at=AT)
    move_claim(claim=claims[0], move="approve", actor=cast.admin, at=AT)
    demand_nameless(outside())
    said(inside(), "请您附议", "提出了代表建议", "替您登记了代表建议", "的加分申报")


# ---- What is said at once ------------------------------------------------------------------------------------------


def urgent() -> list[str]:
    return list(Notice.objects.filter(urgent=True).values_list("text", flat=True))


@pytest.mark.parametrize("days_before", [2, 1, 0])
def test_changes_of_today_and_tomorrow_are_urgent_earlier_ones_wait(everybody, days_before):
    cast = everybody
    roster = draft_roster(station=cast.gt, month=APRIL, actor=cast.clerk, at=AT).roster
    publish_roster(roster=roster, actor=cast.clerk, at=AT)
    shift = Shift.objects.get(branch=cast.gt01, date=NEXT)
    at = moment(date(2026, 4, 12 - days_before), 7)
    if days_before:
        swap_for_others(
            shift=shift, giver=shift.places.first().deputy, actor=cast.clerk, at=at,
            taker=next(one for one in cast.deputies["GT01"] if not shift.places.filter(deputy=one).exists()),
        )  # fmt: skip
    assert len(urgent()) == (2 if days_before == 1 else 0)
    Notice.objects.all().delete()
    cancel_day(shifts=[shift], reason=REASON, actor=cast.clerk, at=at)
    assert len(urgent()) == (2 if days_before <= 1 else 0)
