"""The demo county with ten years behind it: its last year's records once more for each of nine years before.

The demo county is built by the services; of the twelve months before the current one rosters, logs, visits, services,
activities, tickets, claims, notices and the audit trail are copied nine times, everything a year earlier each, and tickets
without a log a few times more. What is under way is not copied: nobody works on a matter for nine years. Month reports go back
month by month. The ledgers of those years are made by rescoring, as ever. Days keep their date, so older receptions are
mostly on weekdays, and nobody has ever left office: both cost what the real ones cost.
"""

# ruff: noqa: S608 - its SQL is made of its own words
from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.utils import timezone

from tests.bench.province_accounts import open_all
from tests.bench.province_copies import FUNCTIONS, SETTINGS, Copying, in_order, rows, run

YEARS = 10
FIRST_KEY = 100_000_000  # of the demo county's rows; older copies have smaller keys, as older rows have
STEP = 200  # between two keys of the county: those of other counties come between
YEAR, MONTH = 10_000_000, 100_000  # keys between the copies of two years, of two months
MORE = 5_000_000  # from a year's copies to the further ones of its tickets
LATER = 5_000  # added to the serials of what the year before has numbers for already
FURTHER = 7  # years whose tickets come a second time: 5,900 a county, a million a province
REPORT_MONTHS = 12 * YEARS - 2  # the demo county has the last two

# What happened in the year, by where it says when; what belongs to it follows by these columns.
DATED = {
    "activities_roster": "t.month", "activities_shift": "t.for_sunday", "activities_dutylog": "t.date",
    "activities_visit": "t.date", "activities_servicerecord": "t.date", "activities_activity": "t.held_on",
    "scoring_bonusclaim": "t.occurred_on", "opinions_opinion": "t.registered_on",
    "notices_notice": "t.created_at::date", "common_auditlog": "t.at::date",
}  # fmt: skip
ENDED = {
    "activities_activity": "t.state IN ('held', 'cancelled')",
    "scoring_bonusclaim": "t.state IN ('approved', 'refused')",
    "opinions_opinion": "t.ended_at IS NOT NULL AND t.merged_into_id IS NULL AND NOT t.from_web",
}
PARTS = {
    "activities_shiftplace": ("shift_id", "activities_shift"),
    "activities_attendance": ("log_id", "activities_dutylog"),
    "activities_servicerecord_deputies": ("servicerecord_id", "activities_servicerecord"),
    "activities_activityattendance": ("activity_id", "activities_activity"),
    "scoring_claimstep": ("claim_id", "scoring_bonusclaim"),
    "opinions_hop": ("opinion_id", "opinions_opinion"),
    "opinions_clock": ("opinion_id", "opinions_opinion"),
    "opinions_reply": ("opinion_id", "opinions_opinion"),
    "opinions_verdict": ("opinion_id", "opinions_opinion"),
    "opinions_suggestiondetail": ("opinion_id", "opinions_opinion"),
    "opinions_cosigner": ("opinion_id", "opinions_opinion"),
    "opinions_consultation": ("opinion_id", "opinions_opinion"),
    "opinions_supervision": ("opinion_id", "opinions_opinion"),
    "opinions_assistance": ("opinion_id", "opinions_opinion"),
    "opinions_extension": ("opinion_id", "opinions_opinion"),
}
REPORTS = ("activities_monthreport", "activities_monthedition", "activities_reportstep")
TICKET_PARTS = ("opinions_hop", "opinions_clock", "opinions_reply", "opinions_verdict")


def build(today: date) -> None:
    """Build the county in an empty database: some minutes, most of them the demo county's own."""
    seed(today)
    go_back(today)


def seed(today: date) -> None:
    """The demo county, with keys that leave room for what lies before, and with accounts for everybody."""
    call_command("migrate", verbosity=0)
    for (name,) in rows("SELECT sequencename FROM pg_sequences WHERE sequencename !~ '^(django|auth|axes|otp)_'"):
        run(f'ALTER SEQUENCE "{name}" INCREMENT {STEP} RESTART {FIRST_KEY}')
    call_command("seed_demo", stage="running", today=today, verbosity=0)


def go_back(today: date) -> None:
    """The years before."""
    open_all()
    run(FUNCTIONS)
    with transaction.atomic():
        for name, value in SETTINGS.items():
            run(f"SET LOCAL {name} = {value}")
        _open_earlier()
        _repeat_years(today)
        _repeat_tickets(today)
        _repeat_months()
    _index_numbers()
    run("VACUUM (ANALYZE)")
    _score(today)


def _open_earlier() -> None:
    """Places, mandates and memberships of the day on which all began lie nine years earlier, so that all of it has a place."""
    earlier = f"- make_interval(years => {YEARS - 1})"
    run(f"UPDATE stations_station SET opened_on = (opened_on {earlier})::date")
    for table in ("deputies_mandate", "deputies_membership", "stations_posting"):
        run(f"UPDATE {table} SET started_on = (started_on {earlier})::date")


def _repeat_years(today: date) -> None:
    tables = _tables(*DATED, *PARTS, "opinions_pause", "opinions_congresssession")
    copying = Copying(
        turns=range(1, YEARS), apart=-YEAR, salt="'y' || k.n", moved=frozenset(tables.values()), back="years",
        changes=_changes("'y' || k.n", LATER, today),
    )  # fmt: skip
    chosen = _chosen(today)
    for table, model in tables.items():
        copying.of(model, chosen[table])


