"""What the pages of suggestions share."""

from collections.abc import Callable

from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from julu_liaison.common.errors import DomainError, NotAllowed
from opinions.models import Opinion
from opinions.states import Kind


def visible_suggestion(request, uid) -> Opinion:
    """The suggestion with its lead and places; 404 out of scope, and for an opinion."""
    rows = Opinion.objects.visible_to(request.user).for_list().without_villager()
    return get_object_or_404(rows, uid=uid, kind=Kind.SUGGESTION)


def done(request, form, service: Callable, **facts):
    """Call the service with the form's facts and `facts`; None where the form has to be mended, which keeps all that was
    typed. Returns (what the service returned, status of the page)."""
    if not form.is_valid():
        return None, 400
    try:
        return service(**facts, **form.facts(), actor=request.user, at=timezone.now()), 302
    except NotAllowed:
        raise
    except DomainError as error:
        form.refuse(error)
        return None, error.status


def back_to(request, ticket: Opinion):
    """To the suggestion, or home where it has gone out of the person's scope."""
    if Opinion.objects.visible_to(request.user).filter(pk=ticket.pk).exists():
        return redirect("opinion", uid=ticket.uid)
    return redirect("home")
