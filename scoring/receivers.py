"""The ledger follows the facts: after each commit the deputies concerned are scored again.

What fails here is repaired by the nightly `rescore_everything`.
"""

from django.dispatch import receiver
from django.utils import timezone

from activities.signals import attendance_changed, month_declared
from opinions.signals import opinion_moved
from scoring.services import rescore
from stations.models import Station


@receiver(attendance_changed)
@receiver(month_declared)
@receiver(opinion_moved)
def score_again(sender, *, deputy_ids, year, **_more):
    """Rescore the few deputies a fact is about; small enough to do at once."""
    for county in Station.objects.centres().filter(deputies_here__pk__in=deputy_ids).distinct():
        rescore(county=county, year=year, at=timezone.now(), deputies=deputy_ids)
