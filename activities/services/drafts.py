"""Drafts of the Sunday sheet (草稿), one a branch and day, shared by everybody who may file it.

What is typed is saved every few seconds and is nobody's act, so saving leaves no audit row; filing does.
"""

import json
import re
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from activities.models import DutyLog, SheetDraft, Shift
from activities.permissions import can_file_log
from activities.states import ShiftState
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import hold_place

KEPT_FOR = timedelta(days=60)
LONGEST_DRAFT = 400_000  # characters of JSON; fifty opinions of full length and some
LAST_VERSION = 1_000_000_000
# The fields of the check page that say who came (see forms.lines.DETAILS) are never kept.
IDENTITY = re.compile(r".*-m\d+-(name|phone|village|sex)", re.DOTALL)
PRESET = re.compile(r".*-(form|role|l-\d+)", re.DOTALL)  # choices that a row has before anybody types


@transaction.atomic
def save_draft(
    *, branch: Station, on: date, version: int, typed: dict[str, list[str]], actor, at: datetime
) -> SheetDraft:
    """Keep what was typed for `branch`: values by the form's field names; nothing typed keeps an empty draft.

    `version` is the one the browser last saw, 0 for none. A newer one raises Conflict with `details` who, at, version
    and typed, so that both can be shown; a filed day raises Conflict with `is_settled`.
    """
    branch = hold_place(branch)
    if not can_file_log(actor, branch):
        raise NotAllowed(f"{branch.full_name}的登记由所在联络站或本站站长填写。")
    if on > today_here(at) or not branch.is_open(on):
        raise DomainError("这一天还不能登记,请核对日期。")
    typed = _without_identity(typed)
    if not 0 <= version < LAST_VERSION or len(json.dumps(typed, ensure_ascii=False)) > LONGEST_DRAFT:
        raise DomainError("填的内容太多,存不下草稿,请先登记一部分。")
    draft = SheetDraft.objects.select_for_update().filter(branch=branch, date=on).first()
    _demand_not_settled(branch, on, is_new=draft is None and version == 0)
    if draft is None:
        draft = SheetDraft(branch=branch, date=on, version=version)
    elif draft.version != version and read_draft(draft) != typed:
        raise _overtaken(draft)
    elif read_draft(draft) == typed:
        return draft  # sent again because the answer got lost
    draft.version, draft.typed = draft.version + 1, json.dumps(typed, ensure_ascii=False)
    draft.saved_by, draft.saved_at = actor, at
    draft.save()
    return draft


def _without_identity(typed: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in typed.items() if not IDENTITY.fullmatch(name)}


def _demand_not_settled(branch: Station, on: date, *, is_new: bool) -> None:
    """A tab left open must not bring back what was filed; called off, the day may be typed anew (`is_new`)."""
    log = DutyLog.objects.valid().filter(branch=branch, date=on).select_related("recorder").first()
    if log:
        raise Conflict(f"{branch.name}这一天已由{log.recorder.name}登记({log.number})。", is_settled=True)
    if not is_new and Shift.objects.filter(branch=branch, date=on, state=ShiftState.NOT_HELD).exists():
        raise Conflict(f"{branch.name}这一天已登记为“未开展”。", is_settled=True)


def _overtaken(draft: SheetDraft) -> Conflict:
    who, at = draft.saved_by.name, timezone.localtime(draft.saved_at)
    return Conflict(
        f"这张表刚在另一台设备上改过({who},{at:%H:%M}),请选用哪一份。",
        who=who, at=draft.saved_at, version=draft.version, typed=read_draft(draft),
    )  # fmt: skip


def read_draft(draft: SheetDraft) -> dict[str, list[str]]:
    """Return the values by field name, as they were saved."""
    return json.loads(draft.typed) if draft.typed else {}


def is_begun(draft: SheetDraft) -> bool:
    """Whether something was typed that still stands in it."""
    return not all(PRESET.fullmatch(name) for name in read_draft(draft))


def drop_draft(*, branch: Station, on: date) -> None:
    """Forget the draft of a day that has just been filed; called in that transaction."""
    SheetDraft.objects.filter(branch=branch, date=on).delete()


def forget_old_drafts(*, at: datetime) -> int:
    """Forget drafts nobody has touched for KEPT_FOR; returns how many."""
    rows = SheetDraft.objects.filter(saved_at__lt=at - KEPT_FOR)
    return rows.delete()[0]
