"""What pages with a form have in common: the service's refusal goes to the form, which keeps all that was typed."""

from collections.abc import Callable

from django.utils import timezone

from julu_liaison.common.errors import DomainError, NotAllowed


def sent(request):
    """What was posted, or None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def done(request, form, service: Callable, /, **facts):
    """Call the service with the form's facts and `facts`; returns what it returns, or None where the form needs mending.

    A person who may not do it gets the 403 page; every other refusal stands on the form, with its own status.
    """
    if not form.is_valid():
        return None
    try:
        return service(**facts, **form.facts(), actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        refuse(form, error)
    return None


def refuse(form, error: DomainError) -> None:
    """Put the service's sentences beside their fields, or above all."""
    named = {name: sentence for name, sentence in error.fields.items() if _is_seen(form, name)}
    for name, sentence in named.items():
        form.add_error(name, sentence)
    if not named:
        form.add_error(None, error.message)
    form.refused_status = error.status


def _is_seen(form, name: str) -> bool:
    return name in form.fields and not form.fields[name].widget.is_hidden


def status_of(*forms) -> int:
    """200, or what is wrong with one of the forms (None: not on the page)."""
    return max(
        (getattr(form, "refused_status", 400) for form in forms if form is not None and form.errors), default=200
    )
