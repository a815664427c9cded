"""Reminders of claims and appeals whose term ends or has ended."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from julu_liaison.common.working_days import Calendar, today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import Appeal, BonusClaim
from scoring.services.addressees import Addressees

LOOK_AHEAD = timedelta(days=21)  # holds the longest holidays


@transaction.atomic
def remind_questions(*, at: datetime) -> int:
    """Remind whoever has to act on claims and appeals that are due within one working day or overdue.

    One notice a person, a day and a kind, however many wait. Idempotent: rows are locked, and those of which somebody
    was told today are left out. Returns how many notices were written.
    """
    today = today_here(at)
    soon = Calendar.load(today, today + LOOK_AHEAD).add_working_days(today, 1)
    addressees, notices = Addressees(at), 0
    for model, noun, page in ((BonusClaim, "加分申报", "/points/claims/"), (Appeal, "复核", "/points/appeals/")):
        for user, rows in _tasks(model, addressees, soon, today).items():
            text, link = _words(rows, noun, today), f"{page}{rows[0].uid}/" if len(rows) == 1 else page
            # One alone names whose it is.
            notify(kind=Kind.POINTS, users=[user], text=text, link=link, at=at, fit_for_outside=len(rows) > 1)
            notices += 1
    return notices


def _tasks(model: type[Model], addressees: Addressees, soon: date, today: date) -> dict[Any, list[Any]]:
    """What is due by the accounts that have to act; marked as told."""
    due = model.objects.open().filter(due_on__lte=soon)  # type: ignore[attr-defined]
    due = due.filter(Q(reminded_on=None) | Q(reminded_on__lt=today)).order_by("pk").select_for_update(of=("self",))
    rows = list(due.select_related("deputy__user"))
    tasks: dict[Any, list[Any]] = {}
    for row in rows:
        for user in addressees.who_acts(row):
            tasks.setdefault(user, []).append(row)
    model.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)  # type: ignore[attr-defined]
    return tasks


def _words(rows: list[Any], noun: str, today: date) -> str:
    late = sum(row.due_on < today for row in rows)
    if len(rows) == 1:
        day = f"{rows[0].due_on.month}月{rows[0].due_on.day}日"
        return f"{rows[0].deputy.name}的{noun}{f'{day}就到期了,还没有办' if late else f'要在{day}前办'},请您办理。"
    return f"有{len(rows)}件{noun}等您办{f',其中{late}件已经超过期限' if late else ',马上到期'}。"
