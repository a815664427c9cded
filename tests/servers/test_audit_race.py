"""Sealing the audit trail on PostgreSQL with real threads: each row once, late rows too, and nobody who acts waits for it."""

import threading
from functools import partial

import pytest
from django.db import connection, connections, transaction

from julu_liaison.common import audit
from julu_liaison.common.audit.sealing import seal_rows
from julu_liaison.common.audit.verifying import verify_trail
from julu_liaison.common.models import AuditLog, AuditSeal
from tests.cast import SUNDAY, build_cast, moment

pytestmark = pytest.mark.django_db(transaction=True)
AT = moment(SUNDAY)


def written(count):
    for number in range(count):
        audit.record("file_log", actor=None, at=AT, number=number)


def whole():
    """Every row under one seal, the chain without a gap."""
    numbers = list(AuditSeal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert not AuditLog.objects.filter(seal=None).exists()
    assert verify_trail(at=AT).problems == []


def test_two_workers_at_once_seal_every_row_once(race):
    build_cast()
    for _time in range(3):
        written(40)
        outcomes = race(*(partial(seal_rows, at=AT) for _worker in range(4)))
        assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
        seal_rows(at=AT)  # who lost the race leaves the rest to the next minute
        whole()
    assert sum(AuditSeal.objects.values_list("rows", flat=True)) == AuditLog.objects.count()


def test_a_row_committed_late_comes_under_a_later_seal_and_waits_for_nothing(race):
    build_cast()
    seal_rows(at=AT)
    begun, sealed, late = threading.Event(), threading.Event(), []

    def slow_act():
        with transaction.atomic():
            late.append(audit.record("file_log", actor=None, at=AT).pk)
            begun.set()
            assert sealed.wait(30)

    def others():
        assert begun.wait(30)
        after = audit.record("void_log", actor=None, at=AT).pk
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        assert seal_rows(at=AT) == 1
        assert AuditLog.objects.get(pk=after).seal_id == 2
        sealed.set()
        return after

    outcomes = race(slow_act, others)
    assert outcomes[0] is None and late[0] < outcomes[1], outcomes
    assert seal_rows(at=AT) == 1 and AuditLog.objects.get(pk=late[0]).seal_id == 3
    whole()


def test_acts_go_on_while_rows_are_sealed(race):
    build_cast()
    stop = threading.Event()

    def act():
        for number in range(60):
            with transaction.atomic():
                audit.record("file_log", actor=None, at=AT, number=number)

    def seal():
        while not stop.is_set():
            seal_rows(at=AT)

    sealers = [threading.Thread(target=lambda: (seal(), connections.close_all())) for _worker in range(2)]
    for sealer in sealers:
        sealer.start()
    try:
        outcomes = race(act, act, act)
    finally:
        stop.set()
        for sealer in sealers:
            sealer.join(30)
    assert outcomes == [None] * 3
    seal_rows(at=AT)
    assert AuditLog.objects.filter(action="file_log").count() == 180
    whole()
