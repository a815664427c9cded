"""Granting, correcting and ending mandates (代表资格)."""

from datetime import date

from django.db import transaction

from deputies.models import Deputy, Mandate
from deputies.services.people import demand_editor
from deputies.states import MandateLevel
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.history import save_traced


@transaction.atomic
def grant_mandate(
    *, deputy: Deputy, level: str, term: str, started_on: date, actor, constituency: str = "",
    certificate_number: str = "",
) -> Mandate:  # fmt: skip
    """Record that a deputy was elected to the congress of `level` for `term`."""
    demand_editor(actor, deputy, "代表资格由县人大办公室登记。")
    if deputy.mandates.filter(level=level, ended_on=None).exists():
        raise Conflict(f"{deputy.name}已经有{MandateLevel(level).label}级代表资格,请先结束原来的。")
    mandate = Mandate(
        deputy=deputy, level=level, term=term, started_on=started_on, constituency=constituency,
        certificate_number=certificate_number,
    )  # fmt: skip
    mandate.full_clean(exclude=["deputy"])
    save_traced(mandate, actor=actor)
    audit.record("grant_mandate", actor=actor, target=deputy, level=level, term=term)
    return mandate


@transaction.atomic
def edit_mandate(*, mandate: Mandate, actor, **changes) -> Mandate:
    """Correct 届次, 选区 or 代表证号 of a mandate as it was entered; a new term is a mandate of its own."""
    demand_editor(actor, mandate.deputy, "代表资格由县人大办公室登记。")
    unknown = set(changes) - {"term", "constituency", "certificate_number"}
    if unknown:
        raise DomainError("代表资格只能改届次、选区和代表证号。", fields=dict.fromkeys(unknown, "不能改"))
    for name, value in changes.items():
        setattr(mandate, name, value)
    mandate.full_clean(exclude=["deputy"])
    save_traced(mandate, actor=actor, update_fields=sorted(changes))
    audit.record("edit_mandate", actor=actor, target=mandate.deputy, level=mandate.level, columns=sorted(changes))
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, ended_on: date, reason: str, actor) -> Mandate:
    """End a mandate; `ended_on` is its last day."""
    demand_editor(actor, mandate.deputy, "代表资格由县人大办公室登记。")
    mandate.ended_on, mandate.end_reason = ended_on, reason
    mandate.full_clean()
    save_traced(mandate, actor=actor, update_fields=["ended_on", "end_reason"])
    audit.record("end_mandate", actor=actor, target=mandate.deputy, level=mandate.level, reason=reason)
    return mandate
