"""The rows of a deputies' register as checked entries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from deputies.models import GlyphImage
from deputies.spreadsheets import columns as c
from julu_liaison.common.fonts import code_points, lacking_characters
from julu_liaison.common.registers import Report, RowReader
from julu_liaison.common.registers.cells import read_name, read_text
from julu_liaison.common.spreadsheets import Column, Row, Table
from stations.models import Station
from stations.rules import PlaceBook, read_branch


@dataclass
class Entry:
    """One row of the file, readable in itself.

    `details`: columns of Deputy that the row fills in; empty cells are not in it and change nothing. `seats`: column of
    Mandate (届次, 选区, 代表证号) → level → text, empty where the row says nothing. `role`: None if the file has no such
    column.
    """

    row: Row
    details: dict[str, Any]
    levels: list[str]
    seats: dict[str, dict[str, str]]
    branch: Station
    role: str | None

    @property
    def name(self) -> str:
        return self.details["name"]

    @property
    def phone(self) -> str:
        return self.details.get("phone", "")

    def seat(self, level: str) -> dict[str, str]:
        """Return what the row says of the mandate of `level`, by column of Mandate."""
        return {key: texts[level] for key, texts in self.seats.items()}


def read_entries(table: Table, places: PlaceBook, today: date, report: Report) -> list[Entry]:
    """Read every row; problems go to `report`. A row with a problem is not among the entries."""
    entries = [_entry(RowReader(row, table, report), places, today) for row in table.rows]
    sound = [entry for entry in entries if entry is not None]
    _warn_of_glyphs(sound, places.county, report)
    return sound


def _entry(reader: RowReader, places: PlaceBook, today: date) -> Entry | None:
    """Return the row's entry, or None when anything in it has to be changed first."""
    details = _details(reader, today)
    levels = reader.value(c.LEVELS, c.read_levels) or []
    seats = {column.key: _seats(reader, column, levels) for column in c.SEATS}
    branch = read_branch(reader, places)
    role = reader.value(c.ROLE, c.read_role)
    if not reader.is_sound or branch is None or not details.get("name") or not levels:
        return None
    return Entry(reader.row, details, levels, seats, branch, role)


def _details(reader: RowReader, today: date) -> dict[str, Any]:
    details = {
        "name": reader.value(c.NAME, read_name),
        "gender": reader.value(c.GENDER, c.read_gender),
        "birth_month": reader.value(c.BIRTH, c.read_birth_month, reader.table.epoch, today),
        "phone": reader.phone(c.PHONE),
    }
    for column in (c.ETHNICITY, c.EMPLOYER, c.POSITION, c.SCOPE, c.NOTE):
        details[column.key] = reader.value(column, read_text)
    for column in c.PLAIN:
        reader.check_length(column, details[column.key], c.LONGEST[column.key])
    return {key: value for key, value in details.items() if value}


def _seats(reader: RowReader, column: Column, levels: list[str]) -> dict[str, str]:
    texts = reader.value(column, c.read_seats, column.title, levels) or [""] * len(levels)
    for text in dict.fromkeys(texts):
        reader.check_length(column, text, c.LONGEST[column.key])
    return dict(zip(levels, texts, strict=True)) if levels else {}


def _warn_of_glyphs(entries: list[Entry], county: Station, report: Report) -> None:
    """The fonts are asked about all characters of the file at once: one by one would take longer than the import."""
    lacking = lacking_characters(entry.details.get(column.key, "") for entry in entries for column in c.PRINTED)
    if lacking:
        lacking.difference_update(GlyphImage.objects.pictures_of(county.pk))
    if not lacking:
        return
    for entry in entries:
        for column in c.PRINTED:
            hit = [character for character in dict.fromkeys(entry.details.get(column.key, "")) if character in lacking]
            if hit:
                message = f"印刷字体里没有{code_points(hit)},公示牌暂时印不了;请核对这个字,没错的话请在“补字”里上传这个字的图。"
                report.warn(entry.row, column, message)
