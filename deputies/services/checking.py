"""What constraints cannot say of people, mandates and memberships: a report for `check_data`."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from django.db.models import Count, Exists, OuterRef

from deputies.models import Constituent, Deputy, Mandate, Membership
from deputies.rules import CONSTITUENTS_EACH, name_initials, name_sort_key, name_stroke_key, spans
from deputies.services.memberships import POSTING_OF
from deputies.states import MandateLevel, MembershipRole
from stations.models import Posting, Station
from stations.states import Level, Role

AT_ONCE = 5_000  # rows in memory
SEEN = (
    "deputy__code", "deputy__user", "branch__code", "branch__level", "branch__closed_on", "role", "started_on", "ended_on",
)  # fmt: skip


def people_problems(on: date) -> list[str]:
    """Return what is wrong on the day `on`, one sentence each; dates that overlap are looked for at all times.

    Rows are read a few thousand at a time: a province has 145,000 memberships.
    """
    return [
        *_overlaps(_memberships(), _of_deputy, "驻站"),
        *_overlapping_heads(),
        *_overlaps(_mandates(), _of_level, "同一层级代表资格"),
        *_heads_without_county_mandate(on),
        *_misplaced(on),
        *_branches_without_head(on),
        *_postings(on),
        *_names(),
        *_too_many_constituents(on),
    ]


def _memberships(*order: str) -> Iterator[Membership]:
    rows = Membership.objects.select_related("deputy", "branch").only(*SEEN)
    return rows.order_by(*order or ("deputy_id", "started_on", "pk")).iterator(AT_ONCE)


def _mandates() -> Iterator[Mandate]:
    rows = Mandate.objects.select_related("deputy").only("deputy__code", "level", "started_on", "ended_on")
    return rows.order_by("deputy_id", "level", "started_on", "pk").iterator(AT_ONCE)


def _of_deputy(row: Membership) -> int:
    return row.deputy_id


def _of_level(row: Mandate) -> tuple[int, str]:
    return row.deputy_id, row.level


def _overlaps(rows: Iterable, key, what: str) -> Iterator[str]:
    """Two rows of one `key` that count on the same day; rows come ordered by key and first day."""
    for before, after in pairwise(rows):
        if key(before) == key(after) and (before.ended_on is None or before.ended_on >= after.started_on):
            yield f"{before.deputy.code}: {what}的日期重叠,{before.started_on}起的和{after.started_on}起的"


def _overlapping_heads() -> Iterator[str]:
    heads = (row for row in _memberships("branch_id", "started_on", "pk") if row.role == MembershipRole.HEAD)
    for before, after in pairwise(heads):
        if before.branch_id == after.branch_id and (before.ended_on is None or before.ended_on >= after.started_on):
            yield f"{before.branch.code}: 同时有两位站长,{before.deputy.code}和{after.deputy.code}"


def _heads_without_county_mandate(on: date) -> Iterator[str]:
    held = set(Mandate.objects.in_force(on).filter(level=MandateLevel.COUNTY).values_list("deputy", flat=True))
    for row in _memberships():
        if row.role == MembershipRole.HEAD and _counts(row, on) and row.deputy_id not in held:
            yield f"{row.deputy.code}: 是{row.branch.code}的站长,但没有县级代表资格"


def _counts(row, on: date) -> bool:
    return spans((row.started_on, row.ended_on), on)


def _misplaced(on: date) -> Iterator[str]:
    for row in _memberships():
        if row.branch.level != Level.BRANCH:
            yield f"{row.deputy.code}: 驻站设在了{row.branch.code},那里不是分站"
        elif _counts(row, on) and row.branch.closed_on and row.branch.closed_on <= on:
            yield f"{row.deputy.code}: 还在已经撤销的{row.branch.code}"


def _branches_without_head(on: date) -> Iterator[str]:
    """A branch nobody has been assigned to yet is no problem."""
    here = Membership.objects.in_force(on).filter(branch=OuterRef("pk"))
    headless = Station.objects.branches().open(on).filter(
        Exists(here), ~Exists(here.filter(role=MembershipRole.HEAD))
    )  # fmt: skip
    for code in headless.order_by("code").values_list("code", flat=True):
        yield f"{code}: 没有站长"


def _postings(on: date) -> Iterator[str]:
    """Postings of head and deputy are the memberships of those who have an account, no more and no less."""
    wanted = {
        (row.deputy.user_id, POSTING_OF[MembershipRole(row.role)].value, row.branch_id)
        for row in _memberships()
        if row.deputy.user_id and _counts(row, on)
    }
    rows = Posting.objects.in_force(on).filter(role__in=[Role.BRANCH_HEAD, Role.DEPUTY])
    given = set(rows.values_list("user", "role", "station"))
    if wanted == given:
        return
    codes = dict(Deputy.objects.exclude(user=None).values_list("user", "code"))
    places = dict(Station.objects.branches().values_list("pk", "code"))
    for user, _role, place in sorted(wanted - given):
        yield f"{codes[user]}: 驻{places[place]},但账号没有相应的岗位"
    for user, _role, place in sorted(given - wanted):
        yield f"{codes.get(user, user)}: 账号有{places[place]}的岗位,但不驻在那里"


def _names() -> Iterator[str]:
    people = Deputy.objects.only("code", "name", "initials", "sort_key", "stroke_key")
    for person in people.order_by("pk").iterator(AT_ONCE):
        derived = (name_initials(person.name)[:20], name_sort_key(person.name), name_stroke_key(person.name))
        if (person.initials, person.sort_key, person.stroke_key) != derived:
            yield f"{person.code}: 查找和排序用的拼音、笔画与姓名不符"


def _too_many_constituents(on: date) -> Iterator[str]:
    rows = Constituent.objects.in_force(on).order_by().values("deputy__code").annotate(count=Count("pk"))
    for row in rows.filter(count__gt=CONSTITUENTS_EACH):
        yield f"{row['deputy__code']}: 固定联系选民有{row['count']}位,最多{CONSTITUENTS_EACH}位"
