"""A deputy's appeals on the phone; clerk and county write them down for somebody on the same pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.models import Deputy
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.appeals import MissingForm, RaiseForm
from scoring.models import Appeal, PointEntry, Scheme
from scoring.permissions import can_appeal
from scoring.services.appeals import entries_alike, raise_appeal, withdraw_appeal
from scoring.states import CLAIMED_ITEMS, AppealKind, AppealState
from scoring.views.appeals.stories import story_of
from scoring.views.people import own_person, visible_person

PAGE_SIZE = 20
KINDS = ((AppealKind.WRONG.value, "记错了"), (AppealKind.DOUBLE.value, "记重了"))


@require_safe
@login_required
@never_cache
def appeals_mine(request):
    """What the deputy has asked and what was answered, the newest first."""
    person = own_person(request)
    rows = Appeal.objects.filter(deputy=person).select_related("entry__rule", "answered_by")
    page = page_of(
        rows, by=("-pk",), size=PAGE_SIZE, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "person": person, "rows": page.rows, "links": page.links(request.GET), "today": today_here(),
        "year": _last_year(person),
    }  # fmt: skip
    return render(request, "scoring/appeals_mine.html", context)


def _last_year(person: Deputy) -> int | None:
    years = Scheme.objects.filter(county=person.county_id, year__lte=today_here().year)
    return years.order_by("-year").values_list("year", flat=True).first()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def appeal_raise(request, uid):
    """Say what is wrong with one entry: a few words, and the kind as the button that sends it."""
    entries = PointEntry.objects.visible_to(request.user).select_related("deputy__county", "rule", "reversed_by")
    entry = get_object_or_404(entries, uid=uid)
    form = RaiseForm(sent(request))
    appeal = _raised(request, entry.deputy, form, year=entry.year, entry=entry)
    if appeal:
        return _back(request, appeal)
    known = list(entry.appeals.select_related("answered_by").order_by("-pk"))
    context = {
        "form": form, "entry": entry, "person": entry.deputy, "own": _is_own(request, entry.deputy), "kinds": KINDS,
        "story": story_of(request.user, entry), "alike": list(entries_alike(entry)), "known": known,
        "waits": any(row.state == AppealState.RAISED for row in known),
        "is_reversal": entry.reverses_id is not None, "is_reversed": getattr(entry, "reversed_by", None) is not None,
    }  # fmt: skip
    return render(request, "scoring/appeal_raise.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def appeal_missing(request, year: int):
    """Say what is missing in one's own year."""
    person = own_person(request)
    return _missing_page(request, person, year)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def appeal_missing_for(request, code: str, year: int):
    """The same, written down for a deputy."""
    person = visible_person(request, code)
    return _missing_page(request, person, year)


def _missing_page(request, person: Deputy, year: int):
    if year not in Scheme.objects.filter(county=person.county_id).values_list("year", flat=True):
        raise Http404
    form = MissingForm(sent(request))
    appeal = _raised(request, person, form, year=year)
    if appeal:
        return _back(request, appeal)
    context = {
        "form": form, "person": person, "own": _is_own(request, person), "year": year,
        "claimed": [item.label for item in CLAIMED_ITEMS],
    }  # fmt: skip
    return render(request, "scoring/appeal_missing.html", context, status=status_of(form))


def _is_own(request, person: Deputy) -> bool:
    return person.user_id == request.user.pk


def _raised(request, person: Deputy, form, **facts) -> Appeal | None:
    if not can_appeal(request.user, person):
        raise PermissionDenied
    return done(request, form, raise_appeal, deputy=person, **facts)


def _back(request, appeal: Appeal):
    due = f"{appeal.due_on.month}月{appeal.due_on.day}日"
    if _is_own(request, appeal.deputy):
        messages.success(request, f"报上去了。县人大办公室会在{due}前答复,有了答复会在通知里告诉您。")
        return redirect("appeals-mine")
    messages.success(request, f"替{appeal.deputy.name}提出了复核,县人大办公室会在{due}前答复。")
    return redirect("appeal", uid=appeal.uid)


@require_POST
@login_required
def appeal_withdraw(request, uid):
    """Take back what is not answered yet."""
    appeal = get_object_or_404(Appeal.objects.visible_to(request.user).select_related("deputy"), uid=uid)
    try:
        withdraw_appeal(appeal=appeal, actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "复核撤回了,这件事不再处理。")
    return redirect("appeals-mine") if _is_own(request, appeal.deputy) else redirect("appeal", uid=appeal.uid)
