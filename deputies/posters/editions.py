"""Which facts stand on a branch's board, and the editions in which it was printed.

What a board may show is decided here: own phone and photo only with the deputy's recorded consent. A board is
printed again when its facts changed. The list of coming receptions is no such fact: it passes by itself. It is on
paper boards only (who hangs metal for years hangs no dates) and is renewed once all of it has passed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils._os import safe_join

from activities.models import Shift
from activities.states import RosterState, ShiftState
from deputies.models import BoardEdition, Mandate, Membership
from deputies.permissions import agreed_by, can_print_boards
from deputies.posters.layout import BoardFacts, BoardPerson, board_size, check_board, facts_hash, render_board
from deputies.rules import levels_label
from deputies.services import record_edition
from deputies.states import LEVEL_ORDER, MembershipRole
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.pdf import PrintRefused, write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station

SUBTITLE = "代表联系群众公示栏"
PAPER_SIZES = ("A1", "A2", "A3")
COMING = 4  # receptions on the list
COMING_WITHIN = timedelta(days=62)
LIST_LASTS = timedelta(days=7 * COMING)
ATTEMPTS = 5
EVERY_SUNDAY = "每星期日"


@dataclass(frozen=True)
class BoardResult:
    """What became of one board. `state`: printed, unchanged or refused; `path` is the kept file."""

    branch: Station
    state: str
    path: Path | None = None
    edition: BoardEdition | None = None
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BoardStanding:
    """A branch's last edition of one size. `state`: new (never printed), changed, current or refused.

    `people`: how many deputies would stand on the board.
    """

    branch: Station
    people: int
    edition: BoardEdition | None
    state: str
    reasons: list[str] = field(default_factory=list)


# ---- Facts ----


def board_facts(branch: Station, on: date) -> BoardFacts:
    """What the board of `branch` says on the day `on`; the edition is filled in when it is printed."""
    return board_facts_of([branch], on)[branch.pk]


def board_facts_of(branches: Iterable[Station], on: date) -> dict[int, BoardFacts]:
    """The facts of many boards by branch key (six queries, whatever the number)."""
    keys = [branch.pk for branch in branches]
    places = {
        branch.pk: branch for branch in Station.objects.filter(pk__in=keys).select_related("parent__parent", "county")
    }
    members = defaultdict(list)
    memberships = Membership.objects.in_force(on).filter(branch__in=keys).heads_first().select_related("deputy")
    for membership in memberships:
        members[membership.branch_id].append(membership)
    levels = _levels(members.values(), on)
    coming = _coming_receptions(keys, on)
    return {key: _facts(place, members[key], levels, coming[key], on) for key, place in places.items()}


def _facts(branch: Station, members: list[Membership], levels: dict, coming: list, on: date) -> BoardFacts:
    return BoardFacts(
        branch_code=branch.code,
        title=branch.full_name,
        subtitle=SUBTITLE,
        people=[_person(membership, branch, levels[membership.deputy_id], on) for membership in members],
        duty_hours=_duty_hours(branch),
        place=branch.address or branch.host,
        station_phone=branch.phone_here,
        upcoming=coming,
        qr_url=f"{settings.SITE_URL}/b/{branch.code}/",
        maker=f"{branch.county.name}人大常委会",
        edition_label="",
        edited_on=on,
    )


def _person(membership: Membership, branch: Station, levels: set[str], on: date) -> BoardPerson:
    deputy = membership.deputy
    own_phone = deputy.phone if agreed_by(deputy.phone_consent_on, on) else ""
    photo = deputy.photo if agreed_by(deputy.photo_consent_on, on) else ""
    township = "镇" if branch.parent.name.endswith("镇") else "乡"
    return BoardPerson(
        name=deputy.name,
        levels_label=levels_label([level for level in LEVEL_ORDER if level in levels], township),
        is_head=membership.role == MembershipRole.HEAD,
        employer=deputy.employer,
        position=deputy.position,
        contact_scope=deputy.contact_scope,
        phone=own_phone or branch.phone_here,
        photo=Path(safe_join(settings.MEDIA_ROOT, photo)) if photo else None,
    )


def _duty_hours(branch: Station) -> str:
    """The reception hours; where only a time of day was typed, with the day."""
    hours = branch.duty_hours_here
    return hours if re.search("周|星期|礼拜", hours) else f"{EVERY_SUNDAY} {hours}".strip()


def _levels(members: Iterable[list[Membership]], on: date) -> dict[int, set[str]]:
    """Levels of the mandates in force, by deputy key."""
    deputies = [membership.deputy_id for memberships in members for membership in memberships]
    found = defaultdict(set)
    mandates = Mandate.objects.in_force(on).filter(deputy__in=deputies)
    for deputy, level in mandates.values_list("deputy", "level"):
        found[deputy].add(level)
    return found


def _coming_receptions(keys: list[int], on: date) -> dict[int, list[tuple[str, list[str]]]]:
    """The next receptions of published rosters, by branch key: (date label, names on duty)."""
    shifts = Shift.objects.filter(branch__in=keys, state=ShiftState.PLANNED, roster__state=RosterState.PUBLISHED)
    found = defaultdict(list)
    for shift in shifts.within(on, on + COMING_WITHIN).order_by("date").prefetch_related("places__deputy"):
        names = [place.deputy.name for place in shift.places.all()]
        if names and len(found[shift.branch_id]) < COMING:
            found[shift.branch_id].append((f"{shift.date.month}月{shift.date.day}日", names))
    return found


def _for_size(facts: BoardFacts, size: str) -> BoardFacts:
    return facts if size in PAPER_SIZES else replace(facts, upcoming=[])


def _hash(facts: BoardFacts, size: str) -> str:
    """Whether there is a list of coming receptions counts, what stands on it does not."""
    return facts_hash(replace(facts, upcoming=[("", [])] if facts.upcoming else []), size)


# ---- Editions ----


def print_board(*, branch: Station, size: str, actor, at: datetime) -> BoardResult:
    """Print the board of one branch unless its latest edition still says the same (公示牌).

    `actor=None` is the system itself. Raises NotAllowed, or DomainError for an unknown size; what keeps a board
    from being printed comes back as reasons.
    """
    return next(print_boards(branches=[branch], size=size, actor=actor, at=at))


def print_boards(*, branches: Iterable[Station], size: str, actor, at: datetime) -> Iterator[BoardResult]:
    """Print many boards one after the other, with their facts read at the beginning."""
    branches, size = list(branches), board_size(size).code
    for branch in branches:
        if not can_print_boards(actor, branch):
            raise NotAllowed("公示牌由县人大办公室统一制作,分站所在的联络站可以先印小样。")
    facts = board_facts_of(branches, today_here(at))
    for branch in branches:
        yield _printed(branch, _for_size(facts[branch.pk], size), size, actor, at)


def _printed(branch: Station, facts: BoardFacts, size: str, actor, at: datetime) -> BoardResult:
    try:
        digest = _hash(facts, size)
        for _attempt in range(ATTEMPTS):
            latest = _latest_editions([branch.pk], size).get(branch.pk)
            if latest and _still_holds(latest, digest, facts, at):
                return BoardResult(branch, "unchanged", kept_file(latest), latest)
            edition = _new_edition(branch, latest, facts, digest, size, actor, at)
            if edition:
                return BoardResult(branch, "printed", kept_file(edition), edition)
    except PrintRefused as refusal:
        return BoardResult(branch, "refused", reasons=_reasons(facts, size, refusal))
    return BoardResult(branch, "refused", reasons=["好几个人同时在印这块公示牌,请稍后再试"])


def _reasons(facts: BoardFacts, size: str, refusal: PrintRefused) -> list[str]:
    """What to mend, with the deputies' names where the check of the whole board finds them."""
    return check_board(facts, size) or refusal.messages


