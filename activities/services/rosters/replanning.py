"""Planning a published month again: as few published places change as possible."""

from datetime import datetime

from django.db import transaction

from activities.models import Roster, RosterChange, Shift
from activities.rules.rosters import Plan
from activities.services.offers import drop_offers_of_place
from activities.services.people import demand_held, hold_members
from activities.services.rosters.drafting import best_plan, write_plan
from activities.services.rosters.explaining import branches_of
from activities.services.rosters.holding import checked_reason, day_words, demand_planner, hold_roster
from activities.services.rosters.reading import BranchMonth, read_months
from activities.services.rosters.telling import dates_words, is_near, reason_words, tell_each, write_change
from activities.states import RosterState
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.common.working_days import today_here
from stations.services import hold_places


@transaction.atomic
def replan_roster(*, roster: Roster, actor, at: datetime, reason: str) -> list[RosterChange]:
    """Fill gaps of a published month on the days after today; returns what changed, written down and told.

    A published place is given up only where somebody would have no service at all otherwise, or a day fewer than two
    deputies; fixed places stay in any case. Raises NotAllowed, Conflict for a draft, DomainError (`reason`).
    """
    held = hold_members([roster.station], roster.month)
    roster = hold_roster(roster)
    demand_planner(actor, roster.station)
    if roster.state != RosterState.PUBLISHED:
        raise Conflict("这个月的排班还没有公布,直接重新排就可以。")
    reason = checked_reason(reason, needed=True)
    branches = list(branches_of(roster))
    hold_places(branches)
    changes = []
    for month in read_months(roster, branches=branches, today=today_here(at)):
        demand_held(month.members, held)
        changes += _replan_branch(roster, month, reason, actor, at)
    audit.record(
        "replan_roster", actor=actor, target=roster.station, at=at, month=str(roster.month), changed=len(changes)
    )
    return changes


def preview_replan(**facts) -> list[RosterChange]:
    """Return what `replan_roster` would change, with nothing written; the same arguments, the same refusals."""
    with transaction.atomic():
        changes = replan_roster(**facts)
        transaction.set_rollback(True)
    return changes


def _replan_branch(roster: Roster, month: BranchMonth, reason: str, actor, at: datetime) -> list[RosterChange]:
    before, after = month.plan, best_plan(month)
    people = _people_of(month, before)
    write_plan(month, after, told_on=today_here(at))
    changes = []
    for shift, was, will in zip(month.shifts, before, after, strict=True):
        for key in set(was) - set(will):
            drop_offers_of_place(shift, people[key], actor, at)
        words = _difference(people, was, will)
        if words:
            text = f"{day_words(shift)}:{words}"
            changes.append(write_change(shift, text, reason=reason, actor=actor, at=at))
    told = _own_changes(month.shifts, before, after)
    soon = {key for shift, keys in zip(month.shifts, after, strict=True) if is_near(at, shift.date) for key in keys}
    for urgent in (True, False):
        texts = {
            people[key]: f"{month.branch.name}的排班有调整:{words}{reason_words(reason)}。"
            for key, words in told.items()
            if (key in soon) == urgent
        }
        tell_each(texts, at, of=roster, urgent=urgent)
    return [change for change in changes if change]


def _people_of(month: BranchMonth, plan: Plan) -> dict[int, Deputy]:
    """The members, and whoever has a place without being one any more."""
    others = {key for keys in plan for key in keys} - set(month.members)
    found = Deputy.objects.filter(pk__in=others).select_related("user").in_bulk() if others else {}
    return {**month.members, **found}


def _difference(people: dict[int, Deputy], was: list[int], will: list[int]) -> str:
    off = "、".join(people[key].name for key in was if key not in will)
    on = "、".join(people[key].name for key in will if key not in was)
    return ",".join(word + names for word, names in (("去掉", off), ("加上", on)) if names)


def _own_changes(shifts: list[Shift], before: Plan, after: Plan) -> dict[int, str]:
    """For everybody whose days change: which are gone and which are new."""
    was, will = _days_by_person(shifts, before), _days_by_person(shifts, after)
    found = {}
    for key in [*was, *(key for key in will if key not in was)]:
        off, on = was.get(key, set()) - will.get(key, set()), will.get(key, set()) - was.get(key, set())
        words = [f"{dates_words(off)}不用值班了"] if off else []
        words += [f"请您{dates_words(on)}值班"] if on else []
        if words:
            found[key] = ",".join(words)
    return found


def _days_by_person(shifts: list[Shift], plan: Plan) -> dict[int, set]:
    found: dict[int, set] = {}
    for shift, keys in zip(shifts, plan, strict=True):
        for key in keys:
            found.setdefault(key, set()).add(shift.date)
    return found
