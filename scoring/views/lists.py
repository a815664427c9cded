"""Lists of scores for the station and the county, as a page and as a workbook; the county's ranking."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.common.errors import DomainError, NotAllowed, NotFound
from julu_liaison.common.working_days import today_here
from scoring.forms.lists import ScoreFilter
from scoring.models import Scheme
from scoring.permissions import can_see_ranking
from scoring.rules.namesakes import namesakes
from scoring.services.lists import grades_of, score_rows
from scoring.services.ranking import look_at_ranking
from scoring.spreadsheets.scores import can_export_scores, export_scores
from scoring.views.desk import Desk, Years, desk_of, years_of
from scoring.views.stages import stage_words

PAGE_SIZE = 50
RANKS_A_PAGE = 100
BY = {"county": "全县", "station": "各联络站", "branch": "各分站", "level": "各层级"}
FIGURE_WORDS = {"total": "总分", "base": "基础分", "bonus": "加分"}


@require_safe
@login_required
@never_cache
def points(request):
    """Scores of the station's deputies, or of the county's, by branch in official order; never by score."""
    desk, years, form = _asked(request)
    rows = form.applied(_rows(desk, years))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "desk": desk, "form": form, "page": page, "count": len(rows), "year": years.year, "years": years.years,
        "stage": stage_words(years.scheme, today_here()), "grades": "grade" in form.fields,
        "links": _links(request, page), "query": _query(request),
        "namesakes": namesakes((row.person.key, row.person.name, row.person.branch) for row in rows),
        "may_export": can_export_scores(request.user, desk.county, desk.stations),
        "may_rank": bool(years.scheme and years.scheme.shows_ranking) and can_see_ranking(request.user, desk.county),
    }  # fmt: skip
    return render(request, "scoring/list.html", context, status=200 if form.is_valid() else 400)


@require_safe
@login_required
@never_cache
def points_export(request):
    """The rows of the list, all pages of them, as a workbook."""
    desk, years, form = _asked(request)
    if not form.is_valid():
        raise DomainError("筛选条件不对,请回到列表重新选。")
    content = export_scores(
        rows=form.applied(_rows(desk, years)), county=desk.county, stations=desk.stations, year=years.year,
        stage=stage_words(years.scheme, today_here()), filters=form.chosen, actor=request.user, at=timezone.now(),
    )  # fmt: skip
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"{years.year}年履职得分-{today_here():%Y-%m-%d}.xlsx")


def _asked(request) -> tuple[Desk, Years, ScoreFilter]:
    today, desk = today_here(), desk_of(request.user)
    years = years_of(desk.county, request.GET.get("year", ""), today)
    names = [name for name, _at_least in grades_of(years.scheme)]
    return desk, years, ScoreFilter(request.GET, places=desk.places(today), grades=names)


def _rows(desk: Desk, years: Years):
    return score_rows(scheme=years.scheme, county=desk.county.pk, year=years.year, stations=desk.stations)


def _query(request, **more) -> str:
    """The address's words without the page, with others."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in more.items():
        query[name] = str(value)
    return query.urlencode()


def _links(request, page) -> dict[str, str]:
    return {
        "previous": "?" + _query(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next": "?" + _query(request, page=page.next_page_number()) if page.has_next() else "",
    }


@require_safe
@login_required
@never_cache
def ranking(request):
    """Ranking by branch, station, county or level; the county's alone, where its scheme shows it, and recorded."""
    desk = desk_of(request.user)
    if not can_see_ranking(request.user, desk.county):
        raise NotAllowed("排名只供县人大查看。")
    years = years_of(desk.county, request.GET.get("year", ""), today_here())
    by, figure = _choice(request, "by", BY, "county"), _choice(request, "of", FIGURE_WORDS, "total")
    found = look_at_ranking(
        scheme=_with_ranking(years), by=by, figure=figure, inside=request.GET.get("in", "")[:40], actor=request.user,
        at=timezone.now(),
    )  # fmt: skip
    page = Paginator(found.people, RANKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "ranking": found, "page": page, "links": _links(request, page), "by": by, "figure": figure, "all_by": BY,
        "figures": FIGURE_WORDS, "figure_words": FIGURE_WORDS[figure], "year": years.year, "years": years.years,
        "stage": stage_words(years.scheme, today_here()),
    }  # fmt: skip
    answer = render(request, "scoring/ranking.html", context)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _choice(request, name: str, choices, default: str) -> str:
    value = request.GET.get(name, default)
    if value not in choices:
        raise Http404
    return value


def _with_ranking(years: Years) -> Scheme:
    if years.scheme is None:
        raise NotFound("这个年度还没有积分方案,也就没有排名。")
    return years.scheme


