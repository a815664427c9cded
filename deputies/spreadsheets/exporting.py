"""The deputies' register as rows of its columns."""

from collections.abc import Iterable
from datetime import date

from deputies.models import Deputy
from deputies.spreadsheets import columns as c
from deputies.states import LEVEL_ORDER, MandateLevel
from stations.models import Station


def register_rows(place: Station, on: date) -> list[list[str]]:
    """Return the deputies of `place` and everything below it on the day `on`.

    Order: stations and branches as in official lists, head first. Only people assigned to a branch can be in it.
    """
    deputies = Deputy.objects.serving(on, place).with_places(on)
    return [_row(deputy) for deputy in sorted(deputies, key=_official_place)]


def _official_place(deputy: Deputy):
    branch, membership = deputy.membership_now.branch, deputy.membership_now
    station = branch.parent
    return (
        station.official_order, station.code, branch.official_order, branch.code, membership.role, deputy.sort_key,
        deputy.code,
    )  # fmt: skip


def _row(deputy: Deputy) -> list[str]:
    membership = deputy.membership_now
    held = {mandate.level: mandate for mandate in deputy.mandates_now}
    mandates = [held[level] for level in LEVEL_ORDER if level in held]
    values = {
        "birth_month": f"{deputy.birth_month:%Y-%m}" if deputy.birth_month else "",
        "levels": "、".join(MandateLevel(mandate.level).label for mandate in mandates),
        **{column.key: _joined(getattr(mandate, column.key) for mandate in mandates) for column in c.SEATS},
        "station": membership.branch.parent.name,
        "branch": membership.branch.name,
        "role": membership.get_role_display(),
    }
    return [values[column.key] if column.key in values else getattr(deputy, column.key) for column in c.COLUMNS]


def _joined(texts: Iterable[str]) -> str:
    """One text if it holds for every level, else one each in the order of levels."""
    texts = list(texts)
    return texts[0] if len(set(texts)) == 1 else ";".join(texts)
