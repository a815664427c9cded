"""The handbook (使用手册), open to everybody: who cannot sign in needs it most, and it names nobody."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deputies.permissions import stations_to_print
from julu_liaison.common.working_days import today_here
from julu_liaison.frame import kind_of
from julu_liaison.handbook import PART_OF, TITLES, read_part
from stations.querysets import scope_of


@require_safe
def handbook(request):
    own = PART_OF.get(kind_of(scope_of(request.user))) if request.user.is_authenticated else None
    return render(request, "handbook.html", {"titles": TITLES, "own": own})


@require_safe
def handbook_part(request, slug):
    if slug not in TITLES:
        raise Http404
    cards = stations_to_print(request.user, today_here()) if slug == "clerk" else ()
    return render(request, "handbook_part.html", {"part": read_part(slug), "titles": TITLES, "cards": cards})
