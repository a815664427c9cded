"""Background work of the opinions app."""

from celery import shared_task
from django.utils import timezone

from opinions.services.clocks import sweep_deadlines as sweep


@shared_task
def sweep_deadlines() -> int:
    """Tell people of what is getting late; returns how many notices were written."""
    return sweep(at=timezone.now()).notices
