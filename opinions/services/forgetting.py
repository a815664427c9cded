"""Villagers' names and phones are let go when they are no longer needed: after a term, or on request (个人信息保护法).

What was asked for and how it was handled stays; who asked for it goes, and with it the words struck out of its text and
the name and phone wherever somebody wrote them into it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from activities.models import Visit
from activities.services.visits.forgetting import forget_visitors
from julu_liaison.common import audit
from opinions.models import Opinion, Redaction, VillagerRequest
from opinions.services.redacting import strike_person
from opinions.states import ENDED, AskedState

BATCH = 500
KNOWN = ~Q(villager_name="") | ~Q(villager_phone="")


@dataclass(frozen=True)
class Forgotten:
    """How many tickets, visits and struck-out words lost their person (or would)."""

    tickets: int
    visits: int
    originals: int


def forgettable(*, before: datetime) -> tuple[QuerySet, QuerySet]:
    """Tickets that ended, and visits without a ticket that were, before that moment and whose villager is still known."""
    tickets = Opinion.objects.filter(state__in=ENDED, ended_at__lt=before)
    visits = Visit.objects.filter(KNOWN, opinion=None, recorded_at__lt=before, date__lt=before.date())
    with_words = Redaction.objects.exclude(original="").values("opinion")
    return tickets.filter(KNOWN | Q(pk__in=with_words)), visits


def forget_villagers(*, kept: timedelta, at: datetime, apply: bool) -> Forgotten:
    """Let go of the villagers of everything that ended longer ago than `kept`; only count them unless `apply`.

    In batches, each with its audit row; safe to repeat and to stop.
    """
    tickets, visits = forgettable(before=at - kept)
    counted = Forgotten(tickets.count(), visits.count(), _words_of(tickets.values("pk")).count())
    if apply:
        for keys in _batches(tickets):
            forget(tickets=keys, actor=None, at=at, why="retention")
        for keys in _batches(visits):
            forget(visits=keys, actor=None, at=at, why="retention")
    return counted


@transaction.atomic
def forget(*, tickets: Iterable[int] = (), visits: Iterable[int] = (), actor, at: datetime, why: str) -> None:
    """Blank who raised these tickets (keys) and made these visits, and the visit behind each ticket."""
    chosen = list(Opinion.objects.select_for_update(of=("self",)).filter(pk__in=list(tickets)).order_by("pk"))
    keys = [ticket.pk for ticket in chosen]
    behind = [ticket.visit_id for ticket in chosen if ticket.visit_id]
    for ticket in chosen:
        if ticket.villager_name or ticket.villager_phone:
            strike_person(opinion=ticket)
    Opinion.objects.filter(pk__in=keys).update(villager_name="", villager_phone="")
    seen = forget_visitors(visits=[*behind, *visits])
    _words_of(keys).update(original="")
    _settle_requests(keys, at)
    one = chosen[0] if len(chosen) == 1 else None
    audit.record("forget_villagers", actor=actor, target=one, at=at, why=why, tickets=len(keys), visits=seen)


def _settle_requests(tickets: list[int], at: datetime) -> None:
    """Whatever the villagers of these tickets still asked for is done: nothing of them is left. Their words go, too."""
    rows = VillagerRequest.objects.filter(opinion__in=tickets)
    rows.open().update(state=AskedState.DONE, decided_at=at, version=F("version") + 1)
    rows.exclude(said="").update(said="")


def _words_of(tickets) -> QuerySet:
    return Redaction.objects.filter(opinion__in=tickets).exclude(original="")


def _batches(rows: QuerySet) -> Iterable[list[int]]:
    """Keys of `rows`, so many at a time; they leave the query as they are forgotten."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield keys
