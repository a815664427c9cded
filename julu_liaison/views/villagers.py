"""Pages for villagers that are about no place: what is done with their data, how large the letters are."""

from django.http import Http404


def privacy(request):
    raise Http404


def look(request):
    raise Http404
