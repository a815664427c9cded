"""Monthly reports: choose a month and a place, have the workbook and PDF made."""

from datetime import date, datetime, timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from activities.permissions import can_report
from activities.tasks import make_monthly_report
from julu_liaison.common.errors import NotAllowed, NotFound
from julu_liaison.common.jobs import start_job
from julu_liaison.common.models import Job
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

EACH = "each:"  # before a county's code: one report for each station and one for the county
KIND = "monthly_report"
RECENT = 10
EARLIEST = date(2000, 1, 1)


class ReportForm(forms.Form):
    """A month that has begun, and one of the places one may report on."""

    month = forms.CharField(
        label="月份", error_messages={"required": "请选月份"},
        widget=forms.TextInput(attrs={"type": "month", "class": "fld", "placeholder": "2026-03"}),
    )  # fmt: skip
    station = forms.CharField(
        label="地方", error_messages={"required": "请选地方"}, widget=forms.Select(attrs={"class": "fld"})
    )

    def __init__(self, *args, places: list[Station], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["station"].widget.choices = _choices(places)

    def clean_month(self) -> date:
        try:
            month = datetime.strptime(self.cleaned_data["month"].strip(), "%Y-%m").date()  # noqa: DTZ007 - no time in it
        except ValueError as error:
            raise forms.ValidationError("月份请写成 2026-03 这样") from error
        if month < EARLIEST:
            raise forms.ValidationError("请选2000年以后的月份")
        if month > self.today:
            raise forms.ValidationError("这个月还没到,请选已经开始的月份")
        return month


def _choices(places: list[Station]) -> list:
    centres = [place for place in places if place.level == Level.CENTRE]
    found = [(EACH + centre.code, f"{centre.name}:每个联络站和全县各一份") for centre in centres]
    found += [(centre.code, f"{centre.name}:全县一份") for centre in centres]
    return found + place_choices(places)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reports(request):
    """The form and the reports one asked for lately."""
    today = today_here()
    places = _reportable(request.user)
    last_month = today.replace(day=1) - timedelta(days=1)
    form = ReportForm(
        request.POST or None, places=places, today=today, initial={"month": f"{last_month:%Y-%m}"}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        job = _order(places, form.cleaned_data["station"], form.cleaned_data["month"], request.user)
        return redirect("job", uid=job.uid)
    jobs = Job.objects.filter(kind=KIND, asked_by=request.user)[:RECENT]
    return render(request, "reports/monthly.html", {"form": form, "jobs": jobs})


def _reportable(user) -> list[Station]:
    places = Station.objects.visible_to(user).open(today_here()).select_related("parent")
    places = places.order_by("depth", "parent__official_order", "parent__code", "official_order", "code")
    found = [place for place in places if can_report(user, place)]
    if not found:
        raise NotAllowed("月报由县人大办公室和乡镇联络站制作,需要的话请联系他们。")
    return found


def _order(places: list[Station], choice: str, month: date, actor) -> Job:
    code = choice.removeprefix(EACH)
    place = next((place for place in places if place.code == code), None)
    each = choice.startswith(EACH)
    if place is None or (each and place.level != Level.CENTRE):
        raise NotFound("没有找到这个站点,可能编号不对,也可能不在您的范围内。")
    what = f"{place.name}各联络站和全县" if each else place.full_name
    return start_job(
        kind=KIND, title=f"{month.year}年{month.month}月报表:{what}", actor=actor, task=make_monthly_report,
        place_id=place.pk, month=month.isoformat(), each=each,
    )  # fmt: skip
