"""A deputy's performance file of a year (履职档案): page, PDF and Word; a branch's files in one bundle."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from activities.models import Activity, DutyLog, ServiceRecord
from deputies import reports, services
from deputies.models import Deputy, Membership
from deputies.permissions import archive_years, can_bundle_archives, can_keep_constituents, is_oneself, sees_file
from deputies.tasks import bundle_archives
from julu_liaison.common.errors import NotAllowed, NotFound
from julu_liaison.common.jobs import start_job
from julu_liaison.common.models import Job
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from stations.models import Station
from stations.querysets import scope_of

KIND = "bundle_archives"
RECENT = 10
NOT_YOURS = "履职档案由代表本人、所在联络站和县人大办公室查看。"


@dataclass(frozen=True)
class Line:
    """One item as shown: `link` leads to its source, if the person may open that."""

    item: object
    link: str


@require_safe
@login_required
def my_archive(request):
    person = get_object_or_404(Deputy.objects.select_related("county"), user=request.user)
    return _page(request, person)


@require_safe
@login_required
def archive(request, code):
    """The file of a year, with the way to every source the reader may open."""
    return _page(request, _person(request, code))


@require_safe
@login_required
@never_cache
def archive_file(request, code):
    """The same as a file: `?format=` pdf or docx."""
    person, file_format, at = _person(request, code), request.GET.get("format", "pdf"), timezone.now()
    year, _years = _chosen_year(request, person)
    if file_format not in reports.CONTENT_TYPES:
        raise Http404
    found = _read(request, person, year)
    content = reports.archive_file(found, file_format, at)
    services.hand_out_archive(deputy=person, year=year, file_format=file_format, actor=request.user, at=at)
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=reports.archive_name(found, file_format),
        content_type=reports.CONTENT_TYPES[file_format],
    )  # fmt: skip


def _person(request, code) -> Deputy:
    return get_object_or_404(Deputy.objects.visible_to(request.user).select_related("county"), code=code)


def _page(request, person: Deputy):
    year, years = _chosen_year(request, person)
    found = _read(request, person, year)
    context = {
        "person": person, "own": is_oneself(request.user, person), "year": year, "years": years, "archive": found,
        "levels": reports.levels_in(found), "score_words": reports.score_words(found),
        "role_words": reports.role_words(found), "today": today_here(),
        "parts": _parts(request.user, found), "total": len(list(found.items)),
        "bundles": bool(scope_of(request.user).headed),
    }  # fmt: skip
    return render(request, "deputies/archive.html", context)


def _read(request, person: Deputy, year: int) -> reports.Archive:
    whole = sees_file(request.user, person)
    return reports.for_reader(reports.archive_of(person, year), whole=whole, on=today_here())


def _chosen_year(request, person: Deputy) -> tuple[int, list[int]]:
    """The year asked for, else the latest, and all that the reader may read. Raises Http404, NotAllowed."""
    first = person.memberships.aggregate(first=Min("started_on"))["first"]
    years = _years_since(first)
    readable = archive_years(request.user, person, years)
    if not readable:
        raise NotAllowed(NOT_YOURS)
    year = _one_of(years, request.GET.get("year", "")) or readable[0]
    if year not in readable:
        raise NotAllowed(f"{year}年的{NOT_YOURS}")
    return year, readable


def _years_since(first: date | None) -> list[int]:
    """The years from the first day to today, newest first."""
    this_year = today_here().year
    return list(range(this_year, min(first.year if first else this_year, this_year) - 1, -1))


def _one_of(years: list[int], text: str) -> int | None:
    """The year named, None where none is. Raises Http404 for one that isn't there."""
    year = next((year for year in years if str(year) == text), None)
    if text and year is None:
        raise Http404
    return year


def _parts(user, found: reports.Archive) -> list:
    """The chapters with their lines (four queries for the links, whatever the number of items)."""
    links = _links(user, found)
    return [
        (part.chapter, [Line(item, links.get((item.entry.source.kind, item.entry.source.key), "")) for item in part.items])
        for part in found.parts
    ]  # fmt: skip


def _links(user, found: reports.Archive) -> dict[tuple[str, str], str]:
    """Addresses of the sources that `user` may open, by their kind and key."""
    sources = {(item.entry.source.kind, item.entry.source.key) for item in found.items}
    keys = {kind: [key for one, key in sources if one == kind] for kind in ("log", "opinion", "contact", "service", "activity")}
    links = {}
    for kind, name, rows in (
        ("log", "duty-log", DutyLog.objects), ("opinion", "opinion", Opinion.objects),
        ("service", "service-record", ServiceRecord.objects), ("activity", "activity", Activity.objects),
    ):  # fmt: skip
        for uid in rows.visible_to(user).filter(uid__in=keys[kind]).values_list("uid", flat=True):
            links[kind, str(uid)] = reverse(name, args=[uid])
    if keys["contact"] and can_keep_constituents(user, found.deputy):
        links |= {("contact", key): reverse("constituent", args=[key]) for key in keys["contact"]}
    return links


# ---- Bundles ----


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def branch_archives(request):
    """The branches whose files one may have bundled; POST has those of one branch made in the background."""
    user = request.user
    sent = request.POST if request.method == "POST" else request.GET
    first = Membership.objects.visible_to(user).aggregate(first=Min("started_on"))["first"]
    years = _years_since(first)
    year = _one_of(years, sent.get("year", "")) or years[0]
    branches = _bundled(user, year)
    if request.method == "POST":
        return redirect("job", uid=_order(branches, request.POST.get("branch", ""), year, user).uid)
    jobs = Job.objects.filter(kind=KIND, asked_by=user)[:RECENT]
    context = {"branches": branches, "year": year, "years": years, "jobs": jobs}
    return render(request, "deputies/archives.html", context)


def _bundled(user, year: int) -> list[Station]:
    """The user's branches that were there in the year, with `people`: whose files there would be."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    served = reports.served_there(year, user).filter(branch=OuterRef("pk")).order_by().values("branch")
    people = served.annotate(count=Count("deputy", distinct=True)).values("count")
    branches = Station.objects.branches().visible_to(user).filter(opened_on__lte=end).exclude(closed_on__lt=start)
    branches = branches.select_related("parent").annotate(people=Coalesce(Subquery(people), 0))
    branches = branches.order_by("parent__official_order", "parent__code", "official_order", "code")
    found = [branch for branch in branches if can_bundle_archives(user, branch)]
    if not found:
        raise NotAllowed("分站的履职档案由站长、所在联络站和县人大办公室打包,需要的话请联系他们。")
    return found


def _order(branches: list[Station], code: str, year: int, actor) -> Job:
    branch = next((branch for branch in branches if branch.code == code), None)
    if branch is None:
        raise NotFound("没有找到这个分站,可能编号不对,也可能不在您的范围内。")
    return start_job(
        kind=KIND, title=f"{year}年履职档案:{branch.full_name}", actor=actor, task=bundle_archives,
        branch_id=branch.pk, year=year,
    )  # fmt: skip
