"""The Sunday sheet: type → check → file → done. Nothing typed is lost on any way through it."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.forms import Problem, SheetRow, SundaySheet
from activities.permissions import branches_to_file
from activities.services import file_sunday, save_draft
from activities.states import LEAVE_KINDS, Category, Form
from activities.views.days import DAYS_BACK, READ_AHEAD, ReceptionDays, day_in
from deputies.states import ServiceRole
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.handing_out import hand_out_print
from julu_liaison.common.working_days import today_here

# The keys beside 1: twelve categories, one key each.
CATEGORIES = list(zip("1234567890-=", Category.choices, strict=True))
CHOICES = {
    "categories": CATEGORIES,
    "category_choices": Category.choices,
    "forms": Form.choices,
    "roles": ServiceRole.choices,
    "leaves": LEAVE_KINDS,
}


@require_safe
@login_required
def sunday(request):
    """The way in: the latest reception day that is today or earlier."""
    today = today_here(timezone.now())
    branches = list(branches_to_file(request.user, today))
    if not branches:
        raise Http404
    days = ReceptionDays(branches, today - DAYS_BACK, today).dates
    return redirect("sunday-sheet", day=max(days, default=today).isoformat())


@login_required
def sunday_sheet(request, day: str):
    """The sheet, empty or (coming back from the check page) with everything that was typed."""
    on = day_in(day)
    if request.method == "POST":
        sheet = _sheet(request, on, request.POST)
        _keep_drafts(request, sheet)
        page = _sheet_page(request, sheet)
        add_never_cache_headers(page)  # it holds who came, as typed; opened anew the sheet does not
        return page
    return _sheet_page(request, _sheet(request, on, _reopened(request)))


@login_required
@never_cache
def sunday_check(request, day: str):
    """What is about to be filed, to be read once more; each opinion's category and deputy can be changed."""
    on = day_in(day)
    if request.method != "POST":
        return redirect("sunday-sheet", day=on.isoformat())  # after a new login: the browser's draft has the text
    sheet = _sheet(request, on, request.POST)
    _keep_drafts(request, sheet)
    if not _may_go_on(sheet):
        return _refused(request, sheet)
    return _check_page(request, sheet)


@login_required
@never_cache
def sunday_file(request, day: str):
    """File the sheet. Sent twice it is filed once; overtaken or refused it comes back as it was."""
    on = day_in(day)
    if request.method != "POST":
        return redirect("sunday-sheet", day=on.isoformat())
    sheet = _sheet(request, on, request.POST)
    if not sheet.touched and any(sheet.is_own(row) for row in sheet.rows):
        return _to_done(sheet)
    if not _may_go_on(sheet):
        return _refused(request, sheet)
    rows = [row.to_sunday_row() for row in sheet.touched]
    try:
        file_sunday(rows=rows, on=on, actor=request.user, at=timezone.now(), filing_key=sheet.key)
    except DomainError as error:
        fresh = _sheet(request, on, request.POST)
        if not (isinstance(error, Conflict) and fresh.overtaken):
            fresh.general.append(Problem("sheet", error.message))
        return _sheet_page(request, fresh, status=error.status)
    return _to_done(sheet)


@require_safe
@login_required
def sunday_done(request, day: str):
    """What the day's sheet has become: numbers of logs and opinions, and the branches still open."""
    sheet = _sheet(request, day_in(day), QueryDict())
    key = request.GET.get("key", "")
    fresh = [row for row in sheet.rows if any(log.filing_key == f"{key}:{row.code}" for log in row.logs)]
    context = {
        "sheet": sheet,
        "fresh": fresh,
        "opinions": sum(len(log.opinions.all()) for row in fresh for log in row.logs),
        "draft": _draft_name(request, sheet),
        "filed": "key" in request.GET,
    }
    return render(request, "activities/done.html", context)


