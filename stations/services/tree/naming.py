"""Levels and full names, as they follow from the parent."""

from stations.models import Station
from stations.states import Level

LEVEL_BELOW: dict[str | None, str] = {None: Level.CENTRE, Level.CENTRE: Level.TOWNSHIP, Level.TOWNSHIP: Level.BRANCH}
SUFFIX: dict[str, str] = {Level.CENTRE: "人大常委会网格指挥中心", Level.TOWNSHIP: "人大代表联络站", Level.BRANCH: ""}


def full_name(station: Station) -> str:
    """官亭镇 → 官亭镇人大代表联络站; 第一分站 → 官亭镇人大代表联络站第一分站."""
    prefix = station.parent.full_name if station.level == Level.BRANCH else ""
    return prefix + station.name + SUFFIX[station.level]
