"""The county's page of a year: where it stands, what is open, the figures so far, what was corrected after closing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import Conflict
from julu_liaison.common.models import Job
from julu_liaison.common.working_days import today_here
from scoring.models import Scheme, YearClosing, YearResult
from scoring.permissions import can_close_year
from scoring.services.years import YearSheet, archive_path, closing_of, late_facts, stage_of, unfinished_of, year_sheet
from scoring.services.years.archiving import archive_name
from scoring.states import YearStage
from scoring.tasks.archives import KIND
from scoring.views.years.finding import county_of, is_staff_of, staffs_year

LISTED = 20
STAGES = list(YearStage)


@dataclass(frozen=True)
class Step:
    """One point of the timeline: `state` is done, now or ahead."""

    label: str
    when: str
    words: str
    state: str


@dataclass(frozen=True)
class Group:
    """The figures of one station."""

    name: str
    people: int
    deductions: Decimal
    bonus: Decimal
    mean: Decimal


@require_safe
@login_required
def point_years(request):
    """All years of the county with their stage; for deputies and clerks those in publicity."""
    county, today = county_of(request.user), today_here()
    staff = is_staff_of(request.user, county)
    schemes = Scheme.objects.filter(county=county).select_related("closing").order_by("-year")
    rows = [(scheme, stage_of(scheme, getattr(scheme, "closing", None), today)) for scheme in schemes]
    if not staff:
        rows = [(scheme, stage) for scheme, stage in rows if stage == YearStage.PUBLISHED]
    return render(request, "scoring/years.html", {"rows": rows, "staff": staff, "county": county})


@require_safe
@login_required
def point_year(request, year):
    """One year, for the county's staff."""
    scheme, at = staffs_year(request.user, year), timezone.now()
    sheet = year_sheet(scheme, at)
    closing = sheet.closing
    context = {
        "scheme": scheme, "sheet": sheet, "closing": closing, "steps": _steps(sheet), "groups": _groups(sheet),
        "unfinished": unfinished_of(scheme, sheet.on), "listed": LISTED, "stage": sheet.stage,
        "may_close": can_close_year(request.user, scheme.county),
        "corrections": _corrections(closing) if closing else [], **_files(closing),
    }  # fmt: skip
    return render(request, "scoring/year.html", context)


@require_safe
@login_required
def late(request, year):
    """Records that changed after publicity had begun and no longer count."""
    scheme = staffs_year(request.user, year)
    closing = closing_of(scheme)
    if closing is None:
        raise Conflict(f"{scheme.year}年还没有公示,记录改了,积分会自动跟着改。")
    context = {"scheme": scheme, "closing": closing, "facts": late_facts(scheme)}
    return render(request, "scoring/year_late.html", context)


# ---- Parts -------------------------------------------------------------------------------------------------------


def _steps(sheet: YearSheet) -> list[Step]:
    scheme, closing, stage = sheet.scheme, sheet.closing, sheet.stage
    asked = "县级管理员在这一页公示" if stage == YearStage.READY else "补报截止以后由县级管理员公示"
    return [
        _step("全年计分", _day(date(scheme.year, 12, 31)), "每天自动计分,数字是暂计", stage, YearStage.RUNNING),
        _step("补报材料", _day(scheme.late_until), "这一年的证明材料收到这一天,注明“逾期补报”", stage, YearStage.LATE),
        _step(
            "公示", f"{_day(closing.publicity_from)}—{_day(closing.publicity_until)}" if closing else "",
            _by(closing.published_by, closing.published_at, "公示") if closing else asked, stage,
            YearStage.READY, YearStage.PUBLISHED,
        ),
        _step(
            "结账", _day(today_here(closing.closed_at)) if closing and closing.closed_at else "",
            _by(closing.closed_by, closing.closed_at, "结账") if closing and closing.closed_at
            else "公示期满由县级管理员结账,结账后只有复核通过才能更正",
            stage, YearStage.CLOSING,
        ),
    ]  # fmt: skip


def _step(label: str, when: str, words: str, stage: YearStage, *own: YearStage) -> Step:
    place = STAGES.index(stage)
    last = max(STAGES.index(one) for one in own)
    state = "now" if stage in own else "done" if place > last else "ahead"
    return Step(label, when, words, state)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _by(user, at: datetime, what: str) -> str:
    return f"{user.name if user else '系统'}于{timezone.localtime(at):%Y-%m-%d %H:%M}{what}"


def _groups(sheet: YearSheet) -> list[Group]:
    found = []
    for name, rows in sheet.by_station:
        scores = [row.score for row in rows]
        total = sum((score.total for score in scores), Decimal(0))
        found.append(
            Group(
                name, len(rows), sum((score.deductions for score in scores), Decimal(0)),
                sum((score.bonus for score in scores), Decimal(0)), round(total / len(rows), 1),
            )
        )  # fmt: skip
    return found


def _corrections(closing: YearClosing) -> list[tuple[YearResult, YearResult | None]]:
    """Editions after closing with the one before each, the newest first."""
    later = list(
        YearResult.objects.filter(closing=closing).exclude(appeal=None)
        .select_related("deputy", "appeal__answered_by").order_by("-made_at", "-pk")
    )  # fmt: skip
    rows = YearResult.objects.filter(closing=closing, deputy__in=[one.deputy_id for one in later])
    known = {(row.deputy_id, row.edition): row for row in rows}
    return [(one, known.get((one.deputy_id, one.edition - 1))) for one in later]


def _files(closing: YearClosing | None) -> dict:
    """The kept archive, whether it is that of the results as they are, and the last work on it."""
    if closing is None or closing.closed_at is None:
        return {"archive": None, "archive_is_current": False, "job": None}
    title = archive_title(closing.scheme)
    job = Job.objects.filter(kind=KIND, title=title).order_by("-pk").first()
    path = archive_path(closing)
    current = path is not None and closing.archive == archive_name(closing)
    return {"archive": path, "archive_is_current": current, "job": job}


def archive_title(scheme: Scheme) -> str:
    return f"{scheme.county.name}{scheme.year}年履职积分存档"
