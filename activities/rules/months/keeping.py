"""A month's figures as JSON and back: what an edition of the report keeps (see `MonthEdition.figures`)."""

from collections import Counter
from dataclasses import MISSING, Field, fields
from datetime import date
from typing import Any

from activities.rules.months.figures import DeputyMonth, MonthFigures, PlaceMonth, ReportedPlace

SHAPE = 1  # of the JSON; a later one has to read this one, too


def as_content(figures: MonthFigures) -> dict[str, Any]:
    """`shape`, `month`, `on`, `place`, `stations`, `places`; what is zero, empty or false is left out."""
    return {
        "shape": SHAPE,
        "month": figures.month.isoformat(),
        "on": figures.on.isoformat(),
        "place": _place_content(figures.place),
        "stations": [_place_content(station) for station in figures.stations],
        "places": [_row_content(row) for row in figures.places],
    }


def from_content(content: dict[str, Any], *, county: int) -> MonthFigures:
    """The figures that `as_content` wrote; `county`: its key today."""
    return MonthFigures(
        place=_place(content["place"]),
        county=county,
        month=date.fromisoformat(content["month"]),
        on=date.fromisoformat(content["on"]),
        places=[_row(row) for row in content["places"]],
        stations=[_place(station) for station in content["stations"]],
    )


def _place_content(place: ReportedPlace) -> dict[str, Any]:
    above = {"above": _place_content(place.above)} if place.above else {}
    return {"code": place.code, "name": place.name, "full_name": place.full_name, "level": str(place.level)} | above


def _place(content: dict[str, Any]) -> ReportedPlace:
    above = _place(content["above"]) if "above" in content else None
    return ReportedPlace(content["code"], content["name"], content["full_name"], content["level"], above)


def _row_content(row: PlaceMonth) -> dict[str, Any]:
    content = _said(row, without=("place", "deputies"))
    return content | {"place": _place_content(row.place), "deputies": [_deputy_content(one) for one in row.deputies]}


def _row(content: dict[str, Any]) -> PlaceMonth:
    deputies = [_deputy(one) for one in content["deputies"]]
    return PlaceMonth(**(content | {"place": _place(content["place"]), "deputies": deputies}))


def _deputy_content(row: DeputyMonth) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in _said(row).items()}


def _deputy(content: dict[str, Any]) -> DeputyMonth:
    counters: dict[str, Any] = {name: Counter(content[name]) for name in ("presence", "forms") if name in content}
    return DeputyMonth(**(content | counters))


def _said(row: PlaceMonth | DeputyMonth, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields that say something, by name; counters without their zeros."""
    found = {field.name: _value(row, field) for field in fields(row) if field.name not in without}
    return {name: value for name, value in found.items() if value is not None}


def _value(row: PlaceMonth | DeputyMonth, field: Field) -> Any:
    value = getattr(row, field.name)
    if isinstance(value, Counter):
        return Counter({str(key): number for key, number in value.items() if number}) or None
    return None if field.default is not MISSING and value == field.default else value
