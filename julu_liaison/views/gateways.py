"""Where messages go out: a county's and its stations' gateways."""

from django.http import Http404


def gateways(request):
    raise Http404


def gateway(request, uid):
    raise Http404


def gateway_try(request, uid):
    raise Http404
