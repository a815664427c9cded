"""Registering people and changing their details."""

from collections.abc import Iterable

from django.db import transaction

from deputies.models import Deputy
from deputies.permissions import can_edit_deputy
from deputies.rules import name_initials, name_sort_key, name_stroke_key
from deputies.services.consents import SUBJECTS
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.numbering import next_number
from stations.models import Station

OTHER_WAYS = {
    **dict.fromkeys(
        ("photo_consent_on", "photo_consent_evidence", "phone_consent_on", "phone_consent_evidence"),
        "同意公开要连同依据登记,请在代表的页面上登记或撤回",
    ),
    **dict.fromkeys(("photo", "photo_small", "photo_original", "photo_crop"), "照片请在代表的页面上传"),
}


def demand_editor(actor, deputy: Deputy, sentence: str) -> None:
    if not can_edit_deputy(actor, deputy):
        raise NotAllowed(sentence)


@transaction.atomic
def add_deputy(*, county: Station, actor, **fields) -> Deputy:
    """Register a person. `fields` are columns of Deputy; the permanent code is given here.

    A consent comes with its evidence, as in `record_consent`.
    """
    deputy = Deputy(county=county, **fields)
    demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    deputy.code = f"{county.code}-{next_number(f'deputy:{county.code}'):04d}"
    derive_name_columns(deputy)
    demand_evidence(deputy)
    deputy.full_clean(exclude=["user"])
    save_traced(deputy, actor=actor)
    audit.record("add_deputy", actor=actor, target=deputy, county_code=county.code)
    return deputy


@transaction.atomic
def edit_deputy(*, deputy: Deputy, actor, **changes) -> Deputy:
    """Change a person's details; only real changes are written and audited (names of the columns, not values).

    Photo and consent have services of their own.
    """
    demand_editor(actor, deputy, "代表资料由县人大办公室维护,请联系他们。")
    refuse_other_ways(changes)
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


def refuse_other_ways(changes: Iterable[str]) -> None:
    """Photo and consent are no plain details."""
    refused = {name: sentence for name, sentence in OTHER_WAYS.items() if name in changes}
    if refused:
        raise DomainError(f"{next(iter(refused.values()))}。", fields=refused)


def demand_evidence(deputy: Deputy) -> None:
    """A consent that nobody can show is none; the database demands the same."""
    for subject, words in SUBJECTS.items():
        column = f"{subject}_consent_evidence"
        if getattr(deputy, f"{subject}_consent_on") and not getattr(deputy, column):
            raise DomainError(f"{deputy.name}同意公开{words}没有写依据,请补上。", fields={column: "请写依据"})


def derive_name_columns(deputy: Deputy) -> None:
    deputy.initials = name_initials(deputy.name)[:20]
    deputy.sort_key = name_sort_key(deputy.name)
    deputy.stroke_key = name_stroke_key(deputy.name)
