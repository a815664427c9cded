"""The working calendar of a year: holidays and make-up working days, typed in as the notice announces them."""

from calendar import Calendar as Weeks
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    drop_calendar_days,
    known_years,
    load_holidays,
    missing_years,
    preview_days,
    put_calendar_days,
    sentences_of,
)
from julu_liaison.common.models import CalendarDay
from julu_liaison.common.working_days import SUNDAY, Calendar, today_here
from opinions.services.clocks import Recomputed, days_seen
from stations.permissions import holds_anywhere
from stations.querysets import scope_of
from stations.states import Right

LISTED = 20  # tickets of a preview


@dataclass(frozen=True)
class Block:
    """Days in a row of one kind and name."""

    kind: str
    name: str
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def is_holiday(self) -> bool:
        return self.kind == CalendarDay.Kind.HOLIDAY


@dataclass(frozen=True)
class Cell:
    """One day of a month's grid; `look` names its colour, `word` is read out beside the number."""

    number: int
    look: str
    word: str


class PeriodForm(forms.Form):
    """A holiday or a make-up working day, from one day to another."""

    kind = forms.ChoiceField(
        label="性质", choices=CalendarDay.Kind.choices, widget=forms.Select(attrs={"class": "fld"})
    )
    name = forms.CharField(
        label="名称", max_length=30, required=False,
        widget=forms.TextInput(attrs={"class": "fld", "placeholder": "例如:春节", "autocomplete": "off"}),
    )  # fmt: skip
    start = forms.DateField(
        label="从哪天", error_messages={"required": "请选日期", "invalid": "日期请写成 2027-01-01 这样"},
        widget=forms.DateInput(attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip
    end = forms.DateField(
        label="到哪天(含当天)", required=False, error_messages={"invalid": "日期请写成 2027-01-03 这样"},
        widget=forms.DateInput(attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip

    def facts(self) -> dict:
        given = self.cleaned_data
        return given | {"end": given["end"] or given["start"]}


@dataclass
class Change:
    """A change of the calendar: the service with its facts, words for the page, and what is `told` to follow from it."""

    act: Callable[..., list]
    facts: dict
    done: str
    confirm: str
    address: str
    told: list = field(default_factory=list)

    @property
    def recomputed(self) -> Recomputed | None:
        """What it does to running terms, which the page shows ticket by ticket."""
        return next((one for one in self.told if isinstance(one, Recomputed) and one.days), None)

    @property
    def sentences(self) -> list[str]:
        """What else follows."""
        return sentences_of([one for one in self.told if one is not self.recomputed])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendar(request):
    """The year's days; county staff add to them, auditors look."""
    if not scope_of(request.user).counties:
        raise NotAllowed("节假日由县人大办公室维护,需要改的话请联系他们。")
    may_edit = holds_anywhere(request.user, Right.MAINTAIN)
    if request.method == "POST" and not may_edit:
        raise NotAllowed("节假日由县人大办公室维护,需要改的话请联系他们。")
    form, change = PeriodForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        change = Change(put_calendar_days, form.facts(), "已经保存。", "确认保存", reverse("calendar"))
        try:
            if _made(request, change):
                return redirect(_address(form.cleaned_data["start"].year))
        except DomainError as error:
            change = None
            for name, sentence in (error.fields or {None: error.message}).items():
                form.add_error(name, sentence)
    return _page(request, form, may_edit=may_edit, change=change)


def _page(request, form: PeriodForm, *, may_edit: bool, change: "Change | None" = None):
    year = change.facts["start"].year if change else _year(request)
    outcome = change.recomputed if change else None
    context = {
        "outcome": outcome, "listed": LISTED,
        "days": days_seen(outcome=outcome, user=request.user, most=LISTED) if outcome else [],
        "year": year, "before": year - 1, "after": year + 1, "form": form, "may_edit": may_edit, "change": change,
        "blocks": _blocks(year), "months": _months(year), "missing": missing_years(today_here()),
        "may_load": year in known_years() and not CalendarDay.objects.filter(date__year=year).exists(),
    }  # fmt: skip
    return render(request, "calendar.html", context, status=400 if form.errors else 200)


def _made(request, change: Change) -> bool:
    """Make the change, or first only find out what it does to receptions and running terms: nothing, or what is `told`.

    Whoever has seen what follows confirms it with `confirmed`.
    """
    facts = {**change.facts, "actor": request.user, "at": timezone.now()}
    if not request.POST.get("confirmed"):
        change.told = preview_days(change.act, **facts)
        if sentences_of(change.told):
            return False
    _say(request, change.done, change.act(**facts))
    return True


@require_POST
@login_required
def calendar_drop(request):
    """Give some days back to the plain week."""
    _demand_editor(request)
    try:
        first, last = (date.fromisoformat(request.POST.get(name, "")) for name in ("start", "end"))
    except ValueError as error:
        raise Http404 from error
    done = "已经去掉,这几天按平常的星期算。"
    change = Change(drop_calendar_days, {"start": first, "end": last}, done, "确认去掉", reverse("calendar-drop"))
    if _made(request, change):
        return redirect(_address(first.year))
    return _page(request, PeriodForm(), may_edit=True, change=change)


@require_POST
@login_required
def calendar_load(request):
    """Take over a year whose holidays are packaged with the program."""
    _demand_editor(request)
    year = _year(request)
    if year not in known_years():
        raise Http404
    added, told = load_holidays(first_year=year, actor=request.user)
    _say(request, f"录入了{added}天。请对照通知看一遍。", told)
    return redirect(_address(year))


def _demand_editor(request) -> None:
    if not holds_anywhere(request.user, Right.MAINTAIN):
        raise NotAllowed("节假日由县人大办公室维护,需要改的话请联系他们。")


def _say(request, words: str, told: list) -> None:
    messages.success(request, words)
    for sentence in sentences_of(told):
        messages.warning(request, sentence)


def _address(year: int) -> str:
    return f"{reverse('calendar')}?year={year}"


def _year(request) -> int:
    text = request.GET.get("year") or request.POST.get("year") or ""
    if not text:
        return today_here().year
    if not text.isascii() or not text.isdigit() or len(text) != 4 or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Http404
    return int(text)


def _blocks(year: int) -> list[Block]:
    """The special days of the year, those in a row under one name together."""
    found: list[Block] = []
    for row in CalendarDay.objects.filter(date__year=year).order_by("date"):
        last = found[-1] if found else None
        if last and (last.kind, last.name) == (row.kind, row.name) and (row.date - last.end).days == 1:
            found[-1] = Block(row.kind, row.name, last.start, row.date)
        else:
            found.append(Block(row.kind, row.name, row.date, row.date))
    return found


def _months(year: int) -> list[tuple[int, list[list[Cell | None]]]]:
    """Twelve grids of weeks, Monday first."""
    calendar = Calendar.load(date(year, 1, 1), date(year, 12, 31))
    months = []
    for month in range(1, 13):
        weeks = [[_cell(calendar, day) if day.month == month else None for day in week]
                 for week in Weeks().monthdatescalendar(year, month)]  # fmt: skip
        months.append((month, weeks))
    return months


def _cell(calendar: Calendar, day: date) -> Cell:
    kind = calendar.kinds.get(day)
    if kind == CalendarDay.Kind.HOLIDAY:
        return Cell(day.day, "holiday", "放假")
    if kind == CalendarDay.Kind.WORKDAY:
        return Cell(day.day, "workday", "上班")
    return Cell(day.day, "sunday" if day.weekday() == SUNDAY else "", "")
