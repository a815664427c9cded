"""Which gaps of published days come from whose leave: the change and the decision carry the same moment."""

from collections import defaultdict
from collections.abc import Sequence

from activities.models import Leave, RosterChange, Shift
from activities.rules.rosters import FULL_TEAM
from activities.states import ShiftState
from deputies.models import Deputy

LEFT_FOR = "请假"  # the reason under which approving leave takes somebody off a published day


def missing_on(shift: Shift) -> int:
    """How many deputies a day that takes place lacks to have two; of a shift read with its places."""
    return max(0, FULL_TEAM - len(shift.places.all())) if shift.state == ShiftState.PLANNED else 0


def gaps_left_by(leave: Leave) -> list[Shift]:
    """The published days that approving `leave` has left with fewer than two deputies, in order of date."""
    if leave.decided_at is None or leave.activity_id:
        return []
    left = RosterChange.objects.filter(reason=LEFT_FOR, at=leave.decided_at, text__endswith=_words(leave.deputy))
    shifts = Shift.objects.published().filter(pk__in=left.values("shift")).select_related("branch", "station")
    return [shift for shift in shifts.prefetch_related("places").order_by("date", "pk") if missing_on(shift)]


def away_from(shift: Shift) -> list[Deputy]:
    """Who was taken off this day by leave that still counts, last first (two queries)."""
    left = dict(RosterChange.objects.filter(shift=shift, reason=LEFT_FOR).order_by("pk").values_list("text", "at"))
    rows = Leave.objects.approved().from_duty().overlapping(shift.date, shift.date)
    rows = rows.filter(decided_at__in=left.values()).select_related("deputy").order_by("-decided_at")
    return [leave.deputy for leave in rows if any(text.endswith(_words(leave.deputy)) for text in left)]


def days_left_by(leaves: Sequence[Leave]) -> list[tuple[Leave, Shift]]:
    """Which published days that took place each leave has taken its deputy off (two queries, however many leaves)."""
    decided = {leave.decided_at for leave in leaves if leave.decided_at and not leave.activity_id}
    rows = RosterChange.objects.filter(reason=LEFT_FOR, at__in=decided, shift__isnull=False)
    texts = defaultdict(list)
    for at, text, shift in rows.order_by("pk").values_list("at", "text", "shift"):
        texts[at].append((text, shift))
    shifts = Shift.objects.on_the_calendar().filter(pk__in={shift for pairs in texts.values() for _text, shift in pairs})
    held = {shift.pk: shift for shift in shifts.select_related("branch")}
    return [
        (leave, held[shift])
        for leave in leaves
        for text, shift in texts.get(leave.decided_at, ())  # type: ignore[arg-type]
        if shift in held and text.endswith(_words(leave.deputy))
    ]


def _words(deputy: Deputy) -> str:
    """How the change that takes somebody off ends."""
    return f"去掉{deputy.name}"
