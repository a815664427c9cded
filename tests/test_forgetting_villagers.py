"""Villagers' names and phones: sealed anew with a new key, let go after the county's term or on request."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from activities.models import Visit
from activities.services import Matter
from activities.services.visits.adding import register_visit
from julu_liaison.common.models import AuditLog
from julu_liaison.common.resealing import reseal_everything, sealed_columns
from opinions.models import Opinion, Redaction
from opinions.services import move_opinion, register_opinion
from opinions.services.forgetting import Forgotten, forget_villagers
from opinions.services.redacting import redact
from opinions.tasks import forget_old_villagers
from tests.cast import SUNDAY, moment

NAME, PHONE = "赵大娘", "19900001234"
AT = moment(SUNDAY, 10)
LATER = AT + timedelta(days=800)
YEAR = timedelta(days=365)


@pytest.fixture
def ticket(cast) -> Opinion:
    """Of a visit, still going on."""
    matter = Matter("西头路灯不亮", villager_name=NAME, villager_phone=PHONE, handling="opinion")
    visit = register_visit(branch=cast.gt01, entry=matter, on=SUNDAY, actor=cast.clerk, at=AT)
    return visit.opinion


@pytest.fixture
def ended(cast, ticket) -> Opinion:
    redact(opinion=ticket, words=["西头"], reason="涉及住处", actor=cast.clerk, at=AT, version=None)
    return move_opinion(opinion=Opinion.objects.get(), move="void", actor=cast.clerk, at=AT, note="登记重了")


@pytest.fixture
def seen(cast) -> Visit:
    """A visit that became no ticket."""
    entry = Matter("问低保", villager_name=NAME, villager_phone=PHONE, handling="answered")
    return register_visit(branch=cast.gt01, entry=entry, on=SUNDAY, actor=cast.clerk, at=AT)


def names() -> set[str]:
    people = [*Opinion.objects.all(), *Visit.objects.all()]
    return {word for one in people for word in (one.villager_name, one.villager_phone)}


def test_counted_first_and_nothing_touched(ended, seen):
    assert forget_villagers(kept=YEAR, at=LATER, apply=False) == Forgotten(1, 1, 1)
    assert names() == {NAME, PHONE} and Redaction.objects.get().original


def test_let_go_after_the_term_with_the_visit_and_the_struck_out_words(ended, seen):
    assert forget_villagers(kept=YEAR, at=LATER, apply=True) == Forgotten(1, 1, 1)
    assert names() == {""} and Redaction.objects.get().original == ""
    kept = Opinion.objects.get()
    assert kept.number and kept.text and Visit.objects.count() == 2
    assert forget_villagers(kept=YEAR, at=LATER, apply=True) == Forgotten(0, 0, 0)
    rows = AuditLog.objects.filter(action="forget_villagers")
    assert rows.count() == 2 and not any(NAME in str(row.detail) or PHONE in str(row.detail) for row in rows)


def test_what_goes_on_or_ended_lately_keeps_its_villager(ticket, seen):
    assert forget_villagers(kept=YEAR, at=LATER, apply=True) == Forgotten(0, 1, 0)  # the visit alone is past
    assert Opinion.objects.get().villager_name == NAME and Visit.objects.get(pk=ticket.visit_id).villager_name == NAME
    assert forget_villagers(kept=YEAR, at=AT + YEAR, apply=False) == Forgotten(0, 0, 0)


def test_batches(cast, monkeypatch):
    monkeypatch.setattr("opinions.services.forgetting.BATCH", 2)
    for _ in range(5):
        one = register_opinion(branch=cast.gt01, matter=Matter("灯", villager_name=NAME), actor=cast.clerk, at=AT)
        move_opinion(opinion=one, move="void", actor=cast.clerk, at=AT, note="重了")
    assert forget_villagers(kept=YEAR, at=LATER, apply=True).tickets == 5
    assert names() == {""} and AuditLog.objects.filter(action="forget_villagers").count() == 3


def test_the_command_counts_applies_and_does_one_on_request(ticket):
    def say(*arguments) -> str:
        out = io.StringIO()
        call_command("forget_villagers", *arguments, stdout=out)
        return out.getvalue()

    with pytest.raises(CommandError, match="--days"):
        say()
    with pytest.raises(CommandError, match="没有这一件"):
        say("--ticket", str(uuid4()))
    assert "还没有动" in say("--days", "30")
    assert "--apply" in say("--ticket", str(ticket.uid)) and NAME in names()
    assert "去掉了" in say("--ticket", str(ticket.uid), "--apply") and names() == {""}
    assert AuditLog.objects.get(action="forget_villagers").detail["why"] == "request"


def test_the_nightly_task_does_it_where_a_term_is_set(ended, settings):
    assert forget_old_villagers() == 0 and NAME in names()
    settings.VILLAGER_KEPT_DAYS = 1
    assert forget_old_villagers() == 1 and names() == {""}


# ---- Keys ----


def raw() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT villager_name FROM opinions_opinion")
        return cursor.fetchone()[0]


def test_a_new_key_opens_everything_after_the_old_one_is_gone(ended, settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]  # the county's first: what lies under the secret's own key is opened as before
    assert names() == {NAME, PHONE} and Redaction.objects.get().original == "西头路灯不亮"
    Opinion.objects.update(villager_name=NAME)
    settings.FIELD_KEYS = [new]
    with pytest.raises(CommandError, match="旧钥匙"):
        call_command("rotate_keys", stdout=io.StringIO())
    settings.FIELD_KEYS = [new, old]
    before, out = raw(), io.StringIO()
    call_command("rotate_keys", stdout=out)
    assert "opinions.Opinion.villager_name\t1" in out.getvalue() and raw() != before
    settings.FIELD_KEYS, settings.SECRET_KEY = [new], "another secret, and nobody has kept the one before"
    assert names() == {NAME, PHONE} and Redaction.objects.get().original == "西头路灯不亮"


def test_every_sealed_column_is_known_and_batches_end(ticket, monkeypatch):
    monkeypatch.setattr("julu_liaison.common.resealing.BATCH", 1)
    assert {f"{model.__name__}.{name}" for model, name in sealed_columns()} >= {
        "Opinion.villager_phone", "Visit.villager_name", "Constituent.phone", "Gateway.address", "Subscription.email",
        "Redaction.original",
    }  # fmt: skip
    done = reseal_everything()
    assert done["opinions.Opinion.villager_name"] == done["activities.Visit.villager_phone"] == 1
    assert Opinion.objects.get().villager_name == NAME
