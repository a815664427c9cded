"""The audit trail: the database refuses to change it, seals chain it, and by force it is found."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from json import loads

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from hypothesis import strategies as st

from julu_liaison.common import audit
from julu_liaison.common.audit import guard, sealing
from julu_liaison.common.audit.chain import Row, key_of, link_problems, mark_of, row_problems, seal_of
from julu_liaison.common.audit.sealing import end_of_chain, seal_rows
from julu_liaison.common.audit.verifying import verify_trail
from julu_liaison.common.models import AuditLog, AuditSeal
from julu_liaison.common.tasks import seal_audit
from tests.cast import SUNDAY, build_cast, moment
from tests.guards import unguarded_audit

AT = moment(SUNDAY)
REFUSED = "never changed or deleted"


@pytest.fixture
def trail(cast):
    """What made the cast under seal 1, three rows under 2, one row without a seal."""
    seal_rows(at=AT)
    for number in range(3):
        audit.record("file_log", actor=cast.clerk, target=cast.gt01, at=AT, number=f"第{number}号", received=number)
    seal_rows(at=AT)
    audit.record("void_log", actor=cast.clerk, target=cast.gt01, at=AT, reason="重复")
    assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert verify_trail().problems == []
    return list(AuditLog.objects.filter(seal=2).order_by("pk"))


def everything():
    return list(AuditLog.objects.order_by("pk").values()), list(AuditSeal.objects.order_by("pk").values())


def by_sql(statement):
    def run(_row):
        connection.check_constraints()  # PostgreSQL will not truncate while keys are still to be looked at
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


@contextmanager
def refused():
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        yield


def unsealed():
    return AuditLog.objects.filter(seal=None)


# ---- The database refuses --------------------------------------------------------------------------------------------

REPLACE = "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"
ATTEMPTS = {
    "change": lambda row: AuditLog.objects.filter(pk=row.pk).update(action="look"),
    "change the words": lambda row: AuditLog.objects.filter(pk=row.pk).update(detail={}),
    "change one that has no seal yet": lambda _row: unsealed().update(action="look"),
    "change and seal at once": lambda _row: unsealed().update(action="look", seal=2),
    "another seal": lambda row: AuditLog.objects.filter(pk=row.pk).update(seal=1),
    "no seal": lambda row: AuditLog.objects.filter(pk=row.pk).update(seal=None),
    "the same seal": lambda row: AuditLog.objects.filter(pk=row.pk).update(seal=2),
    "nothing at all": lambda _row: unsealed().update(seal=None),
    "delete": lambda row: row.delete(),
    "delete one that has no seal yet": lambda _row: unsealed().delete(),
    "save": lambda row: row.save(),
    "change a seal": lambda _row: AuditSeal.objects.update(digest="0" * 64),
    "delete a seal": lambda _row: AuditSeal.objects.filter(number=2)._raw_delete("default"),
}
WHOLE = {
    "postgresql": ("TRUNCATE common_auditlog", "TRUNCATE common_auditseal CASCADE"),
    "sqlite": (REPLACE.format("common_auditlog"), REPLACE.format("common_auditseal")),
}


def test_the_database_refuses_to_change_delete_or_replace_rows_and_seals(trail):
    before = everything()
    whole = {statement: by_sql(statement) for statement in WHOLE[connection.vendor]}
    for name, attempt in {**ATTEMPTS, **whole}.items():
        with refused():
            attempt(trail[1])
        assert everything() == before, name
    assert unsealed().update(seal=2) == 1  # the one change there is, once


@pytest.mark.once  # PostgreSQL has no INSERT OR REPLACE
def test_sqlite_refuses_to_replace_a_row_whose_triggers_do_not_hear_of_deleting(trail):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
    try:
        for statement in WHOLE["sqlite"]:
            with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
                by_sql(statement)(None)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.once  # of SQLite's trigger alone: PostgreSQL's compares whole rows
def test_every_column_of_a_row_is_compared_when_its_seal_is_set(db):
    assert {field.column for field in AuditLog._meta.concrete_fields} == {*guard.COLUMNS, "seal_id"}


# ---- Sealing ---------------------------------------------------------------------------------------------------------


def test_sealing_again_seals_only_what_is_new_however_much_there_is(trail, cast, monkeypatch):
    assert seal_rows(at=AT) == 1 and seal_rows(at=AT) == 0
    monkeypatch.setattr(sealing, "MOST_ROWS", 3)
    for number in range(7):
        audit.record("file_log", actor=cast.clerk, at=AT, number=number)
    assert seal_audit() == 7
    assert list(AuditSeal.objects.order_by("number").values_list("number", "rows"))[3:] == [(4, 3), (5, 3), (6, 1)]
    assert verify_trail(at=AT + timedelta(days=1)).problems == []


def test_the_digest_of_a_seal_goes_into_the_log(trail, caplog):
    with caplog.at_level("INFO", "liaison.audit"):
        seal_rows(at=AT)
    (said,) = caplog.records
    assert f"{said.seal}:{said.digest}" == end_of_chain() and said.rows == 1


@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_after_a_flush_and_a_chain_begins_anew():
    build_cast()
    seal_rows(at=AT)
    with unguarded_audit():
        AuditLog.objects.all()._raw_delete("default")
        AuditSeal.objects.all()._raw_delete("default")
    audit.record("rotate_keys", actor=None, at=AT)
    assert seal_rows(at=AT) == 1 and AuditSeal.objects.get().number == 1
    with pytest.raises(IntegrityError, match=REFUSED):
        AuditLog.objects.update(action="look")


# ---- By force, behind the guard --------------------------------------------------------------------------------------


def change(**values):
    return lambda rows: AuditLog.objects.filter(pk=rows[1].pk).update(**values)


def put_in(rows):
    AuditLog.objects.create(at=AT, action="file_log", seal_id=2)


def swap(rows):
    """The first two change places: each says what the other one said."""
    said = [{name: getattr(row, name) for name in ("action", "detail")} for row in rows[:2]]
    for row, words in zip(rows[:2], reversed(said), strict=True):
        AuditLog.objects.filter(pk=row.pk).update(**words)


def forge_seal(_rows):
    """The chain built anew by somebody who has not got the key."""
    rows = list(sealing.rows_of(AuditLog.objects.filter(seal=2).order_by("pk")))
    before = AuditSeal.objects.get(number=1).digest
    forged = seal_of(rows, number=2, before=before, sealed_at=AT, key=key_of("a guess"))
    values = forged._asdict() | {"key_mark": AuditSeal.objects.get(number=2).key_mark}
    AuditSeal.objects.filter(number=2).update(**values)


def drop_seal(number):
    def run(_rows):
        AuditLog.objects.filter(seal=number)._raw_delete("default")
        AuditSeal.objects.filter(number=number)._raw_delete("default")

    return run


FORCED = {
    "words changed": (change(detail={}), "条被改过(第2号封存)"),
    "moment changed": (change(at=AT + timedelta(seconds=1)), "条被改过"),
    "person changed": (change(actor=None), "条被改过"),
    "person stood in for changed": (lambda rows: change(standing_in_for=rows[0].actor)(rows), "条被改过"),
    "act changed": (change(action="void_log"), "条被改过"),
    "object changed": (change(target_key="GT02"), "条被改过"),
    "kind changed": (change(target_kind="x"), "条被改过"),
    "county changed": (change(county_code="X"), "条被改过"),
    "one gone": (lambda rows: AuditLog.objects.filter(pk=rows[1].pk)._raw_delete("default"), "条不见了(第2号封存)"),
    "one put in": (put_in, "条是后来放进去的(第2号封存)"),
    "one moved to another seal": (change(seal=1), "条不见了(第2号封存)"),
    "two changed places": (swap, "条被改过"),
    "a seal built anew": (forge_seal, "第2号封存"),
    "a seal's moment": (lambda _rows: AuditSeal.objects.filter(number=2).update(sealed_at=moment(SUNDAY, 9)), "封存本身被改过"),
    "a seal's count": (lambda _rows: AuditSeal.objects.filter(number=2).update(rows=2), "第2号封存本身被改过"),
    "a seal's digest": (lambda _rows: AuditSeal.objects.filter(number=2).update(digest="0" * 64), "封存本身被改过"),
    "a seal's link": (lambda _rows: AuditSeal.objects.filter(number=2).update(before=""), "第2号封存接不上第1号"),
    "the first seal gone": (drop_seal(1), "第1号封存应该有,却没有,后面是第2号"),
}


def test_what_was_done_behind_the_guard_is_found(trail):
    for case, (force, words) in FORCED.items():
        undo, told = transaction.savepoint(), StringIO()
        with unguarded_audit():
            force(trail)
        with pytest.raises(SystemExit) as end:
            call_command("verify_audit", stdout=told)
        assert end.value.code == 1 and words in told.getvalue(), (case, told.getvalue())
        transaction.savepoint_rollback(undo)
    assert verify_trail().problems == []


def test_the_tail_cut_off_shows_by_what_was_kept_elsewhere(trail):
    kept = end_of_chain()
    assert kept.startswith("2:") and verify_trail(known=[kept, ""]).problems == []
    with unguarded_audit():
        drop_seal(2)(trail)
    assert verify_trail().problems == []  # nothing inside the database remembers it
    assert verify_trail(known=[kept]).problems == [
        "操作记录:第2号封存在别处留有校验码,现在没有这一号,或者校验码不同。"
    ]
    assert "不是封存的编号" in verify_trail(known=["x"]).problems[0]


def test_a_missing_or_weaker_trigger_is_found(trail):
    with unguarded_audit():
        told = verify_trail().problems
        assert len(told) == {"postgresql": 4, "sqlite": 6}[connection.vendor]
        assert all("触发器 common_" in one for one in told)
    assert verify_trail().problems == []
    by_sql(
        {
            "postgresql": "ALTER TABLE common_auditlog DISABLE TRIGGER common_audit_is_final",
            "sqlite": "DROP TRIGGER common_auditlog_is_final_insert",
        }[connection.vendor]
    )(None)
    assert len(verify_trail().problems) == 1


def test_rows_left_without_a_seal_are_told_after_an_hour(trail):
    assert verify_trail(at=AT + timedelta(minutes=59)).problems == []
    assert "有1条过了一小时还没有封存" in verify_trail(at=AT + timedelta(minutes=61)).problems[0]
    seal_rows(at=AT)
    assert verify_trail(at=AT + timedelta(days=9)).problems == []


def test_an_earlier_secret_opens_its_seals_and_a_lost_one_is_one_sentence(trail, settings):
    first = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-secret", [first]
    seal_rows(at=AT)
    assert verify_trail().problems == [] and AuditSeal.objects.values("key_mark").distinct().count() == 2
    settings.SECRET_KEY_FALLBACKS = []
    (told,) = verify_trail().problems
    assert "第1到第2号中有2号封存用的密钥现在没有" in told


def test_at_night_the_young_and_a_part_of_the_old_are_read(trail):
    with unguarded_audit():
        change(detail={})(trail)
    young, old = AT + timedelta(days=6), AT + timedelta(days=8)
    for at, part, expected in ((young, 0, 1), (old, 0, 0), (old, 2, 1), (old, 30, 1), (old, None, 1)):
        found = [one for one in verify_trail(at=at, part=part).problems if "被改过" in one]
        assert len(found) == expected, (at, part)


def test_the_command_says_how_much_there_is(trail):
    told = StringIO()
    seal_rows(at=timezone.now())
    call_command("verify_audit", stdout=told)
    assert f"操作记录{AuditLog.objects.count()}条" in told.getvalue() and f"最后一次 {end_of_chain()}" in told.getvalue()


def test_a_hundred_more_rows_take_no_more_queries(cast, django_assert_num_queries):
    for _time in range(2):
        for number in range(100):
            audit.record("file_log", actor=cast.clerk, at=AT, number=number)
        seal_rows(at=AT)
        with django_assert_num_queries(11):
            assert verify_trail(at=AT).problems == []


# ---- The rule by itself ----------------------------------------------------------------------------------------------

KEY = key_of("secret")
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
DETAILS = st.dictionaries(st.text(max_size=4), SCALARS | st.lists(SCALARS, max_size=2), max_size=3)
ROWS = st.lists(
    st.builds(
        Row, st.integers(1, 10**12), st.datetimes(timezones=st.just(AT.tzinfo)), st.none() | st.integers(1, 9), st.none(),
        st.text(max_size=8), st.text(max_size=3), st.text(max_size=3), st.sampled_from(("", "JLX")), DETAILS,
    ),
    max_size=5, unique_by=lambda row: row.key,
).map(lambda rows: sorted(rows, key=lambda row: row.key))  # fmt: skip


def sealed(batches):
    seals, before = [], ""
    for number, rows in enumerate(batches, start=1):
        seals.append(seal_of(rows, number=number, before=before, sealed_at=AT, key=KEY))
        before = seals[-1].digest
    return seals


def problems(seals, batches):
    by_mark = {mark_of(KEY): KEY}
    found = [*link_problems(seals)]
    for seal, rows in zip(seals, batches, strict=True):
        found += row_problems(seal, rows, by_mark)
    return found


@pytest.mark.once
@pace(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # two cores, many workers
@given(st.lists(ROWS, min_size=1, max_size=4), st.data())
def test_any_chain_holds_and_any_change_to_it_is_found(batches, data):
    seals = sealed(batches)
    assert problems(seals, batches) == []
    at = data.draw(st.integers(0, len(batches) - 1))
    rows, seal = batches[at], seals[at]
    kind = data.draw(st.sampled_from(("row", "gone", "added", "seal", "seal gone", "order")))
    if kind in ("row", "gone") and rows:
        place = data.draw(st.integers(0, len(rows) - 1))
        other = [rows[place]._replace(action=rows[place].action + "x")] if kind == "row" else []
        batches = [*batches[:at], [*rows[:place], *other, *rows[place + 1 :]], *batches[at + 1 :]]
    elif kind == "added":
        extra = Row(max((row.key for row in rows), default=0) + 1, AT, None, None, "x", "", "", "", {})
        batches = [*batches[:at], [*rows, extra], *batches[at + 1 :]]
    elif kind == "seal":
        field = data.draw(st.sampled_from(("digest", "before", "rows", "number")))
        wrong = {"digest": "0" * 64, "before": "1" * 64, "rows": seal.rows + 1, "number": seal.number + 7}[field]
        seals = [*seals[:at], seal._replace(**{field: wrong}), *seals[at + 1 :]]
    elif kind == "seal gone" and at < len(seals) - 1:
        seals, batches = [*seals[:at], *seals[at + 1 :]], [*batches[:at], *batches[at + 1 :]]
    elif kind == "order" and at < len(seals) - 1:
        seals = [*seals[:at], seals[at + 1], seal, *seals[at + 2 :]]
        batches = [*batches[:at], batches[at + 1], rows, *batches[at + 2 :]]
    else:
        return
    assert problems(seals, batches) != []


@pytest.mark.once
def test_only_the_key_makes_the_digest():
    rows = [Row(1, AT, None, None, "x", "", "", "", {"b": 1, "a": "中"})]
    one = seal_of(rows, number=1, before="", sealed_at=AT, key=KEY)
    assert one == seal_of([rows[0]._replace(detail=loads('{"a": "中", "b": 1}'))], number=1, before="", sealed_at=AT, key=KEY)
    assert one.digest != seal_of(rows, number=1, before="", sealed_at=AT, key=key_of("other")).digest
