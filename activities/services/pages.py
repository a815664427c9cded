"""Where notices about leave and duties lead."""

from django.urls import reverse


def leave_desk() -> str:
    """Where a station decides leave and swaps."""
    return reverse("station-leave")


def my_duty() -> str:
    """Where a deputy sees the own duties and leave."""
    return reverse("my-duty")
