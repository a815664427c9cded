"""What left the house: how far each message has come, as its station sees it."""

from django.http import Http404


def messages_sent(request):
    raise Http404


def message_again(request, uid):
    raise Http404
