"""站长 → 代表 → 群众: one page for each branch, and the list of branches with the same figures.

A deputy is silent (没有动静) who in the last SILENT_DAYS days neither served at a branch, nor took part in an activity,
nor served otherwise, nor was in touch with a constituent; somebody new is given that time first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Activity, ActivityAttendance, Attendance, ServiceRecord
from activities.states import SERVED
from deputies.models import Constituent, Contact, Mandate, Membership
from deputies.permissions import is_oneself, keeps_constituents_at, sees_chain, sees_whole_phones
from deputies.rules import CONSTITUENCY_LEVELS, CONSTITUENTS_EACH, levels_label, township_word
from deputies.services import look_at_constituents
from deputies.states import MembershipRole
from deputies.views.constituents import Known
from julu_liaison.common.secrets import masked_name, masked_phone
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of

SHOWN = {"served": "本月到分站服务过的", "silent": "没有动静的", "few": "联系选民不满的"}


@dataclass(frozen=True)
class Link:
    """One deputy of the chain: a membership with flags and counts, and whom the deputy is in touch with.

    `known` is empty where the reader may not see villagers at all; `last_contact` is the newest of them.
    """

    membership: Membership
    levels: str
    phone: str
    known: list[Known]
    last_contact: date | None
    is_me: bool


@dataclass(frozen=True)
class Figures:
    """What one branch's memberships (with flags) add up to."""

    people: int
    constituents: int
    due: int
    served: int
    silent: int
    few: int

    @classmethod
    def of(cls, members: Sequence[Membership]) -> "Figures":
        return cls(
            people=len(members),
            constituents=sum(member.constituents for member in members),
            due=CONSTITUENTS_EACH * sum(member.is_called_to for member in members),
            served=sum(member.has_served for member in members),
            silent=sum(is_silent(member) for member in members),
            few=sum(has_few(member) for member in members),
        )


@dataclass(frozen=True)
class Row:
    """One branch in the list."""

    branch: Station
    head: Membership | None
    figures: Figures


def is_silent(member: Membership) -> bool:
    return member.is_known and not member.is_active


def has_few(member: Membership) -> bool:
    """Fewer constituents than the deputy is called to keep in touch with."""
    return member.is_called_to and member.constituents < CONSTITUENTS_EACH


# ---- One branch ----------------------------------------------------------------------------------------------------


@require_safe
@login_required
def branch(request, code):
    """The chain of one branch: head first, then the members, each with what they did and whom they keep in touch with."""
    today = today_here()
    branches = Station.objects.branches().visible_to(request.user).select_related("parent", "county", "merged_into")
    place = get_object_or_404(branches, code=code)
    members = list(_members_of(place, today))
    show = request.GET.get("show", "")
    links = _links(request.user, place, [member for member in members if _passes(member, show)], today)
    named = sum(len(link.known) for link in links if not link.is_me)
    if named and keeps_constituents_at(request.user, place):
        look_at_constituents(whose=place, people=named, actor=request.user, at=timezone.now())
    context = {
        "branch": place, "today": today, "figures": Figures.of(members), "show": show, "shown_words": SHOWN.get(show),
        "heads": [link for link in links if link.membership.role == MembershipRole.HEAD],
        "others": [link for link in links if link.membership.role != MembershipRole.HEAD],
        "has_head": any(member.role == MembershipRole.HEAD for member in members),
        "days": settings.SILENT_DAYS, "each": CONSTITUENTS_EACH, "sees_list": sees_chain(request.user),
        "opens_lists": keeps_constituents_at(request.user, place) or _audits(request.user, place),
    }  # fmt: skip
    return render(request, "deputies/chain.html", context)


def _passes(member: Membership, show: str) -> bool:
    tests = {"served": member.has_served, "silent": is_silent(member), "few": has_few(member), "": True}
    if show not in tests:
        raise Http404
    return tests[show]


def _members_of(place: Station, today: date):
    mandates = Prefetch("deputy__mandates", queryset=Mandate.objects.in_force(today), to_attr="mandates_now")
    rows = Membership.objects.filter(branch=place).in_force(today).select_related("deputy").prefetch_related(mandates)
    return _with_counts(_with_flags(rows, today), today).heads_first()


def _links(user, place: Station, members: list[Membership], today: date) -> list[Link]:
    keeps, whole = keeps_constituents_at(user, place), sees_whole_phones(user)
    masked = not keeps and _audits(user, place)
    known = _constituents_of(members, today)
    township = township_word(place.parent.name)
    links = []
    for member in members:
        mine, rows = is_oneself(user, member.deputy), known[member.deputy_id]
        phone = member.deputy.phone
        links.append(
            Link(
                membership=member,
                levels=levels_label(member.deputy.levels_now, township),
                phone=phone if whole or mine else masked_phone(phone),
                known=_named(rows, masked=not (keeps or mine)) if keeps or mine or masked else [],
                last_contact=max(filter(None, (row.last_date for row in rows)), default=None),
                is_me=mine,
            )
        )
    return links


