"""The list of deputies for staff, and one deputy's facts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Attendance
from deputies.forms import ConsentForm, SearchForm, SubjectForm, WithdrawalForm
from deputies.models import Deputy
from deputies.permissions import (
    can_edit_deputy,
    can_put_photo,
    can_put_photos,
    can_record_consent,
    can_withdraw_consent,
    sees_archive,
    sees_constituents,
    sees_file,
    sees_photo,
    sees_whole_phones,
)
from deputies.services.consents import SUBJECTS
from julu_liaison.common.keyset import page_of
from julu_liaison.common.secrets import masked_phone
from julu_liaison.common.working_days import today_here
from scoring.permissions import can_see_score
from scoring.services import score_of, scores_of

PAGE_SIZE = 50
LATEST = 12  # attendance lines on a deputy's page


@dataclass(frozen=True)
class Consent:
    """What a deputy has agreed to the publication of, and the forms to record or withdraw it, where allowed."""

    subject: str
    words: str
    given_on: date | None
    evidence: str
    record: SubjectForm | None
    withdrawal: SubjectForm | None


@dataclass(frozen=True)
class Line:
    """One deputy in the list, with `services` and `last_duty`, and this year's points."""

    deputy: Deputy
    total: Decimal | None


@require_safe
@login_required
def deputies(request):
    """Deputies in scope by name; for county staff, auditors and clerks."""
    if not sees_whole_phones(request.user):
        raise PermissionDenied
    today = today_here()
    form = SearchForm(request.GET, user=request.user)
    rows = form.applied(Deputy.objects.visible_to(request.user), today).select_related("county").with_places(today)
    page = page_of(
        _with_services(rows, today), by=form.ordering, size=PAGE_SIZE,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {
        "form": form, "lines": _lines(request.user, page.rows, today), "links": page.links(request.GET), "today": today,
        "can_put_photos": any(can_put_photos(request.user, place) for place in form.places.values()),
    }  # fmt: skip
    return render(request, "deputies/list.html", context)


def _with_services(rows, today: date):
    """Annotate `services` (times served this month) and `last_duty`, without a further query."""
    served = Attendance.objects.counted().served().filter(deputy=OuterRef("pk"))
    month = served.filter(log__date__gte=today.replace(day=1)).order_by().values("deputy").annotate(times=Count("pk"))
    last = served.order_by("-log__date").values("log__date")[:1]
    return rows.annotate(services=Coalesce(Subquery(month.values("times")), 0), last_duty=Subquery(last))


def _lines(user, people: list[Deputy], today: date) -> list[Line]:
    """The people with the scores that `user` sees: two queries for each county on the page, and one."""
    scores = {}
    seen = set(Deputy.objects.filter(pk__in=[person.pk for person in people]).cared_for_by(user, today.year).values_list("pk", flat=True))
    for county in {person.county for person in people}:
        keys = [person.pk for person in people if person.county_id == county.pk]
        scores |= scores_of(county=county, year=today.year, deputies=keys)
    return [Line(person, scores[person.pk].total if person.pk in seen else None) for person in people]


@require_safe
@login_required
def deputy(request, code):
    """One deputy: everyone in scope sees the public facts, staff and the deputy also the file."""
    return deputy_page(request, visible_deputy(request.user, code))


def visible_deputy(user, code: str) -> Deputy:
    rows = Deputy.objects.visible_to(user).with_places(today_here()).select_related("county")
    return get_object_or_404(rows, code=code)


def deputy_page(request, person: Deputy, *, refused: SubjectForm | None = None, status: int = 200):
    """The page of `person` from `visible_deputy`; `refused` is a form on it that needs mending."""
    user, today = request.user, today_here()
    whole = sees_whole_phones(user) or person.user_id == user.pk
    context = {
        "person": person,
        "today": today,
        "phone": person.phone if whole else masked_phone(person.phone),
        "has_photo": bool(person.photo) and sees_photo(user, person, today),
        "can_edit": can_edit_deputy(user, person),
        "can_put_photo": can_put_photo(user, person),
        "sees_constituents": sees_constituents(user, person),
        "sees_archive": sees_archive(user, person, today.year),
        "refused": refused,
    }
    if sees_file(user, person):
        context |= {"file": _file(person), "consents": _consents(user, person, refused, today)}
    if can_see_score(user, person, today.year):
        context["score"] = score_of(deputy=person, year=today.year)
    return render(request, "deputies/deputy.html", context, status=status)


def _file(person: Deputy) -> dict:
    """What staff and the deputy see: all mandates and branches with dates, the latest attendance."""
    attendance = Attendance.objects.counted().filter(deputy=person).select_related("log__branch")
    return {
        "mandates": person.mandates.order_by("-started_on", "pk"),
        "memberships": person.memberships.select_related("branch").order_by("-started_on", "pk"),
        "attendance": attendance.order_by("-log__date", "-pk")[:LATEST],
    }


def _consents(user, person: Deputy, refused: SubjectForm | None, today: date) -> list[Consent]:
    """Both subjects with the forms `user` may fill in; the one that was refused keeps what was typed."""
    found = []
    for subject, words in SUBJECTS.items():
        given_on = getattr(person, f"{subject}_consent_on")
        evidence = getattr(person, f"{subject}_consent_evidence")
        record = withdrawal = None
        if can_record_consent(user, person):
            record = ConsentForm(subject=subject, initial={"given_on": given_on or today, "evidence": evidence})
        if given_on and can_withdraw_consent(user, person):
            withdrawal = WithdrawalForm(subject=subject)
        if refused is not None and refused.subject == subject:
            record, withdrawal = (refused, withdrawal) if isinstance(refused, ConsentForm) else (record, refused)
        found.append(Consent(subject, words, given_on, evidence, record, withdrawal))
    return found
