"""A whole province: one county with all that belongs to it, written once more for every other county.

Codes and account names begin with `C002-`, `C003-` …. Every 200th key is the first county's and those after it the others',
so rows of all counties are mixed in the order of time, as they would have come in. Digests of ledgers and schemes hold
codes and keys, so the copies' are made anew. What is not copied: sessions, jobs and what is kept for a while.
"""

# ruff: noqa: S608 - its SQL is made of its own words
from collections.abc import Callable
from time import perf_counter

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from tests.bench.province_copies import Copying, in_order, loading, orphans, rows, run
from tests.bench.province_years import STEP

APPS = ("accounts", "notices", "stations", "deputies", "activities", "opinions", "scoring")
ALSO = ("common_auditlog", "common_counter")
NOT = ("accounts_session", "accounts_apitoken", "opinions_answerdraft", "activities_sheetdraft")
LAST = "scoring_quarterstatement"  # it holds digests of the ledger, found by those of the county that is copied
ENDS = f"""
CREATE TEMPORARY TABLE bench_ends AS
    SELECT p.id % {STEP} AS n, o.digest AS before, p.digest AS digest FROM scoring_quarterstatement t
    JOIN scoring_pointentry o ON o.deputy_id = t.deputy_id AND o.digest = t.last_digest
    JOIN scoring_pointentry p ON p.id - p.id % {STEP} = o.id AND p.id <> o.id
    WHERE t.id % {STEP} = 0 AND o.id % {STEP} = 0;
CREATE INDEX ON bench_ends (before, n);
"""
PREFIX = "'C' || lpad((k.n + 1)::text, 3, '0') || '-'"
SALT = "'c' || k.n"
WORTH_TELLING = 5.0  # seconds
PREFIXED = (  # columns that name a place or person by a code, or a code's county
    ("stations_station", "code"), ("stations_historicalstation", "code"), ("stations_department", "code"),
    ("stations_historicaldepartment", "code"), ("deputies_deputy", "code"), ("deputies_historicaldeputy", "code"),
    ("accounts_user", "county_code"), ("accounts_historicaluser", "county_code"), ("notices_notice", "place_code"),
    ("notices_gateway", "place_code"), ("notices_message", "place_code"), ("common_auditlog", "county_code"),
)  # fmt: skip


def multiply(first: int, last: int, tell: Callable[[str], None]) -> None:
    """Write counties `first` … `last` (2 is the first copy) beside the one that is there already."""
    tables = _tables()
    copying = Copying(
        turns=range(first - 1, last), apart=1, salt=SALT, moved=frozenset(tables.values()), changes=_changes()
    )
    start = perf_counter()
    with loading(list(tables)):
        for model in sorted(tables.values(), key=lambda model: model._meta.db_table == LAST):
            if model._meta.db_table == LAST:
                run(ENDS)
            before = perf_counter()
            count = copying.of(model, f't."{_key_of(model)}" % {STEP} = 0')
            if perf_counter() - before > WORTH_TELLING:
                tell(f"  {model._meta.db_table}: {count:,} rows, {perf_counter() - start:.0f} s")
    tell(f"  indexes, {perf_counter() - start:.0f} s")
    for statement in connection.ops.sequence_reset_sql(no_style(), tables.values()):
        run(statement)
    run("DROP TABLE bench_ends")
    lost = orphans(tables.values(), f"% {STEP} = {last - 1}")
    assert not lost, lost
    run("VACUUM (ANALYZE)")
    tell(f"  vacuum and analyse, {perf_counter() - start:.0f} s")


