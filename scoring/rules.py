"""What the facts of a year earn. Pure: records come in as plain rows, earnings go out; no clock, no writes.

A fact's key names it for ever, so that rescoring finds its entry again: `log:<uid>:<item>`, `ticket:<uid>`, …
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from activities.states import Presence
from scoring.states import Item, Source

MISSED_BY_KIND = {
    "study": Item.STUDY_MISSED, "training": Item.STUDY_MISSED, "inspection": Item.STUDY_MISSED,
    "research": Item.STUDY_MISSED, "law_check": Item.STUDY_MISSED, "congress": Item.CONGRESS_MISSED,
}  # fmt: skip


@dataclass(frozen=True)
class Earning:
    """One fact and the rule item it falls under; the value comes from the year's scheme."""

    fact_key: str
    item: str
    occurred_on: date
    reason: str
    source: str
    source_key: str


@dataclass(frozen=True)
class Duty:
    """One deputy's presence in one log: `stood_in` tells whether the branch had a substitute that day."""

    log_uid: str
    number: str
    on: date
    branch: str
    status: str
    expected: bool
    stood_in: bool


@dataclass(frozen=True)
class Meeting:
    """One deputy's presence in one activity that was held: `stood_in` tells whether somebody came for them."""

    uid: str
    kind: str
    title: str
    on: date
    status: str
    required: bool
    expected: bool = True
    stood_in: bool = False


@dataclass(frozen=True)
class Ticket:
    """One verified ticket of a deputy."""

    uid: str
    number: str
    on: date
    suggestion: bool


def label(day: date) -> str:
    return f"{day.month}月{day.day}日"


def duty_earnings(duties: Iterable[Duty]) -> list[Earning]:
    """Missed Sundays, private leave, coming late or leaving early."""
    found = []
    for duty in duties:
        item = _duty_item(duty)
        if item:
            reason = f"{label(duty.on)}{duty.branch}接待日:{Item(item).label}({duty.number})"
            key = f"log:{duty.log_uid}:{item}"
            found.append(Earning(key, item, duty.on, reason, Source.LOG, duty.log_uid))
    return found


def _duty_item(duty: Duty) -> str | None:
    if duty.status == Presence.ABSENT:
        return Item.DUTY_MISSED if duty.expected and not duty.stood_in else None
    if duty.status == Presence.PRIVATE_LEAVE:
        return Item.PRIVATE_LEAVE if duty.expected else None
    if duty.status in (Presence.LATE, Presence.LEFT_EARLY):
        return Item.LATE_OR_EARLY
    return None


def meeting_earnings(meetings: Iterable[Meeting]) -> list[Earning]:
    """Required activities missed, private leave from them, late or early; nothing for who need not have come."""
    found = []
    for meeting in meetings:
        item = _meeting_item(meeting)
        if item:
            reason = f"{label(meeting.on)}{meeting.title}:{Presence(meeting.status).label}"
            key = f"activity:{meeting.uid}:{item}"
            found.append(Earning(key, item, meeting.on, reason, Source.ACTIVITY, meeting.uid))
    return found


def _meeting_item(meeting: Meeting) -> str | None:
    if not (meeting.required and meeting.expected):
        return None
    if meeting.status == Presence.ABSENT:
        return None if meeting.stood_in else MISSED_BY_KIND.get(meeting.kind, Item.MEETING_MISSED)
    if meeting.status == Presence.PRIVATE_LEAVE:
        return Item.PRIVATE_LEAVE
    return Item.LATE_OR_EARLY if meeting.status in (Presence.LATE, Presence.LEFT_EARLY) else None


def ticket_earnings(tickets: Iterable[Ticket]) -> list[Earning]:
    """Verified opinions entered online, suggestions led."""
    found = []
    for ticket in tickets:
        item = Item.SUGGESTION_LED if ticket.suggestion else Item.OPINION_ENTERED
        reason = f"{label(ticket.on)}{'提出代表建议' if ticket.suggestion else '提交社情民意'}{ticket.number}"
        found.append(Earning(f"ticket:{ticket.uid}", item, ticket.on, reason, Source.OPINION, ticket.uid))
    return found


def total_score(base: Decimal, deductions: Decimal, bonus: Decimal) -> Decimal:
    """Score = max(0, base − deductions) + bonus. `deductions` is the sum of base entries, at most 0.

    Two sums, clamped on reading: clamping a running balance goes wrong as soon as an entry is reversed.
    """
    return max(Decimal(0), base + deductions) + bonus
