"""What is already registered about the thing that somebody is typing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.accounts.counting import CountingByUser
from julu_liaison.accounts.flood import is_flood
from opinions.services.desks import similar_tickets
from stations.models import Station
from stations.states import Level

LONGEST_ASKED = 300  # characters


class TypingThrottle(CountingByUser):
    """A person types for minutes; a script that asks for more than that is sent away."""

    scope, rate = "similar", "60/min"


@require_safe
@login_required
@never_cache
def similar(request):
    """A fragment of HTML: up to five tickets in scope like `?text=`, those of `?branch=CODE` first; empty for none."""
    if is_flood(request, TypingThrottle()):
        return HttpResponse("问得太快了,请稍等。", status=429, content_type="text/plain; charset=utf-8")
    text = request.GET.get("text", "").replace("\0", "")[:LONGEST_ASKED]
    code = request.GET.get("branch", "")
    branch = None
    if code and "\0" not in code:
        branch = Station.objects.visible_to(request.user).filter(code=code, level=Level.BRANCH).first()
    tickets = similar_tickets(text=text, user=request.user, branch=branch)
    return render(request, "opinions/desk_similar.html", {"tickets": tickets})