def _tables() -> dict[str, type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    chosen = (
        model for model in every
        if model._meta.db_table not in NOT and (model._meta.app_label in APPS or model._meta.db_table in ALSO)
    )  # fmt: skip
    return {model._meta.db_table: model for model in in_order(chosen)}


def _key_of(model: type[models.Model]) -> str:
    """The column by which a row is a county's: kept versions count themselves, so theirs is whose version they are."""
    kept_of = getattr(model, "instance_type", None)
    return kept_of._meta.pk.column if kept_of else model._meta.pk.column


def _changes() -> dict[tuple[str, str], str]:
    named = {
        (table, column): f"CASE WHEN t.{column} = '' THEN '' ELSE {PREFIX} || t.{column} END"
        for table, column in PREFIXED
    }
    uid = "'^[0-9a-f]{8}-[0-9a-f]{4}-'"
    username = f"lower({PREFIX}) || t.username"
    after = "substring(t.key FROM position(':' IN t.key) + 1)"
    shifted = f"regexp_replace({after}, '^[0-9]+', '') "
    return named | {
        ("accounts_user", "username"): username,
        ("accounts_historicaluser", "username"): username,
        ("stations_station", "tree_id"): "t.tree_id + k.n * 1000",
        ("activities_dutylog", "filing_key"): f"t.filing_key || {SALT}",
        ("opinions_villagerentry", "code_digest"): f"bench_link({SALT}, t.code_digest)",
        ("notices_notice", "link"): f"bench_moved(t.link, {SALT})",
        ("common_auditlog", "seal_id"): "NULL",
        ("common_auditlog", "target_key"): (
            f"CASE WHEN t.target_key ~ {uid} THEN bench_uid(t.target_key, {SALT})::text "
            f"WHEN t.target_key ~ '^[0-9]+$' THEN (t.target_key::bigint + k.n)::text "
            f"WHEN t.target_key = '' THEN '' ELSE {PREFIX} || t.target_key END"
        ),
        ("common_counter", "key"): (
            f"split_part(t.key, ':', 1) || ':' || CASE WHEN {after} ~ '^[0-9]+' "
            f"THEN (substring({after} FROM '^[0-9]+')::bigint + k.n)::text || {shifted} "
            f"ELSE {PREFIX} || {after} END"
        ),
        ("scoring_schemeversion", "digest"): _digest_of_version(),
        ("scoring_quarterstatement", "last_digest"): (
            "coalesce((SELECT e.digest FROM bench_ends e WHERE e.before = t.last_digest AND e.n = k.n LIMIT 1), '')"
        ),
        ("scoring_pointentry", "source_key"): _source_key(),
        ("scoring_pointentry", "fact_key"): _fact_key(),
        ("scoring_pointentry", "digest"): (
            f"bench_chain({_line()}) OVER (PARTITION BY k.n, t.deputy_id, t.year ORDER BY t.number)"
        ),
    }  # fmt: skip


def _source_key() -> str:
    """A record's uid, or a station's code and a month."""
    return f"CASE WHEN t.source = 'month' THEN {PREFIX} || t.source_key ELSE bench_uid(t.source_key, {SALT})::text END"


def _fact_key() -> str:
    """It holds the record's uid; of a month it names no station."""
    return f"replace(t.fact_key, t.source_key, {_source_key()})"


def _line() -> str:
    """What the digest of a line of the ledger is made of, as `scoring.rules.chain` has it."""
    utc = "timezone('UTC', t.posted_at)"
    moment = (
        f"to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || "
        f"CASE WHEN to_char({utc}, 'US') = '000000' THEN '' ELSE '.' || to_char({utc}, 'US') END || '+00:00'"
    )
    parts = (
        f"(SELECT {PREFIX} || d.code FROM deputies_deputy d WHERE d.id = t.deputy_id)", "t.year", "t.number",
        "t.rule_id + k.n", "t.block", "t.points", "t.occurred_on", "t.reason", "t.source",
        f"({_source_key()})", _fact_key(), "t.turn",
        "coalesce((SELECT r.number::text FROM scoring_pointentry r WHERE r.id = t.reverses_id), '')", moment,
    )  # fmt: skip
    return f"concat_ws(chr(31), {', '.join(parts)})"


def _digest_of_version() -> str:
    """As `scoring.rules.seals` has it: the version, and its rules by their keys."""
    rule = (
        "concat_ws(chr(31), lpad((r.id + k.n)::text, 12, '0'), r.item, r.block, r.points, "
        "coalesce(r.cap::text, ''))"
    )
    return (
        f"(SELECT encode(sha256(convert_to(concat_ws(chr(31), t.number, t.starts_on, t.base) || chr(10) || "
        f"string_agg({rule}, chr(10) ORDER BY r.id), 'UTF8')), 'hex') FROM scoring_rule r WHERE r.version_id = t.id)"
    )


def counted() -> list[tuple[str, int]]:
    """Rows of each table, the most first, as the planner knows them."""
    return rows(
        "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND reltuples > 0 ORDER BY reltuples DESC"
    )
