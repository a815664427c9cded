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

from activities.services import change_activity, record_attendance
from activities.states import Presence
from scoring.models import BonusClaim, ChainMark, PointEntry, Rule, Scheme, SchemeVersion
from scoring.rules import digest_of
from scoring.services import open_scheme, rescore
from scoring.services.ledger.verifying import verify
from scoring.services.versions import apply_version, draft_version, edit_draft, values_of
from scoring.states import ClaimState, VersionState
from tests import years
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


def forged_replacement(line, **values):
    """INSERT OR REPLACE from a connection that does not run triggers for what it replaces, as SQLite begins."""
    row = {field.column: getattr(line, field.attname) for field in PointEntry._meta.concrete_fields}
    row |= {"id": 10**6, "uid": uuid4().hex, "number": 9, "fact_key": "claim:x", "reverses_id": None, "points": 9} | values
    row |= {name: str(row[name]) for name in ("occurred_on", "posted_at", "points")}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO scoring_pointentry ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",  # noqa: S608 - the columns' own names
            list(row.values()),
        )


@pytest.mark.once  # PostgreSQL has no INSERT OR REPLACE
def test_sqlite_refuses_to_replace_a_line_by_any_of_its_keys(lines):
    line, reversal = lines[3], lines[2]
    before = list(PointEntry.objects.order_by("pk").values())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
    try:
        for same in (
            {"id": line.pk}, {"uid": line.uid.hex}, {"number": line.number}, {"fact_key": line.fact_key},
            {"reverses_id": reversal.reverses_id},
        ):  # fmt: skip
            with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
                forged_replacement(line, **same)
            assert list(PointEntry.objects.order_by("pk").values()) == before, same
        forged_replacement(line)  # what takes nobody's place is written, and found
        assert any("第9笔" in words for words in verify())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=ON")


def test_an_activity_moves_into_another_year_and_back(cast):
    person = cast.deputy_person
    open_scheme(county=cast.county, year=2025, actor=None, at=moment(MARCH))
    held = meeting(cast, MARCH, {person: Presence.ABSENT})
    assert rescore(county=cast.county, year=2026, at=moment(MARCH)) == 1
    for day, counting in ((date(2025, 12, 30), 2025), (MARCH, 2026), (date(2025, 12, 30), 2025)):
        held.refresh_from_db()
        change_activity(activity=held, changes={"held_on": day}, reason="日期登记错", actor=cast.admin, at=moment(JUNE))
        for year in (2025, 2026):
            rescore(county=cast.county, year=year, at=moment(JUNE))
            standing = PointEntry.objects.of_year(year).standing().filter(deputy=person)
            assert standing.count() == (year == counting), (day, year)
    turns = PointEntry.objects.filter(reverses=None).order_by("year", "number").values_list("year", "turn")
    assert list(turns) == [(2025, 1), (2025, 2), (2026, 1), (2026, 2)] and verify() == []


@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_in_a_flush_and_after_it():
    kept(build_cast())
    with pytest.raises(CommandError):
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    assert PointEntry.objects.count() == 4
    with unguarded_ledger():
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
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
        line.digest = digest(line, PointEntry.objects.get(number=line.number - 1).digest)
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


def reverse(index):
    """Append a reversal with a right digest."""

    def run(lines):
        gone = lines[index]
        copied = {name: getattr(gone, name) for name in ("rule", "block", "source", "source_key", "fact_key", "turn")}
        number = PointEntry.objects.latest("number").number + 1
        forge(**copied, points=-gone.points, reverses=gone, number=number)(lines)

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


