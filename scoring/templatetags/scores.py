"""Words about points for pages."""

from decimal import Decimal

from django import template

from deputies.states import MandateLevel
from scoring.rules.wording import NOT_MEASURED, why_corrected

register = template.Library()
register.filter(why_corrected)


@register.simple_tag
def not_measured() -> str:
    """What the number does not say; through `scoring/not_measured.html`."""
    return NOT_MEASURED


@register.filter
def signed_points(value: Decimal) -> str:
    """Show points with their sign and without trailing zeros: `+5`, `-2`, `0`, `+0.5`."""
    return f"{value.normalize():+f}" if value else "0"


@register.filter
def level_words(level: str) -> str:
    """省 / 市 / 县 / 乡."""
    return MandateLevel(level).label
