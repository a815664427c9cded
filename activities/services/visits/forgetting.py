"""Letting go of who came: the matter of a visit stays, its person goes (个人信息保护法)."""

from collections.abc import Iterable

from activities.models import Visit


def forget_visitors(*, visits: Iterable[int]) -> int:
    """Blank name and phone of these visits (keys); return how many there were. Whoever calls it records why."""
    return Visit.objects.filter(pk__in=list(visits)).update(villager_name="", villager_phone="")