FROZEN = {
    "a fact": (forge(), "第5笔:公示以后记的,不是这位代表的复核"),
    "a reversal": (reverse(3), "第5笔:公示以后记的,不是这位代表的复核"),
    "the last one gone": (drop(3), "第4笔:公示时账上有这一笔,现在没有了"),
    "two more gone": (lambda lines: [drop(3)(lines), drop(2)(lines)], "第4笔:公示时账上有这一笔,现在没有了"),
    "the last one gone with its mark": (
        lambda lines: [drop(3)(lines), ChainMark.objects.update(number=3, digest=lines[2].digest)],
        "巨鹿县2026年公示时各人流水的校验码和操作记录里的对不上",
    ),
    "all marks gone": (lambda _lines: ChainMark.objects.all().delete(), "第1笔:公示以后记的"),
}
BESIDE = {
    "points of a rule": (lambda: Rule.objects.filter(item="spoke").update(points=9), "方案第1版和执行时的校验码对不上"),
    "cap of a rule": (lambda: Rule.objects.filter(item="spoke").update(cap=9), "方案第1版和执行时的校验码对不上"),
    "a rule gone": (lambda: Rule.objects.filter(item="spoke").delete(), "方案第1版和执行时的校验码对不上"),
    "first day": (lambda: SchemeVersion.objects.update(starts_on=JUNE), "方案第1版和执行时的校验码对不上"),
    "no seal": (lambda: SchemeVersion.objects.update(digest=""), "方案第1版和执行时的校验码对不上"),
    "base": (lambda: Scheme.objects.update(base=90), "方案的基础分和最后执行的第1版不一致"),
}


def test_what_is_put_into_a_year_in_publicity_or_taken_out_is_found(cast, lines):
    years.published(cast)
    assert verify() == []
    for case, (force, words) in FROZEN.items():
        undo = transaction.savepoint()
        with unguarded_ledger():
            force(lines)
        assert any(words in one for one in verify()), (case, verify())
        transaction.savepoint_rollback(undo)
    years.granted(cast, lines[1])
    years.granted(cast, None, item="spoke")
    assert rescore(county=cast.county, year=2026, at=years.AFTER) == 2 and verify() == []
    reverse(3)(lines)
    assert verify() == [f"代表 {cast.deputy_person.code} 2026年:公示以后的账和复核的结果对不上。"]


def test_a_scheme_changed_behind_its_version_is_found(lines):
    for case, (force, words) in BESIDE.items():
        undo = transaction.savepoint()
        force()
        assert any(words in one for one in verify()), (case, verify())
        transaction.savepoint_rollback(undo)
    assert verify() == []


def test_a_version_is_sealed_as_it_is_applied(cast, lines):
    scheme, at = Scheme.objects.get(), moment(JUNE)
    draft = draft_version(scheme=scheme, starts_on=MARCH, why="加重", actor=cast.admin, at=at)
    values = {item: (value.points, value.cap) for item, value in values_of(draft).items()} | {"study_missed": (Decimal(-4), None)}
    edit_draft(
        version=draft, base=Decimal(70), starts_on=MARCH, why="加重", values=values, actor=cast.admin, at=at
    )
    assert verify() == []  # a draft has no seal yet
    apply_version(version=draft, actor=cast.admin, at=at)
    assert verify() == []
    SchemeVersion.objects.filter(pk=draft.pk).update(base=80)
    assert verify() == [
        "巨鹿县2026年积分方案第2版和执行时的校验码对不上,有人改过。", "巨鹿县2026年积分方案的基础分和最后执行的第2版不一致。",
    ]  # fmt: skip


def test_a_missing_or_changed_trigger_is_found(lines):
    with unguarded_ledger():
        told = verify()
        assert told and all(one.startswith("数据库里保护流水的触发器 scoring_") for one in told)
        assert len(told) == {"postgresql": 2, "sqlite": 3}[connection.vendor]
    assert verify() == []
    weaker = {
        "postgresql": "ALTER TABLE scoring_pointentry DISABLE TRIGGER scoring_entry_is_final",
        "sqlite": "DROP TRIGGER scoring_entry_is_final_insert",
    }[connection.vendor]
    by_sql(weaker)(None)
    assert len(verify()) == 1


def test_what_was_decided_before_is_sealed_and_marked_as_it_is(cast, lines):
    years.published(cast)
    migration = import_module("scoring.migrations.0009_seal_what_was_decided")
    marks = list(ChainMark.objects.values_list("deputy", "number", "digest"))
    assert marks == [(cast.deputy_person.pk, 4, lines[3].digest)]
    ChainMark.objects.all().delete()
    SchemeVersion.objects.update(digest="")
    migration.seal_versions(apps, None)
    migration.mark_chains(apps, None)
    assert list(ChainMark.objects.values_list("deputy", "number", "digest")) == marks and verify() == []


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
