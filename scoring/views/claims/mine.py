"""A deputy's own claims, on the phone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from julu_liaison.common.keyset import page_of
from julu_liaison.common.sending import done, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.claims import ClaimForm
from scoring.models import BonusClaim, Scheme
from scoring.services.claims import claim_bonus
from scoring.views.claims.access import item_points
from scoring.views.people import own_person


@require_safe
@login_required
@never_cache
def my_claims(request):
    """What was claimed for the deputy, newest first: what happens next and until when."""
    person = own_person(request)
    page = page_of(
        BonusClaim.objects.filter(deputy=person), by=("-pk",), after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {"rows": page.rows, "links": page.links(request.GET), "today": today_here()}
    return render(request, "scoring/claims_mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_claim_add(request):
    """Claim a bonus: what, when, the words, and a number or a photo of the paper."""
    person, sent = own_person(request), request.method == "POST"
    today = today_here()
    typed = (request.POST, request.FILES) if sent else ()
    form = ClaimForm(*typed, initial={"occurred_on": today}, points=item_points(person.county_id, today))
    row = done(request, form, claim_bonus, deputy=person) if sent else None
    if row:
        day = f"{row.due_on.month}月{row.due_on.day}日"
        messages.success(request, f"报上去了,联络站在{day}前核对。核对和审定的结果会发通知给您。")
        return redirect("claims-mine")
    before = Scheme.objects.filter(county=person.county_id, year=today.year - 1, late_until__gte=today, closing=None)
    context = {"form": form, "late_until": before.values_list("late_until", flat=True).first(), "today": today}
    return render(request, "scoring/claim_mine_add.html", context, status=status_of(form))
