"""What facts earn: which item a fact falls under, and the key that names it for ever.

Keys: `log:<uid>:<item>`, `activity:<uid>:<item>`, `leave:<uid>:<day>`, `ticket:<uid>`, `ticket:<uid>:suggestion_supervised`, `claim:<uid>`,
`month:<yyyy-mm>`, `appeal:<uid>`. Rescoring finds its entry again by them.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from activities.states import ON_LEAVE, ActivityKind, Presence
from scoring.states import Item, Source

# By plain words: the rows of a county's year are 100,000, and making an enum of each costs more than all the rest.
MISSED_BY_KIND: dict[str, Item] = {
    ActivityKind.STUDY: Item.STUDY_MISSED, ActivityKind.TRAINING: Item.STUDY_MISSED,
    ActivityKind.INSPECTION: Item.STUDY_MISSED, ActivityKind.RESEARCH: Item.STUDY_MISSED,
    ActivityKind.LAW_CHECK: Item.STUDY_MISSED, ActivityKind.CONGRESS: Item.CONGRESS_MISSED,
}  # fmt: skip
LEAVE_ITEM: dict[str, Item] = {kind: Item(kind.value) for kind in ON_LEAVE}  # a kind of leave and its item bear the same name
TIMELY: dict[str, Item] = {Presence.LATE: Item.LATE_OR_EARLY, Presence.LEFT_EARLY: Item.LATE_OR_EARLY}
PRESENCE_LABELS: dict[str, str] = dict(Presence.choices)
# Presence that can cost anything; nothing else needs to be read.
COSTLY = (Presence.ABSENT, *ON_LEAVE, *TIMELY)


class Earning(NamedTuple):
    """One fact and the rule item it falls under; the value comes from the year's scheme."""

    fact_key: str
    item: str
    occurred_on: date
    reason: str
    source: str
    source_key: str


class Duty(NamedTuple):
    """One deputy's presence in one log: `stood_in` tells whether somebody was there instead.

    `sunday` is the day that it counts as; another one than `on` where the reception was put off (ADR 2).
    """

    log_uid: str
    number: str
    on: date
    sunday: date
    branch: str
    status: str
    expected: bool
    stood_in: bool


class Meeting(NamedTuple):
    """One deputy's presence in one activity that was held: `stood_in` tells whether somebody came for them."""

    uid: str
    kind: str
    title: str
    on: date
    status: str
    required: bool
    expected: bool = True
    stood_in: bool = False


class DayLeft(NamedTuple):
    """A published reception day that a deputy left because of leave approved before it; `sunday` as of a `Duty`."""

    leave_uid: str
    kind: str
    on: date
    sunday: date
    branch: str


class Ticket(NamedTuple):
    """What one verified ticket is to one deputy: `item` an opinion entered, a suggestion or motion led, signed, supervised."""

    uid: str
    number: str
    on: date
    item: str


class Claim(NamedTuple):
    """An approved bonus claim."""

    uid: str
    item: str
    on: date
    text: str
    is_late: bool


def label(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _reception(day: Duty | DayLeft) -> str:
    """The day on which it was held, the branch, and where it was put off the Sunday that it counts as."""
    before = f"(原{label(day.sunday)})" if day.on != day.sunday else ""
    return f"{label(day.on)}{before}{day.branch}接待日"


def duty_earnings(duties: Iterable[Duty]) -> list[Earning]:
    """Missed Sundays, leave from them, coming late or leaving early."""
    found = []
    for duty in duties:
        item = _duty_item(duty)
        if item:
            reason = f"{_reception(duty)}:{item.label}({duty.number})"
            found.append(
                Earning(f"log:{duty.log_uid}:{item.value}", item.value, duty.sunday, reason, Source.LOG, duty.log_uid)
            )
    return found


def _duty_item(duty: Duty) -> Item | None:
    if duty.status == Presence.ABSENT:
        return Item.DUTY_MISSED if duty.expected and not duty.stood_in else None
    if duty.status in LEAVE_ITEM:
        return LEAVE_ITEM[duty.status] if duty.expected else None
    return TIMELY.get(duty.status)


def meeting_earnings(meetings: Iterable[Meeting]) -> list[Earning]:
    """Required activities missed, leave from them, late or early; nothing for who need not have come."""
    found = []
    for meeting in meetings:
        item = _meeting_item(meeting)
        if item:
            reason = f"{label(meeting.on)}{meeting.title}:{PRESENCE_LABELS[meeting.status]}"
            key = f"activity:{meeting.uid}:{item.value}"
            found.append(Earning(key, item.value, meeting.on, reason, Source.ACTIVITY, meeting.uid))
    return found


def _meeting_item(meeting: Meeting) -> Item | None:
    if not (meeting.required and meeting.expected):
        return None
    if meeting.status == Presence.ABSENT:
        return None if meeting.stood_in else MISSED_BY_KIND.get(meeting.kind, Item.MEETING_MISSED)
    return LEAVE_ITEM.get(meeting.status) or TIMELY.get(meeting.status)


def leave_earnings(days: Iterable[DayLeft]) -> list[Earning]:
    """Leave approved before the day costs what leave recorded on the day costs (ADR 12)."""
    return [
        Earning(
            f"leave:{day.leave_uid}:{day.on.isoformat()}", LEAVE_ITEM[day.kind].value, day.sunday,
            f"{_reception(day)}:{PRESENCE_LABELS[day.kind]}(事先批准)", Source.LEAVE, day.leave_uid,
        )
        for day in days
    ]  # fmt: skip


TICKET_WORDS = {
    Item.OPINION_ENTERED: "提交社情民意",
    Item.SUGGESTION_LED: "领衔提出建议",
    Item.SUGGESTION_SIGNED: "附议建议",
    Item.MOTION_LED: "领衔提出议案",
    Item.MOTION_SIGNED: "附议议案",
    Item.SUGGESTION_SUPERVISED: "建议列入督办",
}


def ticket_earnings(tickets: Iterable[Ticket]) -> list[Earning]:
    """Verified opinions entered online; suggestions and motions led, signed, put under supervision."""
    return [
        Earning(
            _ticket_key(ticket), ticket.item, ticket.on,
            f"{label(ticket.on)}{TICKET_WORDS[Item(ticket.item)]}{ticket.number}", Source.OPINION, ticket.uid,
        )
        for ticket in tickets
    ]  # fmt: skip


def _ticket_key(ticket: Ticket) -> str:
    """Who leads has one line of a ticket, whatever it is called; supervision is a second one."""
    return f"ticket:{ticket.uid}" + (f":{ticket.item}" if ticket.item == Item.SUGGESTION_SUPERVISED else "")


def claim_earnings(claims: Iterable[Claim]) -> list[Earning]:
    """Approved claims."""
    return [
        Earning(
            f"claim:{claim.uid}", claim.item, claim.on,
            f"{label(claim.on)}{claim.text}{'(逾期补报)' if claim.is_late else ''}", Source.CLAIM, claim.uid,
        )
        for claim in claims
    ]  # fmt: skip