def _still_holds(edition: BoardEdition, digest: str, facts: BoardFacts, at: datetime) -> bool:
    is_fresh = not facts.upcoming or at - edition.made_at < LIST_LASTS
    return edition.facts_hash == digest and is_fresh and kept_file(edition).is_file()


def _new_edition(branch, latest, facts: BoardFacts, digest: str, size: str, actor, at) -> BoardEdition | None:
    """Print and record the next edition; None when somebody else was faster and the number is taken.

    The number stands on the board, so it is printed first and recorded after, without a lock over the printing.
    """
    number = latest.number + 1 if latest else 1
    edited = replace(facts, edition_label=f"第{number}版", edited_on=today_here(at))
    name = f"boards/{_safe(branch.code)}/{size}-{number:03d}-{digest[:12]}.pdf"
    write_atomically(Path(safe_join(settings.MEDIA_ROOT, name)), render_board(edited, size))
    try:
        return record_edition(
            branch=branch, size=size, number=number, facts_hash=digest, file=name, actor=actor, at=at
        )  # fmt: skip
    except Conflict:
        return None


def kept_file(edition: BoardEdition) -> Path:
    """Where the printed file of an edition is kept."""
    return Path(safe_join(settings.MEDIA_ROOT, edition.file))


def preview_of(result: BoardResult) -> bytes:
    """A PNG of a board that was printed or unchanged, kept beside its file; drawn when first asked for."""
    path = result.path.with_suffix(".png")
    if not path.is_file():
        made_on = timezone.localdate(result.edition.made_at)
        facts = _for_size(board_facts(result.branch, made_on), result.edition.size)
        edited = replace(facts, edition_label=f"第{result.edition.number}版", edited_on=made_on)
        write_atomically(path, render_board(edited, result.edition.size, png=True))
    return path.read_bytes()


def board_file_name(branch: Station, size: str, suffix: str = ".pdf") -> str:
    """The name under which a board is handed out: `GT01-A2.pdf`."""
    return f"{_safe(branch.code)}-{size}{suffix}"


def standings(branches: Iterable[Station], size: str, at: datetime) -> list[BoardStanding]:
    """Each branch's last edition of `size` and whether it still says what is true (seven queries).

    Photos count by content, so every portrait is read: about 0.2 s for a county.
    """
    branches, size = list(branches), board_size(size).code
    facts = board_facts_of(branches, today_here(at))
    latest = _latest_editions([branch.pk for branch in branches], size)
    return [
        _standing(branch, _for_size(facts[branch.pk], size), latest.get(branch.pk), size, at) for branch in branches
    ]


def _standing(branch: Station, facts: BoardFacts, edition: BoardEdition | None, size: str, at) -> BoardStanding:
    reasons: list[str] = []
    try:
        digest = _hash(facts, size)
    except PrintRefused as refusal:
        state, reasons = "refused", _reasons(facts, size, refusal)
    else:
        state = "new" if edition is None else "current" if _still_holds(edition, digest, facts, at) else "changed"
    return BoardStanding(branch, len(facts.people), edition, state, reasons)


def _latest_editions(keys: list[int], size: str) -> dict[int, BoardEdition]:
    """The highest edition of each branch."""
    rows = BoardEdition.objects.filter(branch__in=keys, size=size).order_by("branch", "number")
    return {row.branch_id: row for row in rows}


def _safe(code: str) -> str:
    return re.sub(r"[^\w-]", "_", code)
