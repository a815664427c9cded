"""What a department has typed of its answer so far (答复草稿): shared by its people, nobody's act, so never audited."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.working_days import today_here
from opinions.models import AnswerDraft, Opinion
from opinions.permissions import sees_drafts
from opinions.workflow import MOVES

TAKES_A_DRAFT_AWAY = ("return_reply", "reassign", "return_wrong")
LONGEST_ANSWER = 2000  # characters, as the form of the move takes


@dataclass(frozen=True)
class Typed:
    """The draft as it stands: version 0 means that nobody has typed anything yet."""

    text: str = ""
    version: int = 0
    by: str = ""
    by_key: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Returned:
    """An answer that the head sent back (退回重拟): what it said, and what has to be changed."""

    text: str
    reply_class: str
    promised_on: date | None
    remark: str
    by: str
    at: datetime


def read_draft(*, ticket: Opinion, actor) -> Typed:
    """Return what the lead department has typed. Raises NotAllowed for anybody else."""
    if not sees_drafts(actor, ticket):
        raise NotAllowed("答复草稿只有承办部门自己能看。")
    row = ticket.answer_drafts.filter(department=ticket.department_id).select_related("saved_by").first()
    return _typed(row) if row else Typed()


def answer_begun(*, ticket: Opinion, actor) -> tuple[Typed, Returned | None]:
    """Return what an answer goes on from: the draft, and what was sent back and is not answered anew yet.

    A draft of before it was sent back is older than that text; only its version still counts.
    """
    typed, returned = read_draft(ticket=ticket, actor=actor), _returned(ticket)
    if returned and typed.at and typed.at <= returned.at:
        typed = replace(typed, text="")
    return typed, returned


def _returned(ticket: Opinion) -> Returned | None:
    """The department's last answer, where it was its own head who took it away."""
    last = ticket.replies.filter(department=ticket.department_id).last()
    if last is None or not last.withdrawn:
        return None
    hop = ticket.hops.in_order().filter(move__in=TAKES_A_DRAFT_AWAY, at__gte=last.drafted_at).first()
    if hop is None or hop.move != "return_reply":
        return None
    return Returned(last.text, last.reply_class, last.promised_on, hop.note, hop.actor_words, hop.at)


@transaction.atomic
def save_draft(*, ticket: Opinion, text: str, version: int, actor, at: datetime) -> Typed:
    """Keep what was typed over the version that the person saw.

    Raises NotAllowed outside the department, Conflict when no answer is awaited (any more), DomainError for a text that
    is too long, StaleVersion with `theirs` (Typed) when somebody else has typed something else meanwhile.
    """
    locked = Opinion.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if not sees_drafts(actor, locked):
        raise NotAllowed("这一件现在不由您的部门答复。")
    if not MOVES["reply"].is_open(locked, today_here(at)):
        raise Conflict("已经交过答复,或者现在不用答复,草稿不再保存。")
    if len(text) > LONGEST_ANSWER:
        raise DomainError(f"答复请控制在{LONGEST_ANSWER}字以内。", fields={"text": f"最多{LONGEST_ANSWER}字"})
    row = locked.answer_drafts.filter(department=locked.department_id).select_related("saved_by").first()
    if row is None:
        row = AnswerDraft(opinion=locked, department=locked.department, version=0)  # type: ignore[misc]  # it is theirs
    elif row.text == text:
        return _typed(row)
    elif row.version != version:
        raise StaleVersion(f"{row.saved_by.name}刚改过这份草稿,请看两份再选。", theirs=_typed(row))
    row.text, row.saved_by, row.saved_at, row.version = text, actor, at, row.version + 1
    row.save()
    return _typed(row)


def _typed(row: AnswerDraft) -> Typed:
    return Typed(row.text, row.version, row.saved_by.name, row.saved_by_id, row.saved_at)
