"""Consent to publish photo and phone, with the day it was given and where it is written down (同意公开)."""

from datetime import date, datetime

from django.db import transaction

from deputies.models import Deputy
from deputies.permissions import can_record_consent, can_withdraw_consent
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.working_days import today_here

SUBJECTS = {"photo": "照片", "phone": "电话"}
LONGEST_EVIDENCE = 120


@transaction.atomic
def record_consent(
    *, deputy: Deputy, subject: str, given_on: date, evidence: str, actor, at: datetime | None = None
) -> Deputy:
    """Record that the deputy agreed on `given_on` to the publication of `subject` (photo or phone).

    `evidence` says where that is written down, e.g. 签字同意书第12号. Recording again replaces what was recorded.
    """
    if not can_record_consent(actor, deputy):
        raise NotAllowed("同意公开照片和电话,由县人大办公室或代表所在的联络站凭签字的材料登记。")
    _demand_subject(subject)
    evidence = " ".join(evidence.split())
    problems = _problems(given_on, evidence, today_here(at))
    if problems:
        raise DomainError("请把同意的日期和依据填好。", fields=problems)
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    _save(fresh, subject, given_on, evidence, actor)
    audit.record(
        "record_consent", actor=actor, target=fresh, county_code=fresh.county.code, at=at, subject=subject,
        given_on=given_on.isoformat(), evidence=evidence,
    )  # fmt: skip
    return fresh


@transaction.atomic
def withdraw_consent(*, deputy: Deputy, subject: str, actor, reason: str, at: datetime | None = None) -> Deputy:
    """Take the consent back (个人信息保护法 art. 15): from now on nothing shows it to the public.

    A board that hangs already is reported as changed and printed again.
    """
    if not can_withdraw_consent(actor, deputy):
        raise NotAllowed("撤回同意,由代表本人、所在的联络站或县人大办公室办理。")
    _demand_subject(subject)
    if not reason.strip():
        raise DomainError("请写明为什么撤回。", fields={"reason": "请写原因,例如:本人要求"})
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    if getattr(fresh, f"{subject}_consent_on") is None:
        raise Conflict(f"{fresh.name}现在没有同意公开{SUBJECTS[subject]},不用撤回。")
    _save(fresh, subject, None, "", actor)
    audit.record(
        "withdraw_consent", actor=actor, target=fresh, county_code=fresh.county.code, at=at, subject=subject,
        reason=reason.strip()[:200],
    )  # fmt: skip
    return fresh


def _demand_subject(subject: str) -> None:
    if subject not in SUBJECTS:
        raise DomainError("只有照片和电话要登记同意公开。", fields={"subject": "请选照片或电话"})


def _problems(given_on: date | None, evidence: str, today: date) -> dict[str, str]:
    problems = {}
    if given_on is None:
        problems["given_on"] = "请填同意的日期"
    elif given_on > today:
        problems["given_on"] = "同意的日期不能晚于今天"
    if not evidence:
        problems["evidence"] = "请写依据,例如:签字同意书第12号"
    elif len(evidence) > LONGEST_EVIDENCE:
        problems["evidence"] = f"依据最多{LONGEST_EVIDENCE}个字"
    return problems


def _save(fresh: Deputy, subject: str, given_on: date | None, evidence: str, actor) -> None:
    columns = {f"{subject}_consent_on": given_on, f"{subject}_consent_evidence": evidence}
    for name, value in columns.items():
        setattr(fresh, name, value)
    save_traced(fresh, actor=actor, update_fields=list(columns))
