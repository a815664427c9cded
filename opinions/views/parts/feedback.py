"""The villager's link, what was said of the answers, what was struck out, who was merged here."""

from opinions.models import Opinion
from opinions.permissions import can_redact, can_settle_villager, can_tell_villager, sees_original
from opinions.services.looking import hiding_for
from opinions.states import SETTLED, Kind, State

TEMPLATE = "opinions/parts/feedback.html"


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    merged = list(ticket.merged_here.visible_to(user).select_related("register").order_by("pk"))
    may_settle = can_settle_villager(user, ticket)
    shown = {
        "ticket": ticket,
        "may_settle": may_settle,
        "asked": may_settle and ticket.villager_asks,  # type: ignore[attr-defined]  # annotated: with_asking
        "may_hand_out": ticket.kind == Kind.OPINION and can_tell_villager(user, ticket),
        "must_tell_first": ticket.state == State.REPLIED and not ticket.is_read_by_link,
        "may_redact": can_redact(user, ticket),
        "redactions": ticket.redactions.count() if sees_original(user, ticket) else 0,
        "verdicts": _verdicts(user, ticket),
        "main": _main(user, ticket),
        "merged": merged,
        "untold": sum(row.told_at is None for row in merged) if ticket.state in SETTLED else 0,
    }
    facts = ("may_hand_out", "may_redact", "may_settle", "redactions", "verdicts", "main", "merged")
    return shown if any(shown[name] for name in facts) else None


def _verdicts(user, ticket: Opinion) -> list:
    """What the villager said of each answer; the signers of a suggestion have their own part."""
    if not ticket.rating or ticket.kind == Kind.SUGGESTION:
        return []
    hide, rows = hiding_for(opinion=ticket, actor=user), list(ticket.verdicts.select_related("signer", "given_by"))
    for row in rows:
        row.reason = hide(row.reason)
    return rows


def _main(user, ticket: Opinion) -> Opinion | None:
    """The ticket that this one was merged into, for whoever may open that."""
    if ticket.merged_into_id is None:
        return None
    rows = Opinion.objects.visible_to(user).select_related("register")
    return rows.only("uid", "number", "state", "register__name").filter(pk=ticket.merged_into_id).first()
