"""Template filters every page may use (a builtin library, no {% load %} needed)."""

from django import template
from django.utils.html import format_html

from julu_liaison.common.secrets import masked_name
from julu_liaison.common.working_days import today_here

register = template.Library()

WEEKDAYS = "一二三四五六日"
IDEOGRAPHIC_SPACE = "\u3000"


@register.filter
def aligned_name(name: str) -> str:
    """Show a two-character name with an ideographic space, as official lists do; it is stored without."""
    return IDEOGRAPHIC_SPACE.join(name) if len(name) == 2 else name


@register.filter
def day_in_year(day) -> str:
    """Show a date as `11月22日 星期日`, where its year is said beside it or is plain from the page."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def day_label(day) -> str:
    """Show a date as `11月22日 星期日`, with the year where it is not this one: `2027年1月4日 星期一`."""
    return f"{_other_year(day)}{day_in_year(day)}" if day else ""


@register.filter(expects_localtime=True)
def short_day(day) -> str:
    """Show a date, or the date of a moment, as `11月22日`, with the year where it is not this one."""
    return f"{_other_year(day)}{day.month}月{day.day}日" if day else ""


def _other_year(day) -> str:
    return "" if day.year == today_here().year else f"{day.year}年"


@register.filter
def points(value) -> str:
    """Show points without trailing zeros: `86.5`, `60`, `-2`."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value}"


@register.filter
def get(mapping, key):
    """Look a key up in a dictionary."""
    return mapping.get(key)


ICONS = {
    "home": "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    "calendar": "M4 6h16v15H4zM4 10h16M8 3v4M16 3v4",
    "paper": "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
    "chart": "M4 20V10M10 20V4M16 20v-8M21 20H3",
    "folder": "M3 5h6l2 3h10v11H3zM3 11h18",
    "pen": "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
    "previous": "M15 5l-7 7 7 7",
    "next": "M9 5l7 7-7 7",
    "tick": "M4 12.5l5 5L20 6.5",
    "print": "M7 9V3h10v6M7 18H4v-8h16v8h-3M7 14h10v7H7z",
    "offline": "M3 3l18 18M8.5 16.4a5 5 0 017 0M5 12.9a10 10 0 015-2.7M19 12.9a10 10 0 00-4.6-2.6M12 20h.01",
    "warning": "M12 3l10 18H2zM12 10v5M12 18h.01",
    "phone": "M5 3h4l2 5-3 2a12 12 0 006 6l2-3 5 2v4a2 2 0 01-2 2A17 17 0 013 5a2 2 0 012-2z",
    "people": "M9 11a4 4 0 100-8 4 4 0 000 8zM2 21v-2a5 5 0 015-5h4a5 5 0 015 5v2M17 11a4 4 0 000-8M22 21v-2a5 5 0 00-4-5",
    "download": "M12 3v12M7 10l5 5 5-5M4 20h16",
}


@register.simple_tag
def icon(name: str) -> str:
    """Draw one of ICONS as an inline SVG in the colour of the text; it says nothing to screen readers."""
    return format_html('<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.filter
def masked(name: str) -> str:
    """A villager's name with its first character alone: `王*`; 没有留姓名 where there is none."""
    return masked_name(name) or "没有留姓名"
