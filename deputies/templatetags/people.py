"""How deputies are worded on pages."""

from django import template

from deputies.states import ContactForm, MandateLevel

register = template.Library()


@register.filter
def levels_in_short(deputy) -> str:
    """Return the levels in force, from 省 to 乡: `县、乡`; needs `with_places`."""
    return "、".join(MandateLevel(level).label for level in deputy.levels_now)


@register.filter
def days_since(day, today) -> str:
    """Show how long ago a day was: `今天`, `昨天`, `12天前`."""
    days = (today - day).days
    return ("今天", "昨天")[days] if days in (0, 1) else f"{days}天前"


@register.filter
def contact_form(value) -> str:
    """The words of a way of being in touch: `上门走访`."""
    return ContactForm(value).label


@register.filter
def short_of(number: int, wanted: int) -> int:
    """How many are missing."""
    return wanted - number
