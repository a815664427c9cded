"""The register of personal data names every column of every table once, and says in words what each line is for."""

import pytest
from django.apps import apps
from django.urls import reverse

from julu_liaison.common.personal_data import Whose
from julu_liaison.personal.reading import titles_of
from julu_liaison.personal.register import DECLARED, REGISTER, declared_columns, existing_columns

pytestmark = pytest.mark.once
LINES = [held for declaration in DECLARED for held in declaration.held]


def test_no_column_is_forgotten():
    assert sorted(existing_columns() - set(declared_columns())) == []


def test_no_column_is_named_twice_or_gone():
    declared = declared_columns()
    assert [pair for pair, times in declared.items() if times > 1] == []
    assert sorted(set(declared) - existing_columns()) == []


def test_a_new_column_would_be_found(monkeypatch):
    note = apps.get_model("deputies", "Deputy")._meta.get_field("note")
    monkeypatch.setattr(note, "name", "blood_group")
    assert existing_columns() - set(declared_columns()) == {("deputies.Deputy", "blood_group")}


def test_every_line_has_its_own_key_and_words():
    assert len(REGISTER) == len(LINES)
    for held in LINES:
        assert all((held.title, held.purpose, held.basis, held.kept, held.seen_by)), held.key
        assert held.whose in Whose and set(held.shown_names) - {""} == set(held.shown_names)
        if held.page:
            reverse(held.page)


@pytest.mark.parametrize("held", LINES, ids=lambda held: held.key)
def test_what_is_shown_has_a_chinese_title(held):
    assert all(not title.isascii() for title in titles_of(held)), titles_of(held)


def test_villagers_words_are_in_nobodys_report():
    """Of lines about villagers a report only counts, but for what the deputy did: when and how, never whom or what."""
    shown = {held.key: held.shown_names for held in LINES if held.whose == Whose.VILLAGER and held.shown}
    assert shown == {"contacts": ["date", "form", "service_role", "reached", "households", "leaflets"]}
