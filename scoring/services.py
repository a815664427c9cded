"""The ledger made equal to the facts, and the year's rules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from activities.models import Activity, ActivityAttendance, Attendance
from activities.states import LogState, Presence
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from opinions.models import Hop, Opinion
from opinions.states import Kind, State
from scoring.models import PointEntry, Rule, Scheme
from scoring.permissions import can_set_rules
from scoring.rules import Duty, Earning, Meeting, Ticket, duty_earnings, meeting_earnings, ticket_earnings, total_score
from scoring.states import Block, Item
from stations.models import Station

# domain.md §5: what a county starts with; it edits the rows of its own scheme.
DEFAULT_POINTS: dict[str, int | Decimal] = {
    Item.CONGRESS_MISSED: -5, Item.STUDY_MISSED: -3, Item.MEETING_MISSED: -2, Item.DUTY_MISSED: -2,
    Item.IDLE_MONTH: -2, Item.PRIVATE_LEAVE: -1, Item.LATE_OR_EARLY: -1,
    Item.MOTION_LED: 10, Item.MOTION_SIGNED: 3, Item.SUGGESTION_LED: 5, Item.SUGGESTION_SIGNED: 1,
    Item.SUGGESTION_SUPERVISED: 5, Item.SUGGESTION_EXCELLENT: 5, Item.SPOKE: 2, Item.COURSE: 1,
    Item.OPINION_ENTERED: 1, Item.HONOUR_NATIONAL: 10, Item.HONOUR_PROVINCE: 8, Item.HONOUR_CITY: 6,
    Item.HONOUR_COUNTY: 4, Item.MEDIA_NATIONAL: 5, Item.MEDIA_PROVINCE: 3, Item.MEDIA_CITY: 2, Item.MEDIA_COUNTY: 1,
}  # fmt: skip
NOT_VERIFIED = (State.REGISTERED, State.REFUSED, State.VOID, State.MERGED)
HANDED_OVER = Exists(Hop.objects.filter(opinion=OuterRef("pk"), move="transfer"))


@transaction.atomic
def open_scheme(*, county: Station, year: int, actor) -> Scheme:
    """Open a year's scheme (积分方案) for a county with the rules of the year before, or the defaults."""
    if actor is not None and not can_set_rules(actor, county):
        raise NotAllowed("积分方案由县级管理员设置。")
    scheme, created = Scheme.objects.get_or_create(county=county, year=year)
    if not created:
        return scheme
    before = Scheme.objects.filter(county=county, year__lt=year).order_by("-year").first()
    if before:
        scheme.base = before.base
        scheme.save(update_fields=["base"])
        values: dict[str, int | Decimal] = dict(before.rules.values_list("item", "points"))
    else:
        values = DEFAULT_POINTS
    Rule.objects.bulk_create(
        Rule(scheme=scheme, item=item, points=points, block=Block.BASE if points <= 0 else Block.BONUS)
        for item, points in values.items()
    )
    audit.record("open_scheme", actor=actor, target=county, year=year)
    return scheme


@transaction.atomic
def set_points(*, rule: Rule, points: Decimal, actor) -> Rule:
    """Change what a rule is worth; the nightly rescore corrects the year's entries with reversing ones."""
    county = rule.scheme.county
    if not can_set_rules(actor, county):
        raise NotAllowed("积分规则由县级管理员设置。")
    before, rule.points = rule.points, points
    rule.full_clean()
    rule.save(update_fields=["points"])
    audit.record(
        "set_points", actor=actor, target=county, year=rule.scheme.year, item=rule.item, before=str(before),
        after=str(points),
    )  # fmt: skip
    return rule


@transaction.atomic
def set_base(*, scheme: Scheme, base: Decimal, actor) -> Scheme:
    """Change the base that a year's deductions are taken from."""
    if not can_set_rules(actor, scheme.county):
        raise NotAllowed("积分方案由县级管理员设置。")
    before, scheme.base = scheme.base, base
    scheme.full_clean()
    scheme.save(update_fields=["base"])
    audit.record(
        "set_base", actor=actor, target=scheme.county, year=scheme.year, before=str(before), after=str(base)
    )
    return scheme


def earnings_of(deputies: Iterable[int], year: int) -> dict[int, list[Earning]]:
    """Return what each deputy earned in `year` according to the records, by deputy key (five queries in all)."""
    keys = list(deputies)
    found: dict = defaultdict(list)
    for deputy, duties in _duties(keys, year).items():
        found[deputy] += duty_earnings(duties)
    for deputy, meetings in _meetings(keys, year).items():
        found[deputy] += meeting_earnings(meetings)
    for author, tickets in _tickets(keys, year).items():
        found[author] += ticket_earnings(tickets)
    return found


def _duties(keys: list[int], year: int) -> dict[int, list[Duty]]:
    substitute = Attendance.objects.filter(log=OuterRef("log"), status=Presence.SUBSTITUTE)
    rows = Attendance.objects.filter(deputy__in=keys, log__date__year=year).exclude(log__state=LogState.VOID)
    rows = rows.annotate(stood_in=Exists(substitute)).select_related("log__branch")
    found = defaultdict(list)
    for row in rows:
        log = row.log
        found[row.deputy_id].append(
            Duty(str(log.uid), log.number, log.date, log.branch.name, row.status, row.expected, row.stood_in)
        )
    return found


def _meetings(keys: list[int], year: int) -> dict[int, list[Meeting]]:
    stand_in = ActivityAttendance.objects.filter(activity=OuterRef("activity"), stands_in_for=OuterRef("deputy"))
    rows = ActivityAttendance.objects.filter(deputy__in=keys, activity__in=Activity.objects.held())
    rows = rows.filter(activity__held_on__year=year).exclude(status="")
    found = defaultdict(list)
    for row in rows.annotate(stood_in=Exists(stand_in)).select_related("activity"):
        act = row.activity
        found[row.deputy_id].append(
            Meeting(
                str(act.uid), act.kind, act.title, act.held_on, row.status, act.required, row.expected, row.stood_in
            )
        )
    return found


