"""A register is taken away whole or refused in words, never cut off."""

import pytest
from django.urls import reverse

from activities.services import SundayRow, file_log
from activities.states import Presence
from tests.access_facts import reception_arguments
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["duty-logs", "visits", "station-service"])
def test_more_rows_than_a_workbook_takes_are_refused(cast, media, signed_in, monkeypatch, name):
    logs = {}
    for place, branch, person, clerk in (
        ("own", cast.gt01, cast.deputy_person, cast.clerk),
        ("foreign", cast.yt01, cast.deputies["YT01"][0], cast.stranger),
    ):
        row = SundayRow(branch=branch, attendance={person: Presence.PRESENT})
        logs[place] = file_log(row=row, on=SUNDAY, actor=clerk, at=moment(SUNDAY)).log
    reception_arguments(cast, logs)
    client, address = signed_in(cast.staff), f"{reverse(name)}?format=xlsx&year=2026"
    assert client.get(address)["Content-Disposition"].startswith("attachment")
    monkeypatch.setattr("activities.views.workbooks.MOST_EXPORTED", 1)
    refused = client.get(address)
    assert refused.status_code == 400 and "一次最多导出1" in refused.text
