"""A line of the ledger is never changed or deleted: the database refuses it, and by force it is found."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from activities.services import record_attendance
from activities.states import Presence
from scoring.models import BonusClaim, PointEntry, Rule, SchemeVersion
from scoring.rules import digest_of
from scoring.services import rescore
from scoring.services.ledger.verifying import verify
from scoring.states import ClaimState, VersionState
from tests.cast import build_cast, moment
from tests.ledgers import unguarded_ledger
from tests.points import approved_claim, meeting, published

MARCH, APRIL, MAY, JUNE = date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10)
REFUSED = "reverse it by a new one"


def kept(cast) -> list[PointEntry]:
    """Four lines of one deputy: two absences, the first reversed, and a claim."""
    person = cast.deputy_person
    first = meeting(cast, MARCH, {person: Presence.ABSENT})
    meeting(cast, APRIL, {person: Presence.ABSENT})
    rescore(county=cast.county, year=2026, at=moment(APRIL))
    record_attendance(
        activity=first, statuses={person: Presence.PRESENT}, reason="看错了签到表", actor=cast.clerk, at=moment(MAY)
    )
    rescore(county=cast.county, year=2026, at=moment(MAY))
    approved_claim(cast, person, "course", MAY)
    rescore(county=cast.county, year=2026, at=moment(JUNE))
    return list(PointEntry.objects.order_by("number"))


@pytest.fixture
def lines(cast):
    found = kept(cast)
    assert [(line.number, int(line.points), line.block) for line in found] == [
        (1, -3, "base"), (2, -3, "base"), (3, 3, "base"), (4, 1, "bonus"),
    ]  # fmt: skip
    assert verify() == []
    return found


def by_sql(statement):
    def run(_line):
        connection.check_constraints()  # PostgreSQL will not truncate while keys are still to be looked at
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def saved(line):
    line.reason = "改过的事由"
    line.save()


ATTEMPTS = {
    "sql update": by_sql("UPDATE scoring_pointentry SET points = 0"),
    "sql update of nothing new": by_sql("UPDATE scoring_pointentry SET points = points WHERE number = 1"),
    "sql delete": by_sql("DELETE FROM scoring_pointentry WHERE number = 4"),
    "orm update": lambda _line: PointEntry.objects.update(reason=F("fact_key")),
    "orm delete": lambda line: line.delete(),
    "orm raw delete": lambda _line: PointEntry.objects.filter(number=4)._raw_delete("default"),
    "orm save": saved,
    "orm bulk update": lambda line: PointEntry.objects.bulk_update([line], ["points"]),
    "orm upsert": lambda line: PointEntry.objects.bulk_create(
        [line], update_conflicts=True, unique_fields=["id"], update_fields=["points"]
    ),
}


def test_the_database_refuses_to_change_delete_or_replace_a_line(lines):
    whole = {
        "postgresql": "TRUNCATE scoring_pointentry CASCADE",
        "sqlite": "INSERT OR REPLACE INTO scoring_pointentry SELECT * FROM scoring_pointentry WHERE number = 4",
    }[connection.vendor]
    before = list(PointEntry.objects.order_by("pk").values())
    for name, attempt in {**ATTEMPTS, "sql whole": by_sql(whole)}.items():
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            attempt(lines[3])
        assert list(PointEntry.objects.order_by("pk").values()) == before, name


@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_in_a_flush_and_after_it():
    kept(build_cast())
    with pytest.raises(CommandError):
        call_command("flush", interactive=False, verbosity=0)
    assert PointEntry.objects.count() == 4
    with unguarded_ledger():
        call_command("flush", interactive=False, verbosity=0)
    kept(build_cast())
    with pytest.raises(IntegrityError, match=REFUSED):
        PointEntry.objects.update(points=0)


# ---- By force: behind dropped triggers -------------------------------------------------------------------------------


def change(**values):
    return lambda lines: PointEntry.objects.filter(pk=lines[1].pk).update(**values)


def drop(index):
    return lambda lines: PointEntry.objects.filter(pk=lines[index].pk)._raw_delete("default")


def digest(line, before=""):
    """The digest as somebody would make it who knows how."""
    return digest_of(
        before, deputy=line.deputy.code, year=line.year, number=line.number, rule=line.rule_id, block=line.block,
        points=line.points, occurred_on=line.occurred_on, reason=line.reason, source=line.source,
        source_key=line.source_key, fact_key=line.fact_key, turn=line.turn,
        reverses=line.reverses.number if line.reverses else None, posted_at=line.posted_at,
    )  # fmt: skip


def forge(**values):
    """Append a line with a right digest."""

    def run(lines):
        line = PointEntry.objects.get(pk=lines[3].pk)
        line.pk, line.uid, line.number, line.fact_key = None, uuid4(), 5, f"claim:{uuid4()}"
        for name, value in values.items():
            setattr(line, name, value)
        line.digest = digest(line, lines[3].digest)
        line.save(force_insert=True)

    return run


def rewrite(**values):
    """Change the second line and make every digest after it anew."""

    def run(lines):
        PointEntry.objects.filter(pk=lines[1].pk).update(**values)
        before = ""
        for line in PointEntry.objects.select_related("deputy", "reverses").order_by("number"):
            before = digest(line, before)
            PointEntry.objects.filter(pk=line.pk).update(digest=before)

    return run


def undo_version(_lines):
    SchemeVersion.objects.update(state=VersionState.DROPPED)


FORCED = {
    "points changed": (change(points=-1), "第2笔:校验码不对"),
    "reason changed": (change(reason="别的"), "第2笔:校验码不对"),
    "moment changed": (change(posted_at=moment(JUNE)), "第2笔:校验码不对"),
    "digest changed": (change(digest="0" * 64), "第2笔:校验码不对"),
    "number changed": (change(number=9), "第9笔:前一笔应该是第8笔"),
    "one in the middle gone": (drop(1), "第3笔:前一笔应该是第2笔,账上没有"),
    "the last one gone": (drop(3), "2026年:和记录对不上,应补记1笔"),
    "a forged claim": (forge(source_key=str(uuid4())), "第5笔:来源的记录(加分申报)找不到"),
    "a claim counted twice": (forge(), "应补记0笔、冲正1笔"),
    "no key at all": (forge(source_key="'; DROP TABLE x --"), "第5笔:来源的记录(加分申报)找不到"),
    "a source that is none": (forge(source="gift"), "第5笔:来源的记录(gift)找不到"),
    "points at will": (forge(points=Decimal(9)), "第5笔:分值是+9,规则是+1"),
    "rewritten, less": (rewrite(points=-1), "第2笔:分值是-1,规则是-3"),
    "rewritten, another block": (rewrite(block="bonus"), "第2笔:类别和规则不一致"),
    "rewritten, another fact": (rewrite(fact_key="activity:x"), "应补记1笔、冲正1笔"),
}


def test_what_was_done_behind_the_guard_is_found(cast, lines):
    for case, (force, words) in FORCED.items():
        undo, told = transaction.savepoint(), StringIO()
        with unguarded_ledger():
            force(lines)
        with pytest.raises(SystemExit) as end:
            call_command("verify_ledger", year=2026, stdout=told)
        assert end.value.code == 1
        assert f"代表 {cast.deputy_person.code} 2026年" in told.getvalue(), case
        assert words in told.getvalue(), (case, told.getvalue())
        assert verify(year=2025) == []
        rescore(county=cast.county, year=2026, at=moment(JUNE))  # one broken ledger stops nobody's scoring
        transaction.savepoint_rollback(undo)
    call_command("verify_ledger")


def test_reversals_and_decisions_are_checked(cast, lines):
    person = cast.deputy_person
    with unguarded_ledger():
        PointEntry.objects.filter(pk=lines[2].pk).update(points=2)
        assert any("第3笔:和冲正的第1笔不是同一件事、同一类别、相反分值" in one for one in verify())
        PointEntry.objects.filter(pk=lines[2].pk).update(points=3, reverses=lines[1])
        assert any("第3笔:冲正的是第2笔,那一笔这时并不算数" in one for one in verify())
        PointEntry.objects.filter(pk=lines[2].pk).update(reverses=None, turn=2)
        assert any("第3笔:和第1笔记的是同一件事" in one for one in verify())
        PointEntry.objects.filter(pk=lines[2].pk).update(reverses=lines[0], turn=1)
        assert verify() == []
    published(cast, JUNE)  # sums of a frozen year are no longer compared with the facts, decisions are
    BonusClaim.objects.update(state=ClaimState.REVOKED)
    assert verify() == [f"代表 {person.code} 2026年第4笔:来源的加分申报不是这位代表的,或者没有批准。"]
    BonusClaim.objects.update(state=ClaimState.APPROVED, deputy=cast.head_person)
    assert len(verify()) == 1
    BonusClaim.objects.update(deputy=person)
    assert verify() == []
    undo_version(lines)
    assert "用的规则不是本县这一年已执行的方案里的" in verify()[0]


def test_entries_of_an_older_database_get_a_chain_that_holds(lines):
    first = import_module("scoring.migrations.0003_first_versions")
    with unguarded_ledger():
        for line in lines:
            PointEntry.objects.filter(pk=line.pk).update(number=100 + line.pk, digest="")
        assert len(verify()) >= 4
        first.chain_entries(apps, SimpleNamespace(connection=connection))
    assert verify() == []
    assert [line.digest for line in PointEntry.objects.order_by("number")] == [line.digest for line in lines]


def test_a_hundred_more_lines_take_no_more_queries(cast, lines, django_assert_max_num_queries):
    rule = Rule.objects.get(item="course")
    for _time in range(2):
        with django_assert_max_num_queries(45):
            assert verify() == []
        for _number in range(30):
            approved_claim(cast, cast.head_person, rule.item, APRIL)
        rescore(county=cast.county, year=2026, at=moment(JUNE))
