"""What opinions does when other apps tell a fact."""

from django.dispatch import receiver

from activities.signals import matters_recorded
from opinions.services import register_opinions


@receiver(matters_recorded)
def register_matters(sender, *, log, matters, actor, at, **_more):
    """A matter written in a duty log becomes a ticket in the same transaction."""
    return register_opinions(log=log, matters=matters, actor=actor, at=at)
