"""The deputy whom a page is about: oneself, or one whom the person sees."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from deputies.models import Deputy
from scoring.permissions import can_see_score


def own_person(request) -> Deputy:
    person = Deputy.objects.filter(user=request.user.pk).select_related("county").first()
    if person is None:
        raise Http404
    return person


def visible_person(request, code: str) -> Deputy:
    return get_object_or_404(Deputy.objects.visible_to(request.user).select_related("county"), code=code)


def readable_person(request, code: str) -> Deputy:
    """One whose points, too, may be read. Raises Http404 for whom the person does not see, else PermissionDenied."""
    person = visible_person(request, code)
    if not can_see_score(request.user, person):
        raise PermissionDenied
    return person
