"""How editions are worded on pages."""

from django import template

from deputies.posters import order_of

register = template.Library()


@register.filter
def size_words(edition) -> str:
    """The size of an edition as people read it: `240×120厘米`."""
    return order_of(edition.product, edition.size).size.label
