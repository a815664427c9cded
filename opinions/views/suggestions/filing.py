"""Filing a suggestion or motion: a deputy in person, the clerk for a deputy of the station."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deputies.models import Deputy, Membership
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.forms.suggestions import StationSuggestionForm, SuggestionForm
from opinions.models import Opinion
from opinions.services import file_suggestion
from opinions.services.suggestions import session_on
from opinions.views.suggestions.common import done
from stations.models import Station
from stations.permissions import places_with
from stations.states import Right


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_suggestion_new(request):
    person = get_object_or_404(Deputy, user=request.user)
    today = today_here()
    if not person.memberships.in_force(today).exists():
        raise Conflict("您现在没有分到分站,提建议请联系所在乡镇的联络站。")
    form = SuggestionForm(_posted(request), county_id=person.county_id, today=today)
    filed, status = done(request, form, file_suggestion, deputy=person) if form.is_bound else (None, 200)
    return _filed(request, filed) if filed else _page(request, form, person.county_id, status, person=person)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def suggestion_new(request):
    """From paper, on behalf of a deputy of the clerk's own stations."""
    today = today_here()
    stations = Station.objects.townships().filter(pk__in=places_with(request.user, Right.HANDLE_OPINIONS))
    members = list(
        Membership.objects.in_force(today).filter(branch__parent__in=stations)
        .select_related("deputy__user", "branch__parent").order_by("branch__official_order", "branch__code", "role",
                                                                   "deputy__sort_key", "deputy__code")
    )  # fmt: skip
    station = stations.first()
    if station is None:
        raise NotAllowed("代表的建议由代表本人提出,或者由所在联络站的工作人员代为登记。")
    form = StationSuggestionForm(_posted(request), members=members, county_id=station.county_id, today=today)
    filed, status = done(request, form, file_suggestion) if form.is_bound else (None, 200)
    return _filed(request, filed) if filed else _page(request, form, station.county_id, status)


def _posted(request):
    return request.POST if request.method == "POST" else None


def _filed(request, filed: Opinion):
    if filed.deputy is not None and filed.deputy.user_id == request.user.pk:
        messages.success(request, f"交上去了,编号{filed.number}。联络站核对后受理,有进展会通知。")
    else:
        messages.success(request, f"替{filed.deputy}登记好了,编号{filed.number}。核对无误的,现在就可以点“受理”。")
    return redirect("opinion", uid=filed.uid)


def _page(request, form: SuggestionForm, county_id: int, status: int, person: Deputy | None = None):
    """The form, with the meeting that the suggestion will count for: shown, never typed."""
    today = today_here()
    session = session_on(county_id=county_id, on=today)
    context = {
        "form": form, "session": session, "in_session": session is not None and today <= session.ends_on,
        "person": person,
    }  # fmt: skip
    return render(request, "opinions/suggestion_new.html", context, status=status)
