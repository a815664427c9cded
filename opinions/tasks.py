"""Background work of the opinions app."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from opinions.services.clocks import sweep_deadlines as sweep
from opinions.services.forgetting import forget_villagers


@shared_task
def sweep_deadlines() -> int:
    """Tell people of what is getting late; returns how many notices were written."""
    return sweep(at=timezone.now()).notices


@shared_task
def forget_old_villagers() -> int:
    """Let go of villagers whose matters ended longer ago than the county keeps them; returns how many tickets and visits."""
    if not settings.VILLAGER_KEPT_DAYS:
        return 0
    found = forget_villagers(kept=timedelta(days=settings.VILLAGER_KEPT_DAYS), at=timezone.now(), apply=True)
    return found.tickets + found.visits
