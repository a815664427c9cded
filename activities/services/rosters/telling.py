"""Writing changes of a published roster down and telling those concerned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.urls import reverse

from activities.models import Roster, RosterChange, Shift
from activities.services.addressees import reach_of
from activities.services.rosters.holding import is_published
from deputies.models import Deputy
from julu_liaison.common.templatetags.liaison import day_in_year
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind

LONGEST_CHANGE = 200


def own_page(month: date) -> str:
    """Where a deputy sees the own branch's reception days of a month."""
    return f"{reverse('my-roster')}?month={month:%Y-%m}"


def roster_page(month: date) -> str:
    """Where a station sees its roster of a month."""
    return f"{reverse('roster')}?month={month:%Y-%m}"


def write_change(shift: Shift, text: str, *, reason: str, actor, at: datetime) -> RosterChange | None:
    """Write down one change of a published roster; a draft keeps no record of its making."""
    if not is_published(shift):
        return None
    return RosterChange.objects.create(
        roster=shift.roster, shift=shift, text=text[:LONGEST_CHANGE], reason=reason, actor=actor, at=at
    )


def tell(
    people: Iterable[Deputy], text: str, at: datetime, *, of: Roster, urgent: bool = False, fit_for_outside: bool = False
) -> None:  # fmt: skip
    """Put `text` into the inbox of each of the deputies who has an account; it leads to the month of the roster `of`."""
    users = {person.user for person in reach_of(people).told}
    notify(
        kind=Kind.DUTY, users=sorted(users, key=lambda user: user.pk), text=text, link=own_page(of.month), at=at,
        urgent=urgent, fit_for_outside=fit_for_outside,
    )  # fmt: skip


def is_near(at: datetime, *days: date) -> bool:
    """Is one of `days` today or tomorrow, so that a change of it is said at once, at whatever hour?"""
    today = today_here(at)
    return any(today <= day <= today + timedelta(days=1) for day in days)


def tell_each(texts: Mapping[Deputy, str], at: datetime, *, of: Roster, **how: bool) -> None:
    """Tell every deputy their own text; `how` as for `tell`."""
    people_by_text = defaultdict(list)
    for person, text in texts.items():
        people_by_text[text].append(person)
    for text, people in people_by_text.items():
        tell(people, text, at, of=of, **how)


def own_days(roster: Roster) -> dict[Deputy, list[Shift]]:
    """Return the reception days of everybody on the roster, in order of date."""
    shifts = Shift.objects.filter(roster=roster).on_the_calendar().select_related("branch")
    found = defaultdict(list)
    for shift in shifts.prefetch_related("places__deputy__user").order_by("date", "pk"):
        for place in shift.places.all():
            found[place.deputy].append(shift)
    return found


def people_on(roster: Roster) -> list[Deputy]:
    """Whoever has a reception day or another service in the month: those whom its publishing concerns."""
    return list(duty_words(roster))


def duty_words(roster: Roster, *, since: date | None = None) -> dict[Deputy, str]:
    """What each of those has to know of the days from `since` on: branch by branch, and the other service (four queries)."""
    since = since or date.min
    words: dict[Deputy, list[str]] = defaultdict(list)
    for person, shifts in own_days(roster).items():
        words[person] += [f"{day_in_year(one.date)} {one.branch.name}" for one in shifts if one.date >= since]
    for service in roster.other_services.select_related("deputy__user"):
        if service.by >= since:
            words[service.deputy].append(f"{service.get_form_display()},最晚{day_in_year(service.by)}")
    return {person: "、".join(parts) for person, parts in words.items() if parts}


def dates_words(days: Iterable[date]) -> str:
    """`3月8日 星期日、3月22日 星期日`, each date once."""
    return "、".join(day_in_year(day) for day in sorted(set(days)))


def reason_words(reason: str) -> str:
    return f",原因:{reason}" if reason else ""