def _tickets(keys: list[int], year: int) -> dict[int | None, list[Ticket]]:
    """Opinions count once somebody has accepted them; suggestions once the centre has handed them over."""
    rows = Opinion.objects.filter(deputy__in=keys, registered_on__year=year).exclude(state__in=NOT_VERIFIED)
    rows = rows.filter(Q(kind=Kind.OPINION) | Q(HANDED_OVER))
    found: dict[int | None, list[Ticket]] = defaultdict(list)
    for row in rows.only("uid", "number", "registered_on", "kind", "deputy"):
        ticket = Ticket(str(row.uid), row.number, row.registered_on, row.kind == Kind.SUGGESTION)
        found[row.deputy_id].append(ticket)
    return found


@transaction.atomic
def rescore(
    *, county: Station, year: int, at: datetime, deputies: Iterable[int] | None = None, write: bool = True
) -> int:
    """Make the ledger of `year` equal to the facts, with new and reversing entries; return how many were made.

    Idempotent: a second run makes none. Deputies are locked in key order, so two workers neither double an entry
    nor block each other for ever. With `write=False` nothing is written and the number says what would be.
    """
    rows = Deputy.objects.filter(county=county)
    if deputies is not None:
        rows = rows.filter(pk__in=list(deputies))
    keys = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    scheme = Scheme.objects.filter(county=county, year=year).first()
    if scheme is None or not keys:
        return 0
    rules = {rule.item: rule for rule in scheme.rules.all()}
    earned = earnings_of(keys, year)
    standing, turns = _standing_entries(keys, year)
    new = []
    for key in keys:
        new += _differences(key, earned.get(key, []), standing.get(key, {}), turns, rules, year, at)
    if write:
        PointEntry.objects.bulk_create(new)
    return len(new)


def _standing_entries(keys: list[int], year: int) -> tuple[dict[int, dict[str, PointEntry]], dict]:
    """Return the entries that are not reversed, by deputy and fact key, and the last turn of every fact."""
    standing: dict[int, dict[str, PointEntry]] = defaultdict(dict)
    turns: dict[tuple[int, str], int] = {}
    rows = PointEntry.objects.filter(deputy__in=keys, year=year, reverses=None)
    for entry in rows.annotate(is_reversed=Exists(PointEntry.objects.filter(reverses=OuterRef("pk")))):
        place = (entry.deputy_id, entry.fact_key)
        turns[place] = max(turns.get(place, 0), entry.turn)
        if not entry.is_reversed:
            standing[entry.deputy_id][entry.fact_key] = entry
    return standing, turns


def _differences(
    deputy: int, earned: list[Earning], standing: dict[str, PointEntry], turns: dict, rules: dict[str, Rule],
    year: int, at: datetime,
) -> list[PointEntry]:  # fmt: skip
    wanted = {earning.fact_key: earning for earning in earned if earning.item in rules}
    made = []
    for fact_key, entry in standing.items():
        earning = wanted.get(fact_key)
        if earning is None or rules[earning.item].pk != entry.rule_id or rules[earning.item].points != entry.points:
            made.append(_reversal(entry, at))
        else:
            del wanted[fact_key]
    for fact_key, earning in sorted(wanted.items()):
        rule = rules[earning.item]
        made.append(
            PointEntry(
                deputy_id=deputy,
                year=year,
                rule=rule,
                block=rule.block,
                points=rule.points,
                occurred_on=earning.occurred_on,
                reason=earning.reason[:200],
                source=earning.source,
                source_key=earning.source_key,
                fact_key=fact_key,
                turn=turns.get((deputy, fact_key), 0) + 1,
                posted_at=at,
            )
        )
    return made


def _reversal(entry: PointEntry, at: datetime) -> PointEntry:
    """The opposite of `entry`, in the same block and on the same day, so that the year's figures stay right."""
    return PointEntry(
        deputy_id=entry.deputy_id, year=entry.year, rule_id=entry.rule_id, block=entry.block, points=-entry.points,
        occurred_on=entry.occurred_on, reason=f"更正:{entry.reason}"[:200], source=entry.source,
        source_key=entry.source_key, fact_key=entry.fact_key, turn=entry.turn, reverses=entry, posted_at=at,
    )  # fmt: skip


@dataclass(frozen=True)
class Score:
    """One deputy's figures of one year; `deductions` is at most 0 unless corrections exceed it."""

    year: int
    base: Decimal
    deductions: Decimal
    bonus: Decimal

    @property
    def base_left(self) -> Decimal:
        return max(Decimal(0), self.base + self.deductions)

    @property
    def total(self) -> Decimal:
        return total_score(self.base, self.deductions, self.bonus)


def scores_of(*, county: Station, year: int, deputies: Iterable[int]) -> dict[int, Score]:
    """Return the score of each deputy in `year`, by deputy key; two queries, whatever the number."""
    keys = list(deputies)
    scheme = Scheme.objects.filter(county=county, year=year).first()
    base = scheme.base if scheme else Decimal(60)
    sums = PointEntry.objects.sums(year, keys)
    none = {Block.BASE: Decimal(0), Block.BONUS: Decimal(0)}
    return {
        key: Score(year, base, sums.get(key, none)[Block.BASE], sums.get(key, none)[Block.BONUS]) for key in keys
    }


def score_of(*, deputy: Deputy, year: int) -> Score:
    """Return one deputy's score."""
    return scores_of(county=deputy.county, year=year, deputies=[deputy.pk])[deputy.pk]
