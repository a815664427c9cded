"""An opinion becomes a formal suggestion (转为代表建议)."""

from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError
from opinions.models import Opinion
from opinions.rules.hiding import hider
from opinions.services.changes import Change
from opinions.services.registering import checked_text, enter_register
from opinions.services.suggestions.filing import add_detail, checked_title, demand_may_file, tell_of_filing
from opinions.states import Kind, State


def grow_suggestion(change: Change) -> Opinion:
    """Register the suggestion that the opinion `change.ticket` becomes and return it; the villager is not carried over, not
    even where somebody wrote the name or phone into the text.

    The deputy is the one named, else the opinion's own. The opinion itself ends as merged into it, so that the
    villager is told its answer.
    """
    ticket, facts = change.ticket, change.facts
    deputy = facts.get("deputy") or ticket.deputy
    if not isinstance(deputy, Deputy):
        raise DomainError("请选由哪位代表提出这件建议。", fields={"deputy": "请选代表"})
    if not Membership.objects.in_force(change.on).filter(deputy=deputy, branch=ticket.branch).exists():
        sentence = f"{deputy.name}不是{ticket.branch.full_name}的代表,请核对"
        raise DomainError(f"{sentence}。", fields={"deputy": sentence})
    demand_may_file(change.actor, deputy, ticket.branch)
    hide = hider([ticket.villager_name, ticket.villager_phone])
    suggestion = Opinion(
        kind=Kind.SUGGESTION, title=hide(checked_title(facts.get("title", ""))), category=ticket.category, deputy=deputy,
        text=hide(checked_text(facts.get("text") or ticket.text)),
    )  # fmt: skip
    enter_register(suggestion, ticket.branch, State.REGISTERED, ticket.branch.parent, change.actor, change.at)
    add_detail(suggestion, at=change.at, grown_from=ticket)
    tell_of_filing(suggestion, actor=change.actor, at=change.at)
    return suggestion
