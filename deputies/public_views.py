"""What a villager sees without a login: the branch page behind the QR code on the notice board."""

from dataclasses import dataclass

from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from activities.models import Shift
from activities.states import RosterState, ShiftState
from deputies.models import Mandate, Membership
from deputies.permissions import agreed_by
from deputies.rules import levels_label, township_word
from deputies.states import LEVEL_ORDER, MembershipRole
from julu_liaison.accounts.flood import for_passers
from julu_liaison.common.public_pages import draw, public_page
from julu_liaison.common.working_days import today_here
from stations.models import Station

NEXT_DAYS = 4
LOOK_AHEAD = 12  # days, called-off ones included


@dataclass(frozen=True)
class Card:
    """One deputy as the public sees them; `phone` is the own one with consent, otherwise the station's."""

    code: str
    name: str
    levels: str
    is_head: bool
    work: str
    contact_scope: str
    phone: str
    is_own_phone: bool
    has_photo: bool


@require_safe
@for_passers
@public_page("from")
def branch_page(request, code):
    """A branch's deputies, hours and next reception days.

    The code on a printed board is good for ever: that of a merged branch leads on to where it went (`?from=` says so
    there), that of a closed one is 404 with the way to the others; one typed in the other case leads to the right one;
    what else is no branch is 404, and all of it alike.
    """
    today = today_here()
    branch = Station.objects.branches().select_related("parent__parent", "county").filter(code=code).first()
    if branch is None and (right := _in_right_case(code)):
        return redirect("branch-page", right)
    if branch is None or not branch.is_open(today):
        return _gone(request, branch)
    came_from = request.GET.get("from", "")
    former = _former(branch, came_from)
    if came_from and former is None:
        return redirect("branch-page", branch.code)
    context = {
        "branch": branch,
        "county": branch.county,
        "former": former,
        "today": today,
        "hours_are_plain": "星期" not in branch.duty_hours_here,
        "cards": _cards(branch, today),
        "shifts": _next_shifts(branch, today),
        "villages": branch.villages.order_by("pk"),
    }
    return draw(request, "deputies/branch.html", context)


def _in_right_case(code: str) -> str:
    """The code of the only branch that this is the code of but for its case; nothing for none."""
    codes = list(Station.objects.branches().filter(code__iexact=code).values_list("code", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""


def _gone(request, branch: Station | None):
    place = branch.successor if branch else None
    if branch and place != branch and place.closed_on is None:
        return redirect(f"{reverse('branch-page', args=[place.code])}?from={branch.code}")
    return draw(request, "deputies/branch_closed.html", {"branch": place}, status=404)


def _former(branch: Station, code: str) -> Station | None:
    """The merged branch whose old code has led here."""
    if not code or "\0" in code:
        return None
    old = Station.objects.branches().filter(code=code).exclude(merged_into=None).first()
    return old if old and old.successor == branch else None


def _cards(branch: Station, today) -> list[Card]:
    members = Membership.objects.in_force(today).filter(branch=branch).select_related("deputy").heads_first()
    people = [member.deputy for member in members]
    levels = _levels(people, today)
    township = township_word(branch.parent.name)
    return [_card(member, levels_label(levels[member.deputy_id], township), branch, today) for member in members]


def _levels(people: list, today) -> dict[int, list[str]]:
    """Return the mandate levels of each deputy, from 省 to 乡, in one query."""
    held = {person.pk: set() for person in people}
    for deputy, level in Mandate.objects.in_force(today).filter(deputy__in=held).values_list("deputy", "level"):
        held[deputy].add(level)
    return {key: [level for level in LEVEL_ORDER if level in mine] for key, mine in held.items()}


def _card(member: Membership, levels: str, branch: Station, today) -> Card:
    person = member.deputy
    own_phone = bool(person.phone) and agreed_by(person.phone_consent_on, today)
    return Card(
        code=person.code,
        name=person.name,
        levels=levels,
        is_head=member.role == MembershipRole.HEAD,
        work=" ".join(filter(None, (person.employer, person.position))),
        contact_scope=person.contact_scope,
        phone=person.phone if own_phone else branch.phone_here,
        is_own_phone=own_phone,
        has_photo=bool(person.photo) and agreed_by(person.photo_consent_on, today),
    )


def _next_shifts(branch: Station, today) -> list[Shift]:
    """The next published reception days with the deputies on duty, and what was called off in between."""
    rows = Shift.objects.filter(branch=branch, date__gte=today, roster__state=RosterState.PUBLISHED)
    rows = rows.exclude(state=ShiftState.NOT_HELD).order_by("date", "pk").prefetch_related("places__deputy")
    found, held = [], 0
    for shift in rows[:LOOK_AHEAD]:
        if held == NEXT_DAYS:
            break
        held += shift.state == ShiftState.PLANNED
        found.append(shift)
    return found
