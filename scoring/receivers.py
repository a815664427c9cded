"""The ledger follows the facts: after each commit the deputies concerned are scored again.

What fails here is repaired by the nightly `rescore_everything`.
"""

from django.dispatch import receiver
from django.utils import timezone

from activities.signals import attendance_changed, month_declared
from opinions.signals import opinion_moved
from scoring.services import rescore
from scoring.services.relocating import demand_no_open_claims, follow_branch, follow_merger
from scoring.signals import claim_decided
from stations.models import Station
from stations.signals import branch_merged, branch_moved, station_closing


@receiver(attendance_changed)
@receiver(month_declared)
@receiver(opinion_moved)
@receiver(claim_decided)
def score_again(sender, *, deputy_ids, year, **_more):
    """Rescore the deputies a fact is about at once: mostly a few, of a declared month a whole station (ADR 2)."""
    for county in Station.objects.centres().filter(deputies_here__pk__in=deputy_ids).distinct():
        rescore(county=county, year=year, at=timezone.now(), deputies=deputy_ids)


@receiver(branch_moved)
def take_claims_and_appeals_along(sender, *, branch, source, target, actor, at, **_more):
    return follow_branch(branch=branch, source=source, target=target, actor=actor, at=at)


@receiver(branch_merged)
def hand_open_claims_over(sender, *, branch, into, actor, at, **_more):
    return follow_merger(branch=branch, into=into, actor=actor, at=at)


@receiver(station_closing)
def refuse_while_claims_wait_there(sender, *, station, **_more):
    demand_no_open_claims(station=station)
    return []
