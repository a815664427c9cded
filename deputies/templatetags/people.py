"""How deputies are worded on pages."""

from django import template

from deputies.states import MandateLevel

register = template.Library()


@register.filter
def levels_in_short(deputy) -> str:
    """Return the levels in force, from 省 to 乡: `县、乡`; needs `with_places`."""
    return "、".join(MandateLevel(level).label for level in deputy.levels_now)
