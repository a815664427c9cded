"""The county's livelihood projects (民生实事) of a year, and the activities that inspected each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.plans import ProjectForm
from activities.models import Activity, LivelihoodProject
from activities.permissions import activity_places, can_keep_projects
from activities.services import add_project, edit_project
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.querysets import scope_of


@require_safe
@login_required
def projects(request):
    """The projects of `?year=` in the reader's county; adding is the county's."""
    scope = scope_of(request.user)
    if not (scope.counties or scope.townships or scope.branches):
        raise PermissionDenied
    rows = LivelihoodProject.objects.visible_to(request.user)
    year, years = _chosen_year(request, rows)
    shown = rows.filter(year=year).select_related("department").with_inspections()
    context = {"rows": shown, "year": year, "years": years, "may": bool(_counties(request.user))}
    return render(request, "activities/projects.html", context)


def _chosen_year(request, rows) -> tuple[int, list[int]]:
    """The year asked for, else this one; and those to choose from. Raises Http404."""
    this_year = today_here().year
    first = rows.order_by("year").values_list("year", flat=True).first()
    years = list(range(this_year + 1, min(first or this_year, this_year) - 1, -1))
    asked = request.GET.get("year") or str(this_year)
    year = next((year for year in years if str(year) == asked), None)
    if year is None:
        raise Http404
    return year, years


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_add(request):
    """Put one on the list of `?year=`."""
    counties = _counties(request.user)
    if not counties:
        raise PermissionDenied
    year, _years = _chosen_year(request, LivelihoodProject.objects.filter(county__in=counties))
    form = ProjectForm(sent(request), county=counties[0])
    row = done(request, form, add_project, county=counties[0], year=year)
    if row:
        messages.success(request, f"加上了:{row.title}。")
        return redirect(reverse("projects") + f"?year={year}")
    return render(request, "activities/project_add.html", {"form": form, "year": year}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project(request, uid):
    """One project with its activities; POST changes it."""
    rows = LivelihoodProject.objects.visible_to(request.user).select_related("county", "department")
    row = get_object_or_404(rows, uid=uid)
    may = can_keep_projects(request.user, row.county_id)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = ProjectForm.of(row, sent(request))
    if done(request, form, edit_project, project=row):
        messages.success(request, "改好了。")
        return redirect("project", uid=row.uid)
    activities = Activity.objects.visible_to(request.user).filter(project=row).select_related("station__parent")
    context = {
        "row": row, "may": may, "form": form,
        "activities": activities.order_by("-held_on", "-pk"),
        "may_announce": activity_places(request.user, today_here()).filter(county=row.county_id).exists(),
    }  # fmt: skip
    return render(request, "activities/project.html", context, status=status_of(form))


def _counties(user) -> list[Station]:
    """Where the user keeps the list."""
    centres = Station.objects.centres().filter(pk__in=scope_of(user).counties)
    return [county for county in centres if can_keep_projects(user, county.pk)]
