"""Changing the details of a place."""

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from stations.models import Station
from stations.permissions import can_edit_station
from stations.services.tree.locking import lock_tree
from stations.services.tree.naming import full_name

EDITABLE = {
    "name", "official_order", "division_code", "host", "address", "phone", "duty_hours", "seats", "opened_on",
}  # fmt: skip
OTHER_WAYS = {"closed_on": "撤销和恢复请在站点页面办理"}
TREE_COLUMNS = ("depth", "lft", "rght", "tree_id")


@transaction.atomic
def edit_station(*, station: Station, actor, **changes) -> Station:
    """Change details of a place. Code, level and parent stay; a new short name renews the full names below."""
    if not can_edit_station(actor, station):
        raise NotAllowed("站点资料由县人大办公室维护,请联系他们修改。")
    unknown = set(changes) - EDITABLE
    if unknown:
        fields = {name: OTHER_WAYS.get(name, "不能改") for name in unknown}
        raise DomainError("编号、层级和上级定了就不能改,撤销和恢复另外办理。", fields=fields)
    lock_tree()
    fresh = Station.objects.select_related("parent", "county").get(pk=station.pk)
    before = {name: str(getattr(fresh, name)) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_name = full_name(fresh)
    fresh.full_clean(exclude=TREE_COLUMNS)
    save_traced(fresh, actor=actor)
    _rename_below(fresh)
    audit.record(
        "edit_station", actor=actor, target=fresh, county_code=fresh.county.code,
        before=before, after={name: str(value) for name, value in changes.items()},
    )  # fmt: skip
    return fresh


def _rename_below(station: Station) -> None:
    """Full names of branches follow; they say nothing that the history of `station` does not."""
    for child in Station.objects.branches().filter(parent=station):
        Station.objects.filter(pk=child.pk).update(full_name=station.full_name + child.name)
