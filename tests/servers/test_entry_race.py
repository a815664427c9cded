"""A villager's form sent several times at once, on PostgreSQL with real threads; and what the list asks the database."""

from functools import partial
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from julu_liaison.notices.models import Notice
from opinions.models import Hop, HopFile, Opinion, VillagerEntry
from opinions.services.entries import printed_code
from opinions.states import State
from tests.cast import build_cast
from tests.entries import WORDS, entry, photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county(media):
    return build_cast()


def test_one_form_sent_five_times_at_once_is_one_entry_with_one_code(county, race, media):
    key = uuid4()
    outcomes = race(*[partial(entry, county, key=key, photos=[photo((60, 40))])] * 5)
    assert len({(ticket.pk, code) for ticket, code in outcomes}) == 1, outcomes
    assert (
        Opinion.objects.count() == VillagerEntry.objects.count() == HopFile.objects.count() == Hop.objects.count() == 1
    )
    assert Notice.objects.count() == 1
    assert len(list(media.rglob("*.jpg"))) == 1
    assert Opinion.objects.get().number.endswith("第001号")  # the losers have taken no number with them
    assert entry(county, "另一件事")[0].number.endswith("第002号")


def test_the_same_words_from_five_forms_at_once_are_one_entry_too(county, race, media):
    outcomes = race(*[partial(entry, county, photos=[photo((60, 40))])] * 5)  # five pictures: the first one's is kept
    assert len({(ticket.pk, code) for ticket, code in outcomes}) == 1, outcomes
    assert Opinion.objects.count() == VillagerEntry.objects.count() == Notice.objects.count() == 1
    assert HopFile.objects.count() == len(list(media.rglob("*.jpg"))) == 1
    assert entry(county, "另一件事")[0].number.endswith("第002号")


def test_by_the_page_too_every_sender_is_shown_the_same_code(county, race):
    key, address = str(uuid4()), reverse("opinion-say", args=["GT01"])
    clients = [Client() for _ in range(4)]

    def send(client):
        upload = SimpleUploadedFile("1.jpg", picture)
        return client.post(address, {"key": key, "text": WORDS, "photos": [upload]}, follow=True).context["code"]

    picture = photo((60, 40))
    codes = race(*[partial(send, client) for client in clients])
    (_ticket, code) = entry(county, key=uuid4(), text="另一件事")
    assert len(set(codes)) == 1 and codes[0] != printed_code(code), codes
    assert Opinion.objects.count() == 2


def test_different_forms_at_once_have_numbers_without_gap(county, race):
    outcomes = race(*[partial(entry, county, f"{WORDS}{turn}") for turn in range(6)])
    assert len({code for _ticket, code in outcomes}) == 6
    numbers = sorted(ticket.number[-4:-1] for ticket, _code in outcomes)
    assert numbers == [f"{serial:03}" for serial in range(1, 7)]


def test_hiding_unchecked_entries_keeps_the_lists_on_their_indexes(county):
    """With many rows: the newest page is walked along an index, the condition is a filter on it and never a scan or sort."""
    entry(county)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns WHERE "
                       "table_name = 'opinions_opinion' AND is_generated = 'NEVER' AND column_name NOT IN "
                       "('id', 'uid', 'number', 'state', 'county_id', 'station_id', 'due_on')")  # fmt: skip
        columns = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO opinions_opinion (id, uid, number, state, county_id, station_id, due_on, OTHERS) "
            "SELECT g + 1000, gen_random_uuid(), 'n' || g, CASE WHEN g % 50 = 0 THEN 'registered' ELSE 'closed' END, "
            "county_id, station_id, due_on, OTHERS FROM opinions_opinion, generate_series(1, 20000) g".replace(
                "OTHERS", columns
            )
        )
        cursor.execute("ANALYZE opinions_opinion")
    for user in (county.staff, county.clerk, county.auditor, county.head):
        plan = Opinion.objects.visible_to(user).order_by("-pk")[:50].explain()
        assert "Index Scan" in plan and "Seq Scan on opinions_opinion" not in plan and "Sort" not in plan, plan
    assert Opinion.objects.visible_to(county.clerk).filter(state=State.REGISTERED).count() == 401
    assert Opinion.objects.visible_to(county.auditor).filter(state=State.REGISTERED).count() == 0
