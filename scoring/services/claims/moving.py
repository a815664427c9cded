"""The one writer of a claim's state."""

from datetime import date, datetime

from django.db import transaction

from activities.services.people import hold_people
from julu_liaison.common import audit
from julu_liaison.common.announcing import announce
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.texts import clean_text
from julu_liaison.common.workflow import Move
from julu_liaison.common.working_days import today_here
from scoring.models import BonusClaim, Scheme
from scoring.services.claims.claiming import LONGEST_EVIDENCE, LONGEST_TEXT
from scoring.services.claims.doubles import demand_first
from scoring.services.claims.steps import Files, attach_files, demand_few, set_term, write_steps
from scoring.services.claims.telling import tell_who_acts, tell_who_claimed
from scoring.signals import claim_decided
from scoring.states import ClaimState
from scoring.workflow import CLAIM_MOVES, claim_moves_open_to, counts_still, label_of

LONGEST_NOTE = 200


@transaction.atomic
def move_claim(
    *, claim: BonusClaim, move: str, actor, at: datetime, version: int | None = None, note: str = "",
    text: str | None = None, evidence: str | None = None, files: Files = (), told_later: bool = False,
) -> BonusClaim:  # fmt: skip
    """Make `move` of `scoring.workflow` with a claim and write its step.

    `version`: the one the person saw. `text`, `evidence` and `files` are for `complete`; None leaves what was said.
    `told_later`: the caller tells who acts next. Checked in this order: Conflict (not open in this state),
    NotAllowed, StaleVersion, DomainError (something is missing).
    """
    row = _locked(claim)
    step = _open_step(row, move, actor, version)
    note = _checked_note(step, note)
    before, on, more = row.state, today_here(at), {}
    scheme = Scheme.objects.get(county=row.county_id, year=row.year)
    if step.name == "complete":
        more = _complete(row, text, evidence, files, on)
        note = _told_change(more, is_over=on > scheme.late_until)
    _sign(row, step, note, actor, at)
    row.state, row.version = step.target_for(row, {}), row.version + 1
    set_term(row, scheme, on)
    row.save()
    write_steps([row], step.name, actor=actor, at=at, note=note)
    audit.record(f"{step.name}_claim", actor=actor, target=row, at=at, before=before, after=row.state, note=note, **more)
    _tell(row, actor, at, note, told_later)
    if step.name in ("approve", "revoke"):
        announce(claim_decided, sender=BonusClaim, claim=row, deputy_ids=[row.deputy_id], year=row.year)
    attach_files([row], files if step.name == "complete" else (), actor=actor, at=at)
    return row


def _locked(claim: BonusClaim) -> BonusClaim:
    """The deputy first, as whoever writes a ledger or freezes a year does; then the claim as it is now."""
    hold_people([claim.deputy])
    rows = BonusClaim.objects.select_for_update(of=("self",)).select_related("deputy__user", "claimed_by", "county")
    return rows.get(pk=claim.pk)


def _open_step(row: BonusClaim, name: str, actor, seen: int | None) -> Move:
    step = CLAIM_MOVES.get(name)
    if step is None:
        raise DomainError("没有这一步,请刷新页面再试。", fields={"move": "没有这一步"})
    if row.state not in step.sources or not step.fits(row):
        raise _not_open(row, step, actor, seen)
    if not step.allowed(actor, row):
        raise NotAllowed(f"“{step.label}”不由您的账号办理:申报、核对和审定要由不同的人来做,自己的申报也不能自己办。")
    if seen is not None and seen != row.version:
        raise StaleVersion(f"{_last_step(row)},请看过最新情况再决定。", version=row.version, seen=seen)
    return step


def _not_open(row: BonusClaim, step: Move, actor, seen: int | None) -> Conflict:
    """Say why, what has happened since the person looked, and what can be done instead."""
    words = "、".join(move.label for move in claim_moves_open_to(actor, row)) or "没有"
    why = f"现在是“{row.get_state_display()}”"
    if row.state in step.sources and not counts_still(row):
        why = f"{row.year}年的积分已经公示"
    since = f"({_last_step(row)})" if seen is not None and seen != row.version else ""
    return Conflict(f"{why},不能{step.label}{since};您现在能做的:{words}。", state=row.state)


def _last_step(row: BonusClaim) -> str:
    last = row.steps.select_related("actor").order_by("-pk").first()
    who = last.actor.name if last and last.actor else "系统"
    return f"{who}刚做了“{label_of(last.move)}”" if last else "内容刚被别人改过"


def _checked_note(step: Move, note: str) -> str:
    note = clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise DomainError(f"最多{LONGEST_NOTE}个字。", fields={"note": f"最多{LONGEST_NOTE}个字"})
    if "note" in step.needs and not note:
        raise DomainError(f"{step.label}要写原因,申报的人会看到。", fields={"note": "请写原因"})
    return note


def _complete(row: BonusClaim, text: str | None, evidence: str | None, files: Files, on: date) -> dict[str, str]:
    """Write what is handed in and return what was said before, where it changed. After the year is over it is late,
    also when the claim was in time.
    """
    said = {"text_before": row.text, "evidence_before": row.evidence}
    row.text = row.text if text is None else clean_text(text)
    row.evidence = row.evidence if evidence is None else clean_text(evidence)
    row.is_late = row.is_late or on.year > row.year
    demand_few(files)
    problems = {}
    if not 0 < len(row.text) <= LONGEST_TEXT:
        problems["text"] = f"请写做了什么,最多{LONGEST_TEXT}个字"
    if len(row.evidence) > LONGEST_EVIDENCE:
        problems["evidence"] = f"最多{LONGEST_EVIDENCE}个字"
    elif not (row.evidence or files or row.files.exists()):
        problems["evidence"] = "请写证书编号、文号,或者拍一张照片"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    demand_first([row.deputy], row, another=True)
    now = {"text_before": row.text, "evidence_before": row.evidence}
    return {name: before for name, before in said.items() if before != now[name]}


def _told_change(before: dict[str, str], *, is_over: bool) -> str:
    """For the claim's history: whoever checks it anew sees what it said; the record of acts keeps it whole."""
    words = ["补报截止以后补充"] * is_over
    if "evidence_before" in before:
        words.append(f"编号文号原来写:{before['evidence_before'] or '没有写'}")
    if "text_before" in before:
        words.append(f"做了什么原来写:{before['text_before']}")
    told = ";".join(words)
    return told if len(told) <= LONGEST_NOTE else f"{told[:LONGEST_NOTE - 1]}…"


def _sign(row: BonusClaim, step: Move, note: str, actor, at: datetime) -> None:
    """Who checked and who decided. What goes back is checked anew, so its check no longer counts.

    Who revokes stands in the history alone: `decided_by` is who granted it.
    """
    if step.name == "check":
        row.checked_by, row.checked_at, row.check_note = actor, at, note
    elif step.name == "return":
        row.checked_by, row.checked_at, row.check_note = None, None, note
    elif step.name in ("approve", "refuse"):
        row.decided_by, row.decided_at, row.decision_note = actor, at, note
    elif step.name == "revoke":
        row.decision_note = note


def _tell(row: BonusClaim, actor, at: datetime, note: str, told_later: bool) -> None:
    """The deputy hears of what was said or decided; that it passed the station's check is no news."""
    if not told_later:
        tell_who_acts([row], actor=actor, at=at)
    if row.state not in (ClaimState.CLAIMED, ClaimState.CHECKED):
        tell_who_claimed([row], actor=actor, at=at, note=note)