def _repeat_tickets(today: date) -> None:
    """Opinions that no log holds, as villagers bring them on weekdays."""
    tables = _tables("opinions_opinion", *TICKET_PARTS)
    salt = "'z' || k.n"
    again = _changes(salt, 3 * LATER, today) | {
        ("opinions_opinion", "log_id"): "NULL", ("opinions_opinion", "visit_id"): "NULL",
    }  # fmt: skip
    copying = Copying(
        turns=range(1, FURTHER + 1), apart=-YEAR, first=-MORE, salt=salt, moved=frozenset(tables.values()), back="years",
        changes=again,
    )  # fmt: skip
    chosen = _chosen(today)
    only = f"t.kind = 'opinion' AND {chosen['opinions_opinion']}"
    for table, model in tables.items():
        of_them = f"t.opinion_id IN (SELECT t.id FROM opinions_opinion t WHERE {only})"
        copying.of(model, only if table == "opinions_opinion" else of_them)


def _repeat_months() -> None:
    """The oldest month that the demo county has reports of, month by month further back."""
    tables = _tables(*REPORTS)
    copying = Copying(
        turns=range(1, REPORT_MONTHS + 1),
        apart=-MONTH,
        salt="'m' || k.n",
        moved=frozenset(tables.values()),
        back="months",
    )
    month = rows("SELECT min(month) FROM activities_monthreport")[0][0]
    oldest = f"SELECT t.id FROM activities_monthreport t WHERE t.month = '{month}'"
    for table, model in tables.items():
        column = "t.id" if table == "activities_monthreport" else "t.report_id"
        copying.of(model, f"t.id >= {FIRST_KEY} AND {column} IN ({oldest})")


def _tables(*names: str) -> dict[str, type[models.Model]]:
    every = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {model._meta.db_table: model for model in in_order(every[name] for name in names)}


def _chosen(today: date) -> dict[str, str]:
    """By table which rows of the year are copied; all of them are the demo county's own."""
    last = today.replace(day=1) - relativedelta(days=1)
    first = (last - relativedelta(months=11)).replace(day=1)
    found = {}
    for table, column in DATED.items():
        found[table] = f"t.id >= {FIRST_KEY} AND {column} BETWEEN '{first}' AND '{last}' AND {ENDED.get(table, 'true')}"
    for table, (column, whole) in PARTS.items():
        found[table] = f"t.{column} IN (SELECT t.id FROM {whole} t WHERE {found[whole]})"
    found["opinions_congresssession"] = f"t.id >= {FIRST_KEY}"  # what comes between two belongs to the one before
    found["opinions_pause"] = f"t.clock_id IN (SELECT t.id FROM opinions_clock t WHERE {found['opinions_clock']})"
    return found


def _changes(salt: str, later: int, today: date) -> dict[tuple[str, str], str]:
    """What has to differ from year to year: numbers, and what names a row by its uid or another year's plan.

    Copies of the current year's part meet the numbers that the year before has already, so `later` is added to theirs.
    """
    year, more = "t.year - k.n", f"t.serial + CASE WHEN t.year = {today.year} THEN {later} ELSE {later - LATER} END"
    number = "substring(t.number FROM '第([0-9]+)号')"
    of_year = "extract(year FROM t.registered_on)::int"
    extra = f"CASE WHEN {of_year} = {today.year} THEN {later} ELSE {later - LATER} END"
    renumbered = f"CASE WHEN {extra} = 0 THEN {number} ELSE ({number}::int + {extra})::text END"
    changes = {
        (table, column): value
        for table in ("activities_dutylog", "activities_visit", "activities_servicerecord")
        for column, value in (("year", year), ("serial", more))
    }
    return changes | {
        ("opinions_opinion", "number"): f"'〔' || {of_year} - k.n || '〕第' || {renumbered} || '号'",
        ("opinions_congresssession", "ordinal"): "t.ordinal + 10 * k.n",
        ("opinions_suggestiondetail", "grown_from_id"): "NULL",
        ("activities_activity", "plan_item_id"): "NULL",
        ("activities_activity", "project_id"): "NULL",
        ("activities_dutylog", "filing_key"): "NULL",
        ("scoring_bonusclaim", "year"): year,
        ("notices_notice", "link"): f"bench_moved(t.link, {salt})",
        ("common_auditlog", "target_key"): f"bench_moved(t.target_key, {salt})",
        ("common_auditlog", "seal_id"): "NULL",
    }


def _index_numbers() -> None:
    """What a search of a copied ticket goes by, of its new number."""
    from opinions.models import Opinion
    from opinions.rules import search_words

    tickets = list(Opinion.objects.filter(pk__lt=FIRST_KEY).only("number", "title", "text"))
    for ticket in tickets:
        ticket.search_words = search_words([ticket.number, ticket.title, ticket.text])
    Opinion.objects.bulk_update(tickets, ["search_words"], batch_size=500)


def _score(today: date) -> None:
    """A scheme for every year, and the ledgers that the facts ask for."""
    from scoring.services import open_scheme, rescore
    from stations.models import Station

    county = Station.objects.get(parent=None)
    for year in range(today.year - YEARS, today.year + 1):
        end = min(timezone.make_aware(datetime.combine(date(year, 12, 31), time(18))), timezone.now())
        open_scheme(county=county, year=year, actor=None, at=end)
        rescore(county=county, year=year, at=end)
