"""What claiming and every later step have in common: terms, the history's row, files."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from activities.rules.attachments import MEGABYTE, MOST_BYTES
from activities.services.files import attach_file, path_of
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import Calendar
from scoring.models import BonusClaim, ClaimFile, ClaimStep, Scheme
from scoring.states import ClaimState

Files = Sequence[tuple[str, bytes]]
MOST_FILES = 6  # at one time
MOST_ROOM = MOST_FILES * MOST_BYTES


def set_term(claim: BonusClaim, scheme: Scheme, on: date) -> None:
    """Give the present step its last day; a claim that has ended has none. Reminders begin anew."""
    days = {
        ClaimState.CLAIMED: scheme.check_days, ClaimState.RETURNED: scheme.check_days,
        ClaimState.CHECKED: scheme.decide_days,
    }.get(ClaimState(claim.state))  # fmt: skip
    claim.reminded_on = None
    claim.due_on = None if days is None else _working_day_after(on, days)


def _working_day_after(on: date, days: int) -> date:
    """Twice the days and three weeks hold the longest holidays."""
    return Calendar.load(on, on + timedelta(days=2 * days + 21)).add_working_days(on, days)


def write_steps(claims: Iterable[BonusClaim], move: str, *, actor, at: datetime, note: str = "") -> None:
    ClaimStep.objects.bulk_create(
        ClaimStep(claim=claim, move=move, state=claim.state, actor=actor, at=at, note=note) for claim in claims
    )


def demand_few(files: Files) -> None:
    if len(files) > MOST_FILES:
        raise DomainError(f"一次最多传{MOST_FILES}个文件。", fields={"files": f"最多{MOST_FILES}个"})


def demand_room(files: Files, people: int) -> None:
    """Every claim keeps its own copy; for many people no more is taken than one may hand in."""
    total = people * sum(len(content) for _name, content in files)
    if total > MOST_ROOM:
        sentence = (
            f"材料每位代表存一份,{people}位一共{total // MEGABYTE}MB,一次最多{MOST_ROOM // MEGABYTE}MB,"
            "请少选几张、把照片缩小,或者只写文号"
        )
        raise DomainError(f"{sentence}。", fields={"files": sentence})


def attach_files(claims: Iterable[BonusClaim], files: Files, *, actor, at: datetime) -> None:
    """Keep the files with each of the claims, all or none: when one is refused, those stored before it go again, and the
    sentence names it. Called last.
    """
    kept = []
    try:
        for claim in claims:
            for name, content in files:
                row = ClaimFile(claim=claim)
                kept.append(attach_file(row=row, owner=claim, name=name, content=content, actor=actor, at=at))
    except BaseException as error:
        for row in kept:
            path_of(row).unlink(missing_ok=True)
        if isinstance(error, DomainError):
            raise DomainError(error.message, fields={"files": f"“{name}”{error.message.rstrip('。')}"}) from error
        raise
