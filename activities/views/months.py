"""Whether the records of a month are complete (当月记录齐全): what each month lacks, and the station's word for it."""

import re
from datetime import date

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.forms.months import TakeBackForm
from activities.models import CompleteMonth
from activities.permissions import branches_to_file, can_declare_month
from activities.services import take_back_month
from activities.services.addressees import reach_of
from activities.services.completeness import month_records
from julu_liaison.common.errors import DomainError, NotAllowed, StaleVersion
from julu_liaison.common.sending import done, status_of
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from scoring.rules.changes import plain
from scoring.services.declaring import Declared, declare_seen_month, demand_open_year, preview_declaring
from scoring.workflow import is_frozen
from stations.models import Station
from stations.querysets import scope_of

FOREIGN = "当月记录是否齐全,由联络站或县人大办公室确认。"
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@require_safe
@login_required
def months(request):
    """A clerk's own station, month by month; the county's stations side by side, and one of them with `?station=`."""
    return _page(request, request.GET.get("station", ""), _year(request.GET.get("year", "")))


@require_POST
@login_required
@never_cache
def months_declare(request):
    """Show whom it would charge that everything of a month is recorded; sent once more with what was `seen`, say so."""
    station = _station(request.user, request.POST.get("station", ""))
    if not MONTH.fullmatch(request.POST.get("month", "")):
        raise Http404
    facts = {"station": station, "month": date.fromisoformat(f"{request.POST['month']}-01"), "actor": request.user}
    try:
        return _declare(request, facts, request.POST.get("seen", ""))
    except NotAllowed:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect(_address(station, facts["month"].year))


def _declare(request, facts: dict, seen: str):
    """What was shown and no longer holds is shown anew."""
    changed = ""
    if seen:
        try:
            return _say_declared(request, declare_seen_month(**facts, seen=seen, at=timezone.now()))
        except StaleVersion as error:
            changed = error.message
    return _declaring_page(request, preview_declaring(**facts, at=timezone.now()), changed)


def _say_declared(request, declared: Declared):
    month, station, people = declared.row.month, declared.row.station, declared.people
    told = len(reach_of(one.deputy for one in people).told)
    cost = f"{len(people)}位代表共扣{plain(declared.points)}分,已经通知其中有账号的{told}位。" if people else "没有人因此扣分。"
    messages.success(request, f"记下了,{station.name}{month.month}月的记录齐全。{cost}")
    return redirect(_address(station, month.year))


def _declaring_page(request, preview: Declared, changed: str):
    month, station = preview.row.month, preview.row.station
    records = month_records(stations=[station], year=month.year, today=today_here())[0][month.month - 1]
    context = {
        "station": station, "first": month, "records": records, "preview": preview, "changed": changed,
        "may_file": bool(branches_to_file(request.user, today_here())), "back": _address(station, month.year),
    }  # fmt: skip
    return render(request, "activities/month_declare.html", context, status=412 if changed else 200)


@require_POST
@login_required
def months_take_back(request, pk: int):
    """Take the word back, with a reason."""
    rows = CompleteMonth.objects.filter(station__in=_stations(request.user)).select_related("station")
    row = get_object_or_404(rows, pk=pk)
    if not can_declare_month(request.user, row.station):
        raise NotAllowed(FOREIGN)
    demand_open_year(row.county_id, row.month.year)
    form = TakeBackForm(request.POST, auto_id=f"id_%s_{row.pk}")
    if done(request, form, take_back_month, row=row):
        messages.success(request, f"取消了{row.station.name}{row.month.month}月的确认。")
        return redirect(_address(row.station, row.month.year))
    return _page(request, row.station.code, row.month.year, refused={row.pk: form})


def _stations(user):
    """The township stations that the person looks after. Raises NotAllowed for who looks after none."""
    scope = scope_of(user)
    if not (scope.counties or scope.townships):
        raise NotAllowed(FOREIGN)
    rows = Station.objects.townships().filter(Q(county__in=scope.counties) | Q(pk__in=scope.townships))
    return rows.select_related("county").order_by("official_order", "code")


def _station(user, code: str) -> Station:
    if "\0" in code:
        raise Http404
    return get_object_or_404(_stations(user), code=code)


def _year(text: str) -> int:
    """This year, or an earlier one."""
    today = today_here()
    year = plain_number(text, digits=4) if text else today.year
    if year is None or not 2000 <= year <= today.year:
        raise Http404
    return year


def _address(station: Station, year: int) -> str:
    return f"{reverse('months')}?year={year}&station={station.code}"


def _page(request, code: str, year: int, *, refused: dict | None = None):
    today = today_here()
    stations = [one for one in _stations(request.user) if _was_open(one, year)]
    chosen = [one for one in stations if one.code == code] if code else stations
    if code and not chosen:
        raise Http404
    table = month_records(stations=chosen, year=year, today=today)
    single = len(chosen) == 1
    frozen = bool(chosen) and is_frozen(chosen[0].county_id, year)
    context = {
        "year": year, "years": [year - 1, *([year + 1] if year < today.year else [])], "table": table,
        "station": chosen[0] if single else None, "alone": len(stations) == 1,
        "frozen": frozen, "may": single and not frozen and can_declare_month(request.user, chosen[0]),
        "refused": list((refused or {}).values()),
        "lines": [(records, _form(records.complete, refused or {})) for records in table[0]] if single else [],
        "heads": [date(year, month, 1) for month in range(1, 13)],
    }  # fmt: skip
    return render(request, "activities/months.html", context, status=status_of(*(refused or {}).values()))


def _was_open(station: Station, year: int) -> bool:
    first = date(year, 1, 1)
    is_begun = station.opened_on < first + relativedelta(years=1)
    return is_begun and (station.closed_on is None or station.closed_on > first)


def _form(row: CompleteMonth | None, refused: dict) -> TakeBackForm | None:
    return refused.get(row.pk) or TakeBackForm(auto_id=f"id_%s_{row.pk}") if row else None
