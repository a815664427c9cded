"""Reading what not everybody may read: each look at a villager's identity or at struck-out words is recorded
(个人信息保护法), the words and files of an unsigned answer stay inside the department."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed, NotFound
from opinions.models import Hop, HopFile, Opinion, Redaction
from opinions.permissions import sees_assist_opinion, sees_drafts_of, sees_original, sees_villager
from opinions.rules.hiding import hider
from opinions.states import State

ASSIST = "assist_opinion"
DRAFTING = frozenset({"reply", "return_reply"})
SUPERVISION: Any = Opinion._meta.get_field("supervision")  # fetched with those lists alone that show it
ENDS_A_DRAFT = frozenset({"reply", "sign_reply", "return_reply", "reassign", "return_wrong"})


@dataclass(frozen=True)
class Villager:
    """Who asked. All parts may be empty: anonymous is allowed."""

    name: str
    phone: str
    village: str
    confidential: bool


@transaction.atomic
def look_at_villager(*, opinion: Opinion, actor, at: datetime) -> Villager | None:
    """Return the villager (反映人) and record that `actor` looked; None for those who may not know."""
    if not sees_villager(actor, opinion):
        return None
    if opinion.villager_name or opinion.villager_phone or opinion.villager_village:
        audit.record("look_at_villager", actor=actor, target=opinion, at=at, number=opinion.number)
    return Villager(opinion.villager_name, opinion.villager_phone, opinion.villager_village, opinion.confidential)


@transaction.atomic
def look_at_originals(*, opinion: Opinion, actor, at: datetime) -> list[Redaction]:
    """Return what was struck out of the ticket, oldest first, and record that `actor` looked. For auditors alone."""
    if not sees_original(actor, opinion):
        raise NotAllowed("隐去前的原文只有审计员能看。")
    audit.record("look_at_originals", actor=actor, target=opinion, at=at, number=opinion.number)
    return list(opinion.redactions.select_related("redacted_by"))


def hiding_for(*, opinion: Opinion, actor) -> Callable[[str], str]:
    """Return a function that puts marks for the villager's name and phone in a text of the ticket that `actor` reads.

    It changes nothing but for a confidential ticket (要求保密) whose villager the person may not know: people write names into
    the matter itself.
    """
    if not _hides_villager(opinion, actor):
        return lambda text: text
    return hider([opinion.villager_name, opinion.villager_phone])


def hide_villagers(*, tickets: Iterable[Opinion], actor) -> None:
    """Do the same to title and text of a list's rows, and to what their supervision demands, in one query at most; they are for
    showing alone, not to be saved.

    Lists leave the sealed columns out, so they are read here for the few rows that need them.
    """
    hidden = {ticket.pk: ticket for ticket in tickets if _hides_villager(ticket, actor)}
    if not hidden:
        return
    for row in Opinion.objects.filter(pk__in=hidden).only("villager_name", "villager_phone"):
        hide, ticket = hider([row.villager_name, row.villager_phone]), hidden[row.pk]
        ticket.title, ticket.text = hide(ticket.title), hide(ticket.text)
        if supervision := SUPERVISION.get_cached_value(ticket, default=None):
            supervision.reason = hide(supervision.reason)


def _hides_villager(opinion: Opinion, actor) -> bool:
    return opinion.confidential and not sees_villager(actor, opinion)


def hops_for(*, opinion: Opinion, actor) -> list[Hop]:
    """Return the ticket's history, oldest first, each hop with its files (`hop.shown_files`).

    The notes about drafts are blanked for everybody outside the department that drafts; the files of a draft follow it
    out once it is signed. The opinion of an assisting department, with its files, is blanked for those it is not for.
    A confidential villager's name and phone are marks for those who may not know them.
    """
    hops = list(opinion.hops.in_order().annotate(has_files=Exists(HopFile.objects.filter(hop=OuterRef("pk")))))
    _put_files(hops)
    assisted = _may_read_assistance(opinion, hops, actor)
    hide = hiding_for(opinion=opinion, actor=actor)
    for place, hop in enumerate(hops):
        hop.note = hide(hop.note)
        for file in hop.shown_files:  # type: ignore[attr-defined]  # by the prefetch above
            file.name = hide(file.name)
        if hop.move == ASSIST and not assisted[hop.pk]:
            hop.note, hop.shown_files = "", []  # type: ignore[attr-defined]  # by the prefetch above
        elif is_draft(hop) and not sees_drafts_of(actor, hop.department_id):
            hop.note = ""
            if not was_signed(hops[place + 1 :]):
                hop.shown_files = []  # type: ignore[attr-defined]
    return hops


def _put_files(hops: Sequence[Hop]) -> None:
    """Give every hop its `shown_files`; most tickets have none and cost no query."""
    files = Prefetch("files", queryset=HopFile.objects.order_by("pk"), to_attr="shown_files")
    prefetch_related_objects([hop for hop in hops if hop.has_files], files)  # type: ignore[attr-defined]  # annotated
    for hop in hops:
        hop.shown_files = hop.shown_files if hop.has_files else []  # type: ignore[attr-defined]


def is_draft(hop: Hop) -> bool:
    """Whether the hop's note is about an answer that was not signed with it."""
    return hop.move in DRAFTING and hop.to_state != State.REPLIED


def _may_read_assistance(opinion: Opinion, hops: Sequence[Hop], actor) -> dict[int, bool]:
    """By key of those hops that gave the opinion of assisting departments; their authors are the rows of that moment."""
    given = [hop for hop in hops if hop.move == ASSIST]
    rows = list(opinion.assistances.exclude(given_at=None)) if given else []
    return {
        hop.pk: sees_assist_opinion(actor, opinion, [row.department_id for row in rows if row.given_at == hop.at])
        for hop in given
    }


def file_for(*, opinion: Opinion, uid: UUID, actor) -> HopFile:
    """Return one file of the ticket's history. Raises NotFound for one that is not there or not this person's to read."""
    for hop in hops_for(opinion=opinion, actor=actor):
        for file in hop.shown_files:  # type: ignore[attr-defined]  # as hops_for() gives it
            if file.uid == uid:
                return file
    raise NotFound("没有找到这个附件,请回到办件页面再点一次。")


def was_signed(later: Sequence[Hop]) -> bool:
    """Whether the draft before these hops was signed, and not returned, replaced or dropped."""
    end = next((hop for hop in later if hop.move in ENDS_A_DRAFT), None)
    return end is not None and end.move == "sign_reply"
