"""What the demo's people ask of the ledger: bonus claims all year, appeals against single entries; grades and a waiver."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from deputies.models import Deputy
from deputies.states import MandateLevel
from julu_liaison.management.demo.agenda import Agenda
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.places import ROAD_BRANCH
from scoring.models import BonusClaim, PointEntry, Scheme
from scoring.services.appeals import answer_appeal, raise_appeal
from scoring.services.claims import claim_bonus, move_claim
from scoring.services.settings import set_grades
from scoring.services.waivers import grant_waiver
from scoring.states import AppealKind, Item

CLAIMS_A_MONTH = 14
DECIDED_AFTER = 20  # days; in a year that must end nothing is claimed later than so long before its last day
GRADES = (("优秀", Decimal(75)), ("称职", Decimal(60)), ("基本称职", Decimal(45)), ("不称职", Decimal(0)))
# What is claimed, and the paper that shows it; {n} is a running number, {year} the year.
CLAIMED = (
    (Item.COURSE, "完成“代表法专题”云上学习课程", "结业证书〔{year}〕{n:04d}号"),
    (Item.COURSE, "完成“预算审查监督”云上学习课程", "结业证书〔{year}〕{n:04d}号"),
    (Item.SPOKE, "在镇人代会上就农村饮水问题发言", "会议纪要〔{year}〕{n}号"),
    (Item.SPOKE, "受邀列席县人大常委会会议并发言", "会议签到册第{n}页"),
    (Item.HONOUR_COUNTY, "被评为县劳动模范", "县表彰文件〔{year}〕{n}号"),
    (Item.HONOUR_CITY, "被评为市优秀教师", "市表彰文件〔{year}〕{n}号"),
    (Item.MEDIA_COUNTY, "履职事迹由县融媒体中心报道", "县融媒体中心{year}年第{n}期"),
    (Item.MEDIA_CITY, "履职事迹由市报报道", "市报{year}年第{n}期第3版"),
)
WEIGHTS = (8, 6, 5, 3, 1, 1, 2, 1)
REFUSED = 0.08


def set_the_bands(demo: Demo, *, today: date) -> None:
    """Four bands of scores in every year; provincial deputies are not charged for meetings of the township."""
    at = moment(today - timedelta(days=1))
    for scheme in Scheme.objects.filter(county=demo.centre):
        set_grades(scheme=scheme, grades=GRADES, actor=demo.admin, at=at)
    grant_waiver(
        county=demo.centre, level=MandateLevel.PROVINCE, items=[Item.MEETING_MISSED], started_on=date(today.year, 1, 1),
        reason="省代表参加上级会议较多", actor=demo.admin, at=at,
    )  # fmt: skip


def claim_all_year(
    demo: Demo, rng: Random, agenda: Agenda, *, first: date, last: date, must_end: bool = False
) -> None:
    """Claims from `first` to `last`, each checked and decided some days later; what lies ahead of today is still open.

    Where nothing `must_end`, two claims of the last days wait for the station.
    """
    span = max((last - first).days, 1)
    for number in range(span * CLAIMS_A_MONTH // 30):
        branch = rng.choice(demo.branches)
        deputy = rng.choice(demo.members[branch.pk])
        item, text, paper = rng.choices(CLAIMED, WEIGHTS)[0]
        day = first + timedelta(days=rng.randrange(span))
        facts = {"item": item, "occurred_on": day, "text": text, "evidence": paper.format(n=number + 1, year=day.year)}
        steps = _steps(rng, demo, branch, deputy)
        at = moment(min(day + timedelta(days=rng.randint(0, 4)), date(day.year, 12, 31)), rng.randint(9, 16))
        agenda.plan(at, partial(_claim, agenda, rng, deputy, deputy.user or demo.clerk_of(branch), facts, steps))
    for deputy in () if must_end else demo.members[demo.branch(ROAD_BRANCH).pk][:2]:
        facts = {
            "item": Item.COURSE, "occurred_on": last - timedelta(days=6), "text": "完成“民生实事监督”云上学习课程",
            "evidence": "结业证书电子版",
        }  # fmt: skip
        agenda.plan(moment(last - timedelta(days=5), 20), partial(_claim, agenda, rng, deputy, deputy.user, facts, []))


Step = Callable[[BonusClaim, datetime], None]


def _steps(rng: Random, demo: Demo, branch, deputy: Deputy) -> list[Step]:
    """The station checks what a deputy claims in person, the county what the clerk claims; another one decides."""
    checker = demo.clerk_of(branch) if deputy.user else demo.staff
    verdict, note = ("refuse", "证明材料看不清是谁的名字") if rng.random() < REFUSED else ("approve", "")
    return [partial(_move, "check", checker, ""), partial(_move, verdict, demo.admin, note)]


def _claim(agenda: Agenda, rng: Random, deputy: Deputy, actor, facts: dict, steps: list[Step], at: datetime) -> None:
    claim = claim_bonus(deputy=deputy, actor=actor, at=at, **facts)
    for step in steps:
        at = agenda.later(rng, at, rng.randint(1, 4))
        agenda.plan(at, partial(step, claim))


def _move(move: str, actor, note: str, claim: BonusClaim, at: datetime) -> None:
    move_claim(claim=BonusClaim.objects.get(pk=claim.pk), move=move, actor=actor, at=at, note=note)


def ask_for_reviews(demo: Demo, *, today: date) -> None:
    """Three appeals of the last days: one granted, one refused, one that waits."""
    asked, answered = moment(today - timedelta(days=3), 19), moment(today - timedelta(days=1), 10)
    entries = PointEntry.objects.filter(county=demo.centre, year=today.year, points__lt=0).standing()
    leave, late, missed = (
        entries.filter(rule__item=item).select_related("deputy").order_by("occurred_on", "pk").first()
        for item in (Item.PRIVATE_LEAVE, Item.LATE_OR_EARLY, Item.DUTY_MISSED)
    )
    for entry, text, answer in (
        (leave, "那天是去县里开会,请的应该是公假。", "已核对会议通知,改记公假。"),
        (late, "那天下大雪路不好走。", "签到表记录属实,雪天已提前通知,维持不变。"),
        (missed, "那天我到了,签到表漏签了。", ""),
    ):
        if entry is None:
            continue
        station = entry.deputy.memberships.order_by("pk").last().branch.parent
        appeal = raise_appeal(
            deputy=entry.deputy, year=entry.year, kind=AppealKind.WRONG, entry=entry, text=text,
            actor=entry.deputy.user or demo.clerks[station.pk], at=asked,
        )  # fmt: skip
        if answer:
            grant = entry is leave
            answer_appeal(appeal=appeal, grant=grant, answer=answer, cancels=grant, actor=demo.staff, at=answered)

