"""Which facts stand on a branch's board.

What a board may show is decided here: own phone and photo only with the deputy's recorded consent, otherwise the
station's phone and a neutral portrait; no birth date, no party, no id number.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.utils._os import safe_join

from activities.models import Shift
from activities.states import RosterState, ShiftState
from deputies.models import Deputy, Mandate, Membership
from deputies.permissions import agreed_by
from deputies.posters.glyphs import glyphs_for
from deputies.posters.product import Facts
from deputies.rules import levels_label, township_word
from deputies.states import LEVEL_ORDER, MandateLevel, MembershipRole
from julu_liaison.common.pictures import Crop
from stations.models import Station

SUBTITLE = "代表联系群众公示栏"
COMING = 4  # receptions on the list
COMING_WITHIN = timedelta(days=62)
EVERY_SUNDAY = "每星期日"


@dataclass(frozen=True)
class PhotoSource:
    """The picture a portrait was cut from and the frame of the cut, in its pixels."""

    original: Path
    crop: Crop


@dataclass(frozen=True)
class BoardPerson:
    """One deputy as printed. `phone` is the own number or, without consent, the station's.

    `photo_source` is for cutting the photo larger, `photo_held_back` says that there is one without consent, `mandates`
    are the levels of those in force; none of the three is a fact of the board.
    """

    code: str
    name: str
    levels_label: str  # 县、镇人大代表
    is_head: bool
    employer: str
    position: str
    contact_scope: str
    phone: str
    photo: Path | None
    photo_source: PhotoSource | None = None
    photo_held_back: bool = False
    mandates: frozenset[str] = frozenset((MandateLevel.COUNTY,))


@dataclass(frozen=True, kw_only=True)
class BoardFacts(Facts):
    """Everything a branch's board says; `upcoming` is a list of (date, names on duty), possibly empty."""

    title: str
    subtitle: str
    people: list[BoardPerson]
    duty_hours: str
    place: str
    station_phone: str
    upcoming: list[tuple[date, list[str]]]
    qr_url: str
    maker: str  # 巨鹿县人大常委会


def board_facts(branch: Station, on: date) -> BoardFacts:
    """What the board of `branch` says on the day `on`."""
    return board_facts_of([branch], on)[branch.pk]


def board_facts_of(branches: Iterable[Station], on: date) -> dict[int, BoardFacts]:
    """The facts of many boards by branch key (seven queries, whatever the number)."""
    keys = [branch.pk for branch in branches]
    places = {
        branch.pk: branch for branch in Station.objects.filter(pk__in=keys).select_related("parent__parent", "county")
    }
    members = defaultdict(list)
    memberships = Membership.objects.in_force(on).filter(branch__in=keys).heads_first().select_related("deputy")
    for membership in memberships:
        members[membership.branch_id].append(membership)
    levels = levels_held([member.deputy_id for rows in members.values() for member in rows], on)
    coming = _coming_receptions(keys, on)
    glyphs = glyphs_for(places.values())
    return {
        key: _facts(place, members[key], levels, coming[key], glyphs[place.county_id], on)
        for key, place in places.items()
    }


def _facts(branch: Station, members: list[Membership], levels: dict, coming: list, glyphs: dict, on: date) -> BoardFacts:
    return BoardFacts(
        county_code=branch.county.code,
        place_code=branch.code,
        glyphs=glyphs,
        title=branch.full_name,
        subtitle=SUBTITLE,
        people=[_person(membership, branch, levels[membership.deputy_id], on) for membership in members],
        duty_hours=duty_hours(branch),
        place=branch.address or branch.host,
        station_phone=branch.phone_here,
        upcoming=coming,
        qr_url=branch_address(branch),
        maker=f"{branch.county.name}人大常委会",
    )


def _person(membership: Membership, branch: Station, levels: set[str], on: date) -> BoardPerson:
    deputy = membership.deputy
    photo = consented_photo(deputy, on)
    own_phone = deputy.phone if agreed_by(deputy.phone_consent_on, on) else ""
    return BoardPerson(
        code=deputy.code,
        name=deputy.name,
        levels_label=printed_levels(levels, branch),
        is_head=membership.role == MembershipRole.HEAD,
        employer=deputy.employer,
        position=deputy.position,
        contact_scope=deputy.contact_scope,
        phone=own_phone or branch.phone_here,
        photo=photo,
        photo_source=_photo_source(deputy) if photo else None,
        photo_held_back=bool(deputy.photo) and photo is None,
        mandates=frozenset(levels),
    )


def _photo_source(deputy) -> PhotoSource | None:
    if not deputy.photo_original or not deputy.photo_crop:
        return None
    return PhotoSource(Path(safe_join(settings.MEDIA_ROOT, deputy.photo_original)), Crop(*deputy.photo_crop))


# ---- Shared with duty posters ----


def branch_address(branch: Station) -> str:
    """The permanent page behind the QR code."""
    return f"{settings.SITE_URL}/b/{branch.code}/"


def consented_photo(deputy, on: date) -> Path | None:
    """Where the portrait for print lies, if the deputy's consent counts on the day `on`."""
    may_show = deputy.photo and agreed_by(deputy.photo_consent_on, on)
    return Path(safe_join(settings.MEDIA_ROOT, deputy.photo)) if may_show else None


def printed_levels(levels: Iterable[str], branch: Station) -> str:
    """县、镇人大代表, the township called as the branch's is."""
    township = township_word(branch.parent.name)
    return levels_label([level for level in LEVEL_ORDER if level in levels], township)


def duty_hours(branch: Station) -> str:
    """The reception hours; where only a time of day was typed, with the day."""
    hours = branch.duty_hours_here
    return hours if re.search("周|星期|礼拜|每", hours) else f"{EVERY_SUNDAY} {hours}".strip()


def on_duty(shift: Shift) -> list[Deputy]:
    """Who receives on that day, in the order of every list; the places with their deputies are there."""
    return sorted((place.deputy for place in shift.places.all()), key=lambda deputy: (deputy.sort_key, deputy.code))


def levels_held(deputies: Iterable[int], on: date) -> dict[int, set[str]]:
    """Levels of the mandates in force, by deputy key."""
    found = defaultdict(set)
    mandates = Mandate.objects.in_force(on).filter(deputy__in=list(deputies))
    for deputy, level in mandates.values_list("deputy", "level"):
        found[deputy].add(level)
    return found


def _coming_receptions(keys: list[int], on: date) -> dict[int, list[tuple[date, list[str]]]]:
    """The next receptions of published rosters, by branch key: (date, names on duty)."""
    shifts = Shift.objects.filter(branch__in=keys, state=ShiftState.PLANNED, roster__state=RosterState.PUBLISHED)
    found = defaultdict(list)
    for shift in shifts.within(on, on + COMING_WITHIN).order_by("date").prefetch_related("places__deputy"):
        names = [deputy.name for deputy in on_duty(shift)]
        if names and len(found[shift.branch_id]) < COMING:
            found[shift.branch_id].append((shift.date, names))
    return found
