"""A form that was sent and not taken, to be sent once more by one press."""

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParserError

from julu_liaison.common.referring import is_sent_from_here

# What a page never shows again, were it only in a hidden field.
NEVER_SHOWN = {"password", *settings.AXES_SENSITIVE_PARAMETERS}


def typed_by(request) -> list[tuple[str, str]]:
    """The fields of a form that stood on a page of ours, in their order; empty where it must not or can't be sent again:
    with a password, with files, or where its body can't be read."""
    if request.method != "POST" or not is_sent_from_here(request):
        return []
    try:
        fields, files = request.POST, request.FILES
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return []
    if files or NEVER_SHOWN.intersection(fields):
        return []
    return [(name, value) for name, values in fields.lists() for value in values if name != "csrfmiddlewaretoken"]
