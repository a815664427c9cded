"""Which Sundays a deputy would rather not serve (值班意愿)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from activities.models import DutyPreference
from activities.permissions import can_ask_leave
from activities.rules import MOST_AVOIDED, checked_weeks
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here

LONGEST_NOTE = 60


@transaction.atomic
def set_preference(
    *, deputy: Deputy, avoided_weeks: Iterable[int], actor, at: datetime, note: str = ""
) -> DutyPreference:
    """Write down which Sundays of the month (1 to 5, at most three) are inconvenient; none takes the wish back.

    A wish: planning meets it where nothing more important stands against it.
    """
    if not can_ask_leave(actor, deputy, _branch_of(deputy, at)):
        raise NotAllowed("值班意愿由代表本人、站长或联络站填写。")
    try:
        weeks = checked_weeks(avoided_weeks)
    except ValueError as error:
        sentence = f"请在第1到第5个星期日里选,最多选{MOST_AVOIDED}个"
        raise DomainError(f"{sentence}。", fields={"avoided_weeks": sentence}) from error
    note = clean_text(note)
    if len(note) > LONGEST_NOTE:
        raise DomainError(f"说明最多{LONGEST_NOTE}个字。", fields={"note": f"最多{LONGEST_NOTE}个字"})
    wish, _made = DutyPreference.objects.update_or_create(
        deputy=deputy, defaults={"avoided_weeks": weeks, "note": note}
    )
    audit.record("set_preference", actor=actor, target=deputy, at=at, weeks=weeks)
    return wish


def _branch_of(deputy: Deputy, at: datetime):
    last = deputy.memberships.latest_on(today_here(at)).select_related("branch").first()
    return last.branch if last else None
