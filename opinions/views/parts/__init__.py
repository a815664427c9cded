"""What a ticket's page shows beside the ticket itself, each part in a module and a template of its own."""

from opinions.models import Opinion
from opinions.views.parts import clock, entry, feedback, office, papers, similar, suggestion, supervision

PARTS = (entry, suggestion, office, supervision, clock, feedback, similar, papers)


def parts_of(user, ticket: Opinion) -> list[tuple[str, object]]:
    """Return (template, part) of every part that has something to show to this person, in the order of the page."""
    shown = [(module.TEMPLATE, module.part(user, ticket)) for module in PARTS]
    return [(template, part) for template, part in shown if part]


def found_in(parts: list[tuple[str, object]], name: str):
    """Return what one of the parts holds under `name`; None where none does."""
    return next((part[name] for _template, part in parts if isinstance(part, dict) and name in part), None)
