"""What a villager asks for through the link, and takes back; who settles it is told."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotFound
from julu_liaison.common.personal_data import answer_day
from julu_liaison.common.texts import clean_lines
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Opinion, VillagerRequest
from opinions.states import STILL_ASKED, AskedFor, AskedState
from stations.models import Posting
from stations.states import COUNTY_ROLES, Role

LONGEST_SAID = 200
MOST_ASKED = 5  # by the link of one ticket; who wants more is better served by a call
NOTHING_LEFT = "这里没有留您的姓名和电话,不用更正,也不用删去。"
VERBS = {AskedFor.CORRECT: "更正个人信息", AskedFor.FORGET: "删去姓名和电话"}


@transaction.atomic
def ask_by_link(*, opinion: Opinion, kind: str, said: str, at: datetime) -> VillagerRequest:
    """Keep what the villager asks for; the station's clerk is told. The same asked twice is one request.

    Raises DomainError for a correction that does not say what is right, Conflict where nothing is known or it was asked
    for too often.
    """
    row = hold_ticket(opinion)
    said = clean_lines(said)
    _check(row, kind, said)
    before = VillagerRequest.objects.open().filter(opinion=row, kind=kind).first()
    if before:
        raise Conflict("您已经提出过了,正在办理,结果会写在这一页上。")
    if VillagerRequest.objects.filter(opinion=row, asked_by=None).count() >= MOST_ASKED:
        raise Conflict(f"您在这里提出过{MOST_ASKED}次了,还有问题的请直接打联络站的电话。")
    request = open_request(opinion=row, kind=kind, said=said, at=at)
    audit.record("ask_villager_data", actor=None, target=row, at=at, number=row.number, kind=kind)
    due = request.due_on
    text = f"{row.full_number}的反映人要求{VERBS[AskedFor(kind)]},请在{due.month}月{due.day}日以前办理。"
    notify(
        users=_who_settles(row, today_here(at)), kind=NoticeKind.TICKET, text=text, link=f"{row.page}villager/", at=at,
        fit_for_outside=True,
    )  # fmt: skip
    return request


@transaction.atomic
def withdraw_by_link(*, opinion: Opinion, uid: UUID, at: datetime) -> VillagerRequest:
    """The villager takes a request back. Raises NotFound for another ticket's, Conflict for one that is settled."""
    row = VillagerRequest.objects.select_for_update(of=("self",)).filter(opinion=opinion, uid=uid).first()
    if row is None:
        raise NotFound("没有找到这个要求,请刷新这一页。")
    if row.state not in STILL_ASKED:
        raise Conflict("这个要求已经办过了,下面是最新情况。")
    row.state, row.said, row.decided_at, row.version = AskedState.WITHDRAWN, "", at, row.version + 1
    row.save(update_fields=["state", "said", "decided_at", "version"])
    audit.record("withdraw_villager_data", actor=None, target=opinion, at=at, number=opinion.number, kind=row.kind)
    return row


def hold_ticket(opinion: Opinion) -> Opinion:
    """Lock a ticket, so that of two requests the second finds the first."""
    rows = Opinion.objects.select_for_update(of=("self",)).select_related("register", "merged_into", "county")
    return rows.get(pk=opinion.pk)


def open_request(
    *, opinion: Opinion, kind: str, at: datetime, said: str = "", how: str = "", asked_by=None
) -> VillagerRequest:
    """Step of others: write a request down, to be answered within the usual term."""
    return VillagerRequest.objects.create(
        opinion=opinion, kind=kind, said=said, how=how, asked_by=asked_by, asked_at=at, due_on=answer_day(today_here(at))
    )


def _check(row: Opinion, kind: str, said: str) -> None:
    if kind not in AskedFor.values:
        raise DomainError("请点“要求更正”或者“要求删去”。")
    if kind == AskedFor.CORRECT and not said:
        raise DomainError("请写一写哪里不对、应该是什么。", fields={"said": "请写一写哪里不对、应该是什么"})
    if len(said) > LONGEST_SAID:
        raise DomainError(f"请控制在{LONGEST_SAID}字以内。", fields={"said": f"请控制在{LONGEST_SAID}字以内"})
    if not (row.villager_name or row.villager_phone or row.villager_village):
        raise Conflict(NOTHING_LEFT)


def _who_settles(row: Opinion, on: date) -> list:
    """The station's clerks; the county where it has none, who may not see an entry that nobody has checked yet."""
    postings = Posting.objects.in_force(on).select_related("user").order_by("user")
    clerks = {one.user for one in postings.filter(station=row.station_id, role=Role.CLERK)}
    people = clerks or {one.user for one in postings.filter(station=row.county_id, role__in=COUNTY_ROLES)}
    return sorted(people, key=lambda user: user.pk)
