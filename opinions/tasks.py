"""Background work of the opinions app."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from opinions.services.clocks import sweep_deadlines as sweep
from opinions.services.forgetting import forget_villagers
from opinions.services.villagers import keep_promises


@shared_task
def sweep_deadlines() -> int:
    """Tell people of what is getting late; returns how many notices were written."""
    return sweep(at=timezone.now()).notices


@shared_task
def forget_old_villagers() -> int:
    """Let go of villagers to whom it was promised for the end of their matter, and of those whose matters ended longer ago
    than the county keeps them; returns how many tickets and visits."""
    at = timezone.now()
    promised = keep_promises(at=at)
    if not settings.VILLAGER_KEPT_DAYS:
        return promised
    found = forget_villagers(kept=timedelta(days=settings.VILLAGER_KEPT_DAYS), at=at, apply=True)
    return promised + found.tickets + found.visits
