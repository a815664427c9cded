"""Asking to have something corrected, by whoever it is about."""

from datetime import date, datetime

from django.db import transaction
from django.utils.text import Truncator

from deputies.models import CorrectionRequest, CorrectionStep, Deputy
from deputies.permissions import can_settle_correction
from deputies.states import CorrectionState
from deputies.workflow import ASK
from julu_liaison.accounts.models import User
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.personal_data import answer_day
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.querysets import counties_of_account

LONGEST_VALUE = LONGEST_REASON = 200
LONGEST_OLD = 400


@transaction.atomic
def ask_correction(
    *, topic: str, topic_title: str, row_key: int = 0, column: str = "", column_title: str = "", old_value: str = "",
    right_value: str, reason: str, actor, at: datetime,
) -> CorrectionRequest:  # fmt: skip
    """Ask to have a column of what is held of `actor` corrected; those who keep it up are told.

    `topic` is a key of the register of personal data, `row_key` the row where it has several, `column` one of its columns,
    with their words and what stands there now; the caller has them from the register. Raises DomainError with the fields
    that need another look, Conflict for what was asked for already and for an administrator whom nobody else could answer.
    """
    said = {"right_value": clean_text(right_value), "reason": clean_text(reason)}
    _check(**said)
    User.objects.select_for_update().get(pk=actor.pk)  # of two taps the second finds the first one's request
    deputy = Deputy.objects.filter(user=actor).select_related("county").first()
    row = CorrectionRequest(
        asker=actor, deputy=deputy, county=_county_of(actor, deputy, today_here(at)), topic=topic,
        topic_title=topic_title, row_key=row_key, column=column, column_title=column_title,
        old_value=Truncator(old_value).chars(LONGEST_OLD), asked_at=at, due_on=answer_day(today_here(at)), **said,
    )  # fmt: skip
    _demand_first(row)
    settlers = settlers_of(row, today_here(at))
    if not settlers:
        raise Conflict("县里现在没有别的管理员能办您的申请。您自己管理账号的,请到“资料维护”里直接更正。")
    row.save(force_insert=True)
    CorrectionStep.objects.create(request=row, move=ASK, state=CorrectionState.ASKED, actor=actor, at=at)
    audit.record("ask_correction", actor=actor, target=row, at=at, topic=topic, column=column)
    text = f"{actor.name}申请更正“{row.what}”,请在{row.due_on.month}月{row.due_on.day}日以前办理。"
    notify(users=settlers, kind=Kind.OFFICE, text=text, link=row.page, at=at)
    return row


def settlers_of(row: CorrectionRequest, on: date) -> list:
    """The accounts that may settle the request: those in office at its county for which the permission holds."""
    postings = Posting.objects.in_force(on).filter(station=row.county_id, user__is_active=True).select_related("user")
    people = {posting.user for posting in postings}
    return sorted((one for one in people if can_settle_correction(one, row)), key=lambda one: one.pk)


def _check(*, right_value: str, reason: str) -> None:
    problems = {}
    if not 0 < len(right_value) <= LONGEST_VALUE:
        problems["right_value"] = f"请写应该是什么,最多{LONGEST_VALUE}个字"
    if not 0 < len(reason) <= LONGEST_REASON:
        problems["reason"] = f"请写为什么,例如:换了手机号;最多{LONGEST_REASON}个字"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)


def _county_of(actor, deputy: Deputy | None, on: date) -> Station:
    if deputy:
        return deputy.county
    keys = counties_of_account(actor, on)
    if not keys:
        raise DomainError("您的账号还没有归到哪个县,请直接联系县人大办公室。")
    return Station.objects.get(pk=min(keys))


def _demand_first(row: CorrectionRequest) -> None:
    same = {"asker": row.asker, "topic": row.topic, "row_key": row.row_key, "column": row.column}
    if CorrectionRequest.objects.open().filter(**same).exists():
        raise Conflict(f"“{row.what}”您已经申请过了,还在办理。要改写的请先撤回,再重新申请。")
