"""The talk between department and deputy before a suggestion is answered (面商), and the deputy's signature under it."""

from datetime import date, datetime

from django.db import transaction

from activities.services.addressees import tell_deciders, tell_deputies
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Consultation, Opinion
from opinions.permissions import at_its_department, can_sign_consultation, is_its_deputy
from opinions.states import ContactWish, Kind, State

LONGEST_TEXT = 2000


def takes_consultations(opinion: Opinion) -> bool:
    """Whether a talk can be recorded: a suggestion that a department has to answer, or to answer again (class B)."""
    if opinion.kind != Kind.SUGGESTION or opinion.department_id is None:
        return False
    at_work = opinion.state in (State.AT_DEPARTMENT, State.REWORKING, State.WAITING)
    return at_work or (opinion.state == State.CLOSED and opinion.tracked)


@transaction.atomic
def record_consultation(*, opinion: Opinion, held_on: date, way: str, text: str, actor, at: datetime) -> Consultation:
    """Record a talk with the lead deputy; the deputy is asked to sign.

    Raises Conflict while no department has to answer, NotAllowed for others than the lead department's people,
    DomainError with a sentence for every field that is wrong.
    """
    ticket = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if not takes_consultations(ticket):
        raise Conflict(f"{ticket.number}现在不由部门办理,不能记面商。", state=ticket.state)
    if not at_its_department(actor, ticket):
        raise NotAllowed("面商由主办部门记录。")
    text = text.strip()
    problems = _problems(ticket, held_on, way, text, today_here(at))
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    row = Consultation.objects.create(
        opinion=ticket, department=ticket.department, held_on=held_on,  # type: ignore[misc]  # takes_consultations
        way=way, text=text, recorded_by=actor, recorded_at=at,
    )  # fmt: skip
    audit.record("record_consultation", actor=actor, target=ticket, at=at, held_on=held_on.isoformat(), way=way)
    _ask_to_sign(ticket, row, at)
    return row


@transaction.atomic
def sign_consultation(*, consultation: Consultation, actor, at: datetime) -> Consultation:
    """The lead deputy signs the record, or clerk and county mark the signature on paper. Once; raises Conflict after."""
    row = Consultation.objects.select_for_update(of=("self",)).select_related("opinion__deputy", "recorded_by").get(
        pk=consultation.pk
    )  # fmt: skip
    ticket = row.opinion
    if row.signed_at:
        raise Conflict("这份面商记录已经签过字了,不用再签。")
    if not can_sign_consultation(actor, ticket):
        raise NotAllowed("面商记录由领衔代表本人签字,或由联络站凭纸质签字登记。")
    row.signed_at, row.signed_by, row.on_paper = at, actor, not is_its_deputy(actor, ticket)
    row.save(update_fields=["signed_at", "signed_by", "on_paper"])
    audit.record("sign_consultation", actor=actor, target=ticket, at=at, held_on=row.held_on.isoformat(),
                 on_paper=row.on_paper)  # fmt: skip
    text = f"{ticket.full_number}{row.held_on.month}月{row.held_on.day}日的面商记录,代表已签字。"
    notify(kind=NoticeKind.TICKET, users=[row.recorded_by], text=text, link=ticket.page, at=at, fit_for_outside=True)
    return row


def _problems(ticket: Opinion, held_on: date, way: str, text: str, today: date) -> dict[str, str]:
    problems = {}
    if not ticket.registered_on <= held_on <= today:
        problems["held_on"] = "面商日期要在收到建议之后,不能晚于今天"
    if way not in ContactWish.values:
        problems["way"] = "请选面商方式"
    if not text:
        problems["text"] = "请写面商情况"
    elif len(text) > LONGEST_TEXT:
        problems["text"] = f"面商情况请控制在{LONGEST_TEXT}字以内"
    return problems


def _ask_to_sign(ticket: Opinion, row: Consultation, at: datetime) -> None:
    """The lead deputy; where no notice reaches the deputy, clerk and head, who can get the signature on paper."""
    deputy, link = ticket.deputy, ticket.page
    text = f"{row.department.name}记下了{ticket.full_number}的面商情况,请{{}}签字。"
    if deputy and deputy.user and deputy.user.is_active:
        tell_deputies([deputy], text.format("您看过后"), link, at, kind=NoticeKind.TICKET, fit_for_outside=True)
    else:
        tell_deciders(ticket.branch, text.format("代表看过后"), link, at, kind=NoticeKind.TICKET, fit_for_outside=True)
