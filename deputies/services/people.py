"""Registering people and changing their details."""

from django.db import transaction

from deputies.models import Deputy
from deputies.permissions import can_edit_deputy
from deputies.rules import name_initials, name_sort_key, name_stroke_key
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.numbering import next_number
from stations.models import Station


def demand_editor(actor, deputy: Deputy, sentence: str) -> None:
    if not can_edit_deputy(actor, deputy):
        raise NotAllowed(sentence)


@transaction.atomic
def add_deputy(*, county: Station, actor, **fields) -> Deputy:
    """Register a person. `fields` are columns of Deputy; the permanent code is given here."""
    deputy = Deputy(county=county, **fields)
    demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    deputy.code = f"{county.code}-{next_number(f'deputy:{county.code}'):04d}"
    derive_name_columns(deputy)
    deputy.full_clean(exclude=["user"])
    save_traced(deputy, actor=actor)
    audit.record("add_deputy", actor=actor, target=deputy, county_code=county.code)
    return deputy


@transaction.atomic
def edit_deputy(*, deputy: Deputy, actor, **changes) -> Deputy:
    """Change a person's details; only real changes are written and audited (names of the columns, not values)."""
    demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    changed = {name: value for name, value in changes.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    for name, value in changed.items():
        setattr(fresh, name, value)
    derive_name_columns(fresh)
    fresh.full_clean(exclude=["user"])
    save_traced(fresh, actor=actor)
    audit.record("edit_deputy", actor=actor, target=fresh, columns=sorted(changed))
    return fresh


def derive_name_columns(deputy: Deputy) -> None:
    deputy.initials = name_initials(deputy.name)[:20]
    deputy.sort_key = name_sort_key(deputy.name)
    deputy.stroke_key = name_stroke_key(deputy.name)
