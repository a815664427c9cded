"""What moving, merging and closing branches is for claims and appeals (see `stations.signals`)."""

from datetime import datetime
from itertools import chain

from django.db.models import F, QuerySet

from julu_liaison.common.errors import Conflict
from scoring.models import Appeal, BonusClaim
from scoring.services.claims.steps import write_steps
from scoring.services.claims.telling import tell_who_acts
from scoring.workflow import RELOCATE
from stations.models import Station
from stations.rules import Effect

TOGETHER = "加分申报和复核,由新的联络站接着办"


def follow_branch(*, branch: Station, source: Station, target: Station, actor, at: datetime) -> list[Effect]:
    """All claims and appeals of a moved branch go to the new station, which checks what is still to be checked."""
    claims = BonusClaim.objects.filter(branch=branch)
    waiting = list(claims.open().select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    moved = claims.update(station=target) + Appeal.objects.filter(branch=branch).update(station=target)
    _go_on(BonusClaim.objects.filter(pk__in=waiting), f"分站由{source.name}划归{target.name}", actor, at)
    return _told(moved)


def follow_merger(*, branch: Station, into: Station, actor, at: datetime) -> list[Effect]:
    """What is still open goes over to `into` and its station; what has ended stays with the old branch."""
    claims = list(BonusClaim.objects.open().filter(branch=branch).select_for_update(of=("self",)).order_by("pk"))
    appeals = list(Appeal.objects.open().filter(branch=branch).select_for_update(of=("self",)).order_by("pk"))
    for row in chain(claims, appeals):
        row.put_at(into)
    BonusClaim.objects.bulk_update(claims, ["branch", "station", "county"], batch_size=500)
    Appeal.objects.bulk_update(appeals, ["branch", "station", "county"], batch_size=500)
    note = f"{branch.full_name}已并入{into.full_name}"
    _go_on(BonusClaim.objects.filter(pk__in=[row.pk for row in claims]), note, actor, at)
    return _told(len(claims) + len(appeals))


def demand_no_open_claims(*, station: Station) -> None:
    """A station is not closed while claims wait there; a branch may be, its station goes on with them."""
    number = BonusClaim.objects.open().filter(station=station).count()
    if number:
        raise Conflict(f"{station.full_name}还有{number}件加分申报没办完,请先办完,再撤销。")


def _go_on(claims: QuerySet[BonusClaim], note: str, actor, at: datetime) -> None:
    """Say so in the history of those that are open, and tell whoever has them now."""
    claims.update(version=F("version") + 1)
    rows = list(claims.select_related("deputy__user", "claimed_by", "county").order_by("pk"))
    write_steps(rows, RELOCATE, actor=actor, at=at, note=note[:200])
    tell_who_acts([row for row in rows if row.state == "claimed"], actor=actor, at=at)


def _told(number: int) -> list[Effect]:
    return [Effect(TOGETHER, number, "件")] if number else []
