"""Visits beside a log, for whoever may open them."""

from django import template

from activities.models import DutyLog, Visit

register = template.Library()


@register.simple_tag
def visits_of(log: DutyLog, user) -> list[Visit]:
    """Return the log's visits that `user` may open, in the order of their numbers; a deputy sees the log alone."""
    return list(Visit.objects.for_register().visible_to(user).filter(log=log).order_by("year", "serial"))
