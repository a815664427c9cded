"""Late entry: until a set day of the next month, or its lock; afterwards only with a dated exception (补录许可)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from activities.models import FilingException, FilingLimit
from activities.permissions import can_allow_late_logs
from activities.rules import last_filing_day
from activities.services.month_reports.locking import locked_places
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.states import Level, Role

LIMIT_DAYS = range(1, 29)  # every month has them
PROMPT_RANGE = range(1, 32)
LONGEST_REASON = 100
LONGEST_OPEN = timedelta(days=60)


def closed_reason(place: Station, on: date, at: datetime, *, of_sessions: bool = True) -> str:
    """Why nothing of the day `on` can be entered, corrected or voided at `place` any more; empty while it can."""
    return closed_reasons([place], on, at, of_sessions=of_sessions).get(place.pk, "")


def closed_reasons(
    branches: Collection[Station], on: date, at: datetime, *, of_sessions: bool = True
) -> dict[int, str]:
    """The same for several places, by key, in four queries at most; the open ones are left out.

    `of_sessions`: of receptions, which count for their Sunday; what else is recorded counts for its own day.
    """
    today = today_here(at)
    limits = FilingLimit.objects.filter(county__in={branch.county_id for branch in branches})
    last_days = {county: last_filing_day(on, day) for county, day in limits.values_list("county", "day") if day}
    shut = {
        branch.pk: _sentence(on, last_days[branch.county_id])
        for branch in branches
        if today > last_days.get(branch.county_id, today)
    }
    shut |= {
        key: _locked_sentence(month, on) for key, month in locked_places(branches, on, of_sessions=of_sessions).items()
    }
    if not shut:
        return {}
    allowed = _places_with_exception([branch for branch in branches if branch.pk in shut], on, today)
    return {
        branch.pk: shut[branch.pk]
        for branch in branches
        if branch.pk in shut and not allowed & {branch.pk, branch.parent_id, branch.county_id}
    }


def _places_with_exception(branches: list[Station], on: date, today: date) -> set[int]:
    keys = {key for branch in branches for key in (branch.pk, branch.parent_id, branch.county_id)}
    rows = FilingException.objects.filter(place__in=keys, started_on__lte=on, ended_on__gte=on, open_until__gte=today)
    return set(rows.values_list("place", flat=True))


def _sentence(on: date, last: date) -> str:
    return (
        f"{on.year}年{on.month}月的登记到{last.year}年{last.month}月{last.day}日截止了,"
        "补登记、更正和作废要先请县人大办公室批准补录。"
    )


def _locked_sentence(month: date, on: date) -> str:
    return f"{month.year}年{month.month}月的月报已经锁定,补登记、更正和作废要先请县人大办公室批准补录{on.month}月{on.day}日的。"


def demand_open(place: Station, on: date, at: datetime, *, of_sessions: bool = True) -> None:
    """Raise DomainError where that day is closed at `place`."""
    reason = closed_reason(place, on, at, of_sessions=of_sessions)
    if reason:
        raise DomainError(reason, fields={"date": "这个月已经截止,请县人大办公室批准补录"})


def _demand_county(actor, county_id: int) -> None:
    if not can_allow_late_logs(actor, county_id):
        raise NotAllowed("补录期限由县人大办公室规定和批准。")


def _county_of(place: Station) -> int:
    return place.county_id or place.pk


@transaction.atomic
def set_filing_limit(
    *, county: Station, day: int | None, actor, at: datetime, prompt_days: int | None = None
) -> FilingLimit:
    """Set until which day of the next month logs are open in a county (补录期限); None: without limit.

    `prompt_days`: within how many days a log counts as filed in time; None leaves it as it is.
    """
    _demand_county(actor, county.pk)
    if day is not None and day not in LIMIT_DAYS:
        raise DomainError("请填1到28之间的日子,不设期限就空着。", fields={"day": "请填1到28,不设期限就空着"})
    if prompt_days is not None and prompt_days not in PROMPT_RANGE:
        raise DomainError("请填1到31之间的天数。", fields={"prompt_days": "请填1到31"})
    limit, _created = FilingLimit.objects.select_for_update().get_or_create(county=county)
    prompt = limit.prompt_days if prompt_days is None else prompt_days
    if (limit.day, limit.prompt_days) != (day, prompt):
        prompts: dict[str, Any] = {}
        if prompt != limit.prompt_days:
            prompts = {"prompt_before": limit.prompt_days, "prompt_after": prompt}
        audit.record("set_filing_limit", actor=actor, target=county, at=at, before=limit.day, after=day, **prompts)
        limit.day, limit.prompt_days = day, prompt
        limit.save(update_fields=["day", "prompt_days"])
    return limit


@transaction.atomic
def grant_exception(
    *, place: Station, started_on: date, ended_on: date, open_until: date, reason: str, actor, at: datetime
) -> FilingException:
    """Let a branch, a station or the whole county file, correct and void logs of some days until `open_until`."""
    _demand_county(actor, _county_of(place))
    problems = _exception_problems(started_on, ended_on, open_until, reason.strip(), today_here(at))
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    exception = FilingException.objects.create(
        place=place, started_on=started_on, ended_on=ended_on, open_until=open_until, reason=reason.strip(),
        granted_by=actor, granted_at=at,
    )  # fmt: skip
    audit.record(
        "grant_exception", actor=actor, target=place, at=at, started_on=str(started_on), ended_on=str(ended_on),
        open_until=str(open_until), reason=exception.reason,
    )  # fmt: skip
    _tell_clerks(exception, at)
    return exception


def _exception_problems(started_on: date, ended_on: date, open_until: date, reason: str, today: date) -> dict[str, str]:
    problems = {}
    if ended_on < started_on:
        problems["ended_on"] = "最后一天不能早于第一天"
    elif ended_on > today:
        problems["ended_on"] = "只能批准已经过去的日子"
    if open_until < today:
        problems["open_until"] = "请填今天或以后的日子"
    elif open_until > today + LONGEST_OPEN:
        problems["open_until"] = f"最多开放{LONGEST_OPEN.days}天,到期还没办好再批一次"
    if not reason:
        problems["reason"] = "请写原因"
    elif len(reason) > LONGEST_REASON:
        problems["reason"] = f"原因最多{LONGEST_REASON}个字"
    return problems


def _tell_clerks(exception: FilingException, at: datetime) -> None:
    """Tell the clerks of the stations concerned that, and until when, they can go on."""
    place = exception.place
    stations = {
        Level.BRANCH: Q(station=place.parent_id), Level.TOWNSHIP: Q(station=place.pk), Level.CENTRE: Q(station__county=place.pk),
    }[Level(place.level)]  # fmt: skip
    rows = Posting.objects.in_force(today_here(at)).filter(stations, role=Role.CLERK).select_related("user")
    first, last, until = exception.started_on, exception.ended_on, exception.open_until
    where = "全县" if place.level == Level.CENTRE else place.full_name
    text = (
        f"县人大办公室批准{where}补录{first.year}年{first.month}月{first.day}日到"
        f"{last.year}年{last.month}月{last.day}日的工作日志,到{until.month}月{until.day}日为止,请抓紧办好。"
    )
    users = {row.user_id: row.user for row in rows}
    people = [users[key] for key in sorted(users)]
    notify(kind=Kind.RECORD, users=people, text=text, link=reverse("duty-logs"), at=at, fit_for_outside=True)


@transaction.atomic
def end_exception(*, exception: FilingException, actor, at: datetime) -> FilingException:
    """Take back an exception that is still in force; it stays in the list as over since yesterday."""
    exception = FilingException.objects.select_for_update(of=("self",)).select_related("place").get(pk=exception.pk)
    _demand_county(actor, _county_of(exception.place))
    today = today_here(at)
    if exception.open_until < today:
        raise Conflict("这项许可已经到期了。")
    before, exception.open_until = exception.open_until, today - timedelta(days=1)
    exception.save(update_fields=["open_until"])
    audit.record(
        "end_exception", actor=actor, target=exception.place, at=at, started_on=str(exception.started_on),
        ended_on=str(exception.ended_on), open_until=str(before),
    )  # fmt: skip
    return exception