@require_safe
@login_required
def sunday_print(request, day: str):
    """The blank form for the branches, with the rostered names; whoever has no signal writes on paper."""
    sheet = _sheet(request, day_in(day), QueryDict())
    hand_out_print(what="sheet", actor=request.user, at=timezone.now(), day=f"{sheet.day}")
    return render(request, "activities/print.html", {"sheet": sheet, **CHOICES})


def _reopened(request) -> QueryDict:
    """Only this much of the sheet can be asked for in the address: branches to be filed after all."""
    data = QueryDict(mutable=True)
    data.setlist("again", request.GET.getlist("again"))
    return data


def _sheet(request, on: date, data: QueryDict) -> SundaySheet:
    sheet = SundaySheet.load(request.user, on, data, at=timezone.now(), typed=request.method == "POST")
    if not sheet.rows:
        raise Http404
    return sheet


def _keep_drafts(request, sheet: SundaySheet) -> None:
    """Keep what the sheet's script has not sent yet, or cannot. A colleague's newer draft stays; the sheet asks about it."""
    for row in sheet.open_rows:
        if not row.is_sent or not (row.is_touched or row.draft):
            continue
        try:
            draft = save_draft(
                branch=row.branch, on=sheet.day, version=row.version, typed=row.typed(), actor=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except DomainError:
            continue
        row.keep_version(draft.version)


def _may_go_on(sheet: SundaySheet) -> bool:
    return sheet.check() and not sheet.overtaken and sheet.day <= today_here(timezone.now())


def _refused(request, sheet: SundaySheet):
    """Back to whichever page shows what is to be put right."""
    details_only = sheet.problems and all("-m" in problem.anchor for problem in sheet.problems)
    if details_only and not sheet.overtaken:
        return _check_page(request, sheet, status=400)
    return _sheet_page(request, sheet, status=409 if sheet.overtaken else 400)


def _to_done(sheet: SundaySheet):
    return redirect(f"{reverse('sunday-done', args=[sheet.day.isoformat()])}?key={sheet.key}")


def _check_page(request, sheet: SundaySheet, status: int = 200):
    context = {"sheet": sheet, "draft": _draft_name(request, sheet), **CHOICES}
    return render(request, "activities/check.html", context, status=status)


def _sheet_page(request, sheet: SundaySheet, status: int = 200):
    today = today_here(timezone.now())
    before, after = _neighbour_days(sheet, today)
    context = {
        "sheet": sheet,
        "today": today,
        "is_future": sheet.day > today,
        "before": before,
        "after": after,
        "draft": _draft_name(request, sheet),
        "overtaken": [_overtaken_words(row) for row in sheet.overtaken],
        **CHOICES,
    }
    template = "activities/future.html" if context["is_future"] else "activities/sheet.html"
    return render(request, template, context, status=status)


def _overtaken_words(row: SheetRow) -> Problem:
    log = row.logs[-1]
    when = timezone.localtime(log.filed_at)
    return Problem(
        f"{row.code}-row",
        f"这一天已由{log.recorder.name}在{when.month}月{when.day}日{when:%H:%M}登记({log.number})。"
        "您刚才填的没有登记,还留在那一行里,请看看要不要补。",
        row.name,
    )  # fmt: skip


def _neighbour_days(sheet: SundaySheet, today: date) -> tuple[date | None, date | None]:
    """The reception days before and after the sheet's, as far as they have come."""
    branches = [row.branch for row in sheet.rows]
    days = ReceptionDays(branches, sheet.day - DAYS_BACK, min(sheet.day + READ_AHEAD, today)).dates
    return max((other for other in days if other < sheet.day), default=None), min(
        (other for other in days if other > sheet.day), default=None
    )


def _draft_name(request, sheet: SundaySheet) -> str:
    """Under which name the browser keeps what was typed: one person, one place, one day."""
    stations = sorted({row.branch.parent.code for row in sheet.rows})
    return f"sunday:v1:{request.user.pk}:{'+'.join(stations)}:{sheet.day.isoformat()}"
