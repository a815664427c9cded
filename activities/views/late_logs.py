"""The county's page about late entry: the limit, exceptions in force and past, granting one."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from activities.forms.late_logs import ExceptionForm, LimitForm
from activities.models import FilingException, FilingLimit
from activities.services import end_exception, grant_exception, set_filing_limit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.permissions import places_with
from stations.states import Right

SHOWN = 50  # past exceptions
USUAL_TERM = timedelta(days=7)  # that is proposed for entering late what is asked for


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def late_logs(request):
    """`do` says which form was sent: limit, grant or end. `?place=&since=&until=`: what a closed record needs."""
    county = _county_of(request.user)
    if request.method != "POST":
        return _page(request, county)
    act = {"limit": _set_limit, "grant": _grant, "end": _end}.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    return act(request, county)


def _county_of(user) -> Station:
    found = Station.objects.filter(pk__in=places_with(user, Right.ALLOW_LATE_LOGS)).order_by("code").first()
    if found is None:
        raise NotAllowed("补录期限由县人大办公室规定和批准,需要补录请联系他们。")
    return found


def _asked_for(request, county: Station) -> ExceptionForm:
    """The form as whoever comes from a closed record needs it; nothing is granted by opening it."""
    asked = {"place": request.GET.get("place"), "started_on": request.GET.get("since"), "ended_on": request.GET.get("until")}
    usual = {"open_until": today_here() + USUAL_TERM} if any(asked.values()) else {}
    return ExceptionForm(places=_places(county), initial=asked | usual)


def _set_limit(request, county: Station):
    form = LimitForm(request.POST)
    if form.is_valid():
        try:
            set_filing_limit(county=county, **form.cleaned_data, actor=request.user, at=timezone.now())
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, "补录期限改好了。" if form.cleaned_data["day"] else "补录期限取消了。")
            return redirect("late-logs")
    return _page(request, county, limit_form=form, status=400)


def _grant(request, county: Station):
    form = ExceptionForm(request.POST, places=_places(county))
    if form.is_valid():
        try:
            exception = grant_exception(**form.facts(), actor=request.user, at=timezone.now())
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, f"批准了,已通知{exception.place.name}的工作人员。")
            return redirect("late-logs")
    return _page(request, county, grant_form=form, status=400)


def _end(request, county: Station):
    rows = FilingException.objects.filter(place__county=county) | FilingException.objects.filter(place=county)
    key = plain_number(request.POST.get("exception", ""), digits=9)
    end_exception(exception=get_object_or_404(rows, pk=key), actor=request.user, at=timezone.now())
    messages.success(request, "许可收回了。")
    return redirect("late-logs")


def _refuse(form, error: DomainError) -> None:
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, sentence)


def _places(county: Station) -> list[Station]:
    rows = Station.objects.under(county).open(today_here()).select_related("parent")
    return list(rows.order_by("depth", "parent__official_order", "parent__code", "official_order", "code"))


def _limit_form(limit: FilingLimit | None) -> LimitForm:
    limit = limit or FilingLimit()
    return LimitForm(initial={"day": limit.day or "", "prompt_days": limit.prompt_days})


def _page(request, county: Station, *, limit_form=None, grant_form=None, status: int = 200):
    today = today_here()
    limit = FilingLimit.objects.filter(county=county).first()
    rows = FilingException.objects.filter(place__in=Station.objects.under(county).values("pk"))
    rows = rows.select_related("place", "granted_by")
    context = {
        "county": county, "limit": limit.day if limit else None, "today": today,
        "limit_form": limit_form or _limit_form(limit),
        "grant_form": grant_form or _asked_for(request, county),
        "current": rows.filter(open_until__gte=today).order_by("open_until", "pk"),
        "past": rows.filter(open_until__lt=today).order_by("-pk")[:SHOWN],
        "forms_sent": [form for form in (limit_form, grant_form) if form is not None],
    }  # fmt: skip
    return render(request, "activities/late_logs.html", context, status=status)
