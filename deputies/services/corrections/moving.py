"""The one writer of a request's state."""

from datetime import datetime

from django.db import transaction

from deputies.models import CorrectionRequest, CorrectionStep, Deputy
from deputies.services.corrections.applying import apply_correction
from deputies.states import CorrectionState
from deputies.workflow import CORRECTION_MOVES
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.texts import clean_text
from julu_liaison.common.workflow import Move
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind

LONGEST_NOTE = 200
TOLD = {
    CorrectionState.DONE: "您申请更正的“{}”已经更正。",
    CorrectionState.REFUSED: "您申请更正的“{}”没有更正,原因请看。",
}


@transaction.atomic
def move_correction(
    *, request: CorrectionRequest, move: str, actor, at: datetime, version: int | None = None, note: str = ""
) -> CorrectionRequest:
    """Make `move` of `deputies.workflow` with a request and write its step; the asker is told what came of it.

    `apply` also writes the value into its column, by the same service as the pages. Checked in this order: Conflict
    (decided already), NotAllowed, StaleVersion, DomainError (the reason is missing, the value does not fit).
    """
    row = _locked(request)
    step = _open_step(row, move, actor, version)
    note = _checked_note(step, note)
    if step.name == "apply":
        apply_correction(row, actor)
    row.state, row.version = CorrectionState(step.target_for(row, {})), row.version + 1
    row.save(update_fields=["state", "version"])
    CorrectionStep.objects.create(request=row, move=step.name, state=row.state, actor=actor, at=at, note=note)
    audit.record(
        f"{step.name}_correction", actor=actor, target=row, at=at, topic=row.topic, column=row.column, after=row.state
    )
    if row.state in TOLD:
        text = TOLD[row.state].format(row.what)
        notify(users=[row.asker], kind=Kind.OFFICE, text=text, link=row.page, at=at, fit_for_outside=True)
    return row


def _locked(request: CorrectionRequest) -> CorrectionRequest:
    """The deputy first, as everybody does who writes about one; then the request as it is now."""
    if request.deputy_id:
        Deputy.objects.select_for_update(of=("self",)).get(pk=request.deputy_id)
    rows = CorrectionRequest.objects.select_for_update(of=("self",)).select_related("asker", "deputy__county", "county")
    return rows.get(pk=request.pk)


def _open_step(row: CorrectionRequest, name: str, actor, seen: int | None) -> Move:
    step = CORRECTION_MOVES.get(name)
    if step is None:
        raise DomainError("没有这一步,请刷新页面再试。", fields={"move": "没有这一步"})
    if row.state not in step.sources:
        raise Conflict(f"这件申请现在是“{row.get_state_display()}”,不能再{step.label}。", state=row.state)
    if not step.allowed(actor, row):
        raise NotAllowed("更正申请由县人大办公室(账号由账号管理员)办理,自己的申请不能自己办;撤回由申请人本人办理。")
    if seen is not None and seen != row.version:
        raise StaleVersion("这件申请刚有人动过,请看过最新情况再办。", version=row.version, seen=seen)
    return step


def _checked_note(step: Move, note: str) -> str:
    note = clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise DomainError(f"最多{LONGEST_NOTE}个字。", fields={"note": f"最多{LONGEST_NOTE}个字"})
    if "note" in step.needs and not note:
        raise DomainError("请写明为什么不更正,申请人会看到。", fields={"note": "请写明为什么"})
    return note