def _audits(user, place: Station) -> bool:
    return place.county_id in scope_of(user).counties


def _constituents_of(members: list[Membership], today: date) -> dict[int, list[Constituent]]:
    rows = Constituent.objects.in_force(today).filter(deputy__in=[member.deputy_id for member in members])
    known = defaultdict(list)
    for row in rows.defer("phone").with_last_contact():
        known[row.deputy_id].append(row)
    return known


def _named(rows: list[Constituent], *, masked: bool) -> list[Known]:
    """The page shows no phones: they stand in the deputy's own list, where a look is recorded."""
    return [Known(row, masked_name(row.name) if masked else row.name, "") for row in rows]


# ---- All branches --------------------------------------------------------------------------------------------------


@require_safe
@login_required
def branches(request):
    """The branches in scope with their figures, each leading to the people it counts; for county and clerks."""
    if not sees_chain(request.user):
        raise PermissionDenied
    today = today_here()
    places = Station.objects.branches().visible_to(request.user).open(today).select_related("parent")
    places = list(places.order_by("parent__official_order", "parent__code", "official_order", "code"))
    stations = {place.parent.code: place.parent for place in places}
    station = request.GET.get("station", "")
    if station and station not in stations:
        raise Http404
    places = [place for place in places if not station or place.parent.code == station]
    members = _members_by_branch(places, today)
    everybody = [member for place in places for member in members[place.pk]]
    context = {
        "rows": [_row(place, members[place.pk]) for place in places], "total": Figures.of(everybody), "today": today,
        "stations": list(stations.values()), "station": station, "days": settings.SILENT_DAYS,
        "each": CONSTITUENTS_EACH,
    }  # fmt: skip
    return render(request, "deputies/branches.html", context)


def _members_by_branch(places: list[Station], today: date) -> dict[int, list[Membership]]:
    rows = Membership.objects.filter(branch__in=places).in_force(today).select_related("deputy")
    members = defaultdict(list)
    for member in _with_flags(rows, today).only("branch", "role", "deputy__code", "deputy__name"):
        members[member.branch_id].append(member)
    return members


def _row(place: Station, members: list[Membership]) -> Row:
    head = next((member for member in members if member.role == MembershipRole.HEAD), None)
    return Row(place, head, Figures.of(members))


# ---- What memberships are annotated with, without a further query ------------------------------------------------


def _with_flags(rows, today: date):
    """Annotate `has_served` (this month), `is_active`, `is_known`, `is_called_to`, `constituents` (a number)."""
    since = today - timedelta(days=settings.SILENT_DAYS)
    served, deputy = _served(), {"deputy": OuterRef("deputy")}
    held = Activity.objects.held().filter(held_on__gt=since)
    took_part = ActivityAttendance.objects.filter(**deputy, status__in=SERVED, activity__in=held)
    helped = ServiceRecord.objects.valid().filter(deputies=OuterRef("deputy"), date__gt=since)
    touched = Contact.objects.valid().filter(constituent__deputy=OuterRef("deputy"), date__gt=since)
    earlier = Membership.objects.filter(**deputy, started_on__lte=since)
    called = Mandate.objects.in_force(today).filter(**deputy, level__in=CONSTITUENCY_LEVELS)
    return rows.annotate(
        has_served=Exists(served.filter(log__date__gte=today.replace(day=1))),
        is_active=(
            Q(Exists(served.filter(log__date__gt=since)))
            | Q(Exists(took_part))
            | Q(Exists(helped))
            | Q(Exists(touched))
        ),
        is_known=Exists(earlier),
        is_called_to=Exists(called),
        constituents=_number(Constituent.objects.in_force(today).filter(**deputy)),
    )


def _with_counts(rows, today: date):
    """Annotate `month`, `year` (times served) and `last_duty`."""
    served = _served()
    return rows.annotate(
        month=_number(served.filter(log__date__gte=today.replace(day=1))),
        year=_number(served.filter(log__date__gte=today.replace(month=1, day=1))),
        last_duty=Subquery(served.order_by("-log__date").values("log__date")[:1]),
    )


def _served():
    return Attendance.objects.counted().served().filter(deputy=OuterRef("deputy"))


def _number(rows):
    """How many of `rows`, which belong to one deputy."""
    counted = rows.order_by().values("deputy").annotate(times=Count("pk")).values("times")
    return Coalesce(Subquery(counted), 0)
