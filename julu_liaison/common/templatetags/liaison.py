"""Template filters every page may use (a builtin library, no {% load %} needed)."""

from django import template

register = template.Library()

WEEKDAYS = "一二三四五六日"
IDEOGRAPHIC_SPACE = "\u3000"


@register.filter
def aligned_name(name: str) -> str:
    """Show a two-character name with an ideographic space, as official lists do; it is stored without."""
    return IDEOGRAPHIC_SPACE.join(name) if len(name) == 2 else name


@register.filter
def day_label(day) -> str:
    """Show a date as `11月22日 星期日`."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def points(value) -> str:
    """Show points without trailing zeros: `86.5`, `60`, `-2`."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value}"


@register.filter
def get(mapping, key):
    """Look a key up in a dictionary."""
    return mapping.get(key)
