"""Confirming, accepting, locking and sending back: what is agreed to is always the figures of this moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from activities.models import FilingException, MonthReport, Shift
from activities.rules.months import MonthFigures, changes, read_month, settled_digest
from activities.services.month_reports.editions import (
    current_edition,
    figures_of,
    last_editions,
    put_editions,
    put_steps,
)
from activities.services.month_reports.reasons import exceptions_for
from activities.states import ReportState
from activities.workflow import MONTH_MOVES
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed, StaleVersion
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from stations.models import Posting, Station
from stations.services import hold_places
from stations.states import Role

LONGEST_REASON = 100
NAMED = 3  # changes in a refusal; the page shows them all
STALE = "刚才又有登记改动了这个月的数字,请看过以后再点一次。"


@transaction.atomic
def confirm_month(*, report: MonthReport, seen: str, actor, at: datetime) -> MonthReport:
    """The head agrees to the branch's month (站长确认). `seen`: the digest of the figures that were looked at.

    Again, when something was recorded since. Raises StaleVersion where the figures are not the ones seen, Conflict.
    """
    report = _taken(report, "confirm", actor)
    figures = _read(report, at)
    _demand_seen(figures, seen)
    _demand_held([report.place], report, at)
    if report.state == ReportState.CONFIRMED and not changes(_kept(report), figures, of_tickets=False):
        raise Conflict("已经确认过了。")
    return _make(report, "confirm", {report: figures}, actor, at)


@transaction.atomic
def accept_month(*, report: MonthReport, seen: str, actor, at: datetime) -> MonthReport:
    """The station agrees to its month and hands it to the county (联络站审核): once every branch's is confirmed as it stands."""
    report, figures, below = _seen_with_below(report, "accept", seen, actor, at)
    _demand_state(below, ReportState.CONFIRMED, "还没有确认,站长确认以后再审核")
    _demand_unchanged(below, figures, "站长确认以后有改动", "请站长再确认一次")
    return _make(report, "accept", _parts(below, figures) | {report: figures}, actor, at)


@transaction.atomic
def lock_month(*, report: MonthReport, seen: str, actor, at: datetime) -> MonthReport:
    """The county closes the month (锁定): every station has handed it in as it stands; from now on it needs an exception."""
    report, figures, below = _seen_with_below(report, "lock", seen, actor, at)
    stations = [one for one in below if not one.branch_id]
    _demand_state(stations, ReportState.ACCEPTED, "还没有报上来,都报了再锁定")
    _demand_unchanged(stations, figures, "报上来以后有改动", "请退回联络站,改好了再报")
    locked = _make(report, "lock", _parts(below, figures) | {report: figures}, actor, at)
    _tell_places(below, f"{report.month_words}的月报锁定了,以后要补录、更正,请先联系县人大办公室批准。", actor, at)
    return locked


@transaction.atomic
def return_month(*, report: MonthReport, reason: str, actor, at: datetime) -> MonthReport:
    """Send a branch's month back to its head with the reason (退回分站)."""
    report = _taken(report, "return", actor)
    return _send_back([report], "return", reason, actor, at)


@transaction.atomic
def send_back_month(*, report: MonthReport, reason: str, actor, at: datetime) -> MonthReport:
    """Send a station's month back with the reason (退回联络站); its branches' stay confirmed."""
    report = _taken(report, "hand_back", actor)
    accepted = MonthReport.objects.filter(station=report.station_id, month=report.month, state=ReportState.ACCEPTED)
    branches = list(accepted.exclude(branch=None).select_for_update())
    for branch in branches:
        branch.state = ReportState.CONFIRMED
    MonthReport.objects.bulk_update(branches, ["state"])
    put_steps(branches, last_editions(branches), move="hand_back", actor=actor, at=at, reason=_reason(reason))
    return _send_back([report], "hand_back", reason, actor, at)


@transaction.atomic
def reissue_month(*, report: MonthReport, reason: str, actor, at: datetime) -> MonthReport:
    """Make a locked month anew, at every place where it changed (重新出一版): the reason, and what let it change, stay with it."""
    report = _taken(report, "reissue", actor)
    reason = _reason(reason)
    figures = _read(report, at)
    if not changes(_kept(report), figures, of_tickets=False):
        raise Conflict("锁定以后没有改动,不用重新出。")
    everything = _parts(_below(report, figures), figures) | {report: figures}
    kept = last_editions(everything)
    changed = {
        one: part for one, part in everything.items() if changes(figures_of(kept[one.pk]), part, of_tickets=False)
    }
    made = _make(report, "reissue", changed, actor, at, reason=reason, exceptions=exceptions_for(report, changed))
    _tell_places(changed, f"{report.month_words}的月报重新出了一版,请点开看看改了什么。", actor, at)
    return made


def changes_since_lock(report: MonthReport, at: datetime) -> list[str]:
    """What the records say otherwise than a locked report, in words; tickets go on and are left out."""
    return changes(_kept(report), _read(report, at), of_tickets=False)


# ---- The steps they have in common ----


def _taken(report: MonthReport, name: str, actor) -> MonthReport:
    """The report as it is now, its places held so that nobody files meanwhile. Raises NotAllowed, Conflict."""
    places = Station.objects.filter(pk=report.place_id) | Station.objects.under(report.place)
    hold_places(places)
    report = MonthReport.objects.select_for_update(of=("self",)).select_related("place__parent").get(pk=report.pk)
    move = MONTH_MOVES[name]
    if not move.allowed(actor, report):
        raise NotAllowed("月报由站长确认、联络站审核、县人大办公室锁定。")
    if not (report.state in move.sources and move.fits(report)):
        raise Conflict(f"这份月报{report.get_state_display()},不能再{move.label}。")
    return report


def _read(report: MonthReport, at: datetime) -> MonthFigures:
    return read_month(place=report.place, month=report.month, on=today_here(at))


def _kept(report: MonthReport) -> MonthFigures:
    return figures_of(current_edition(report))


def _below(report: MonthReport, figures: MonthFigures) -> list[MonthReport]:
    """The reports of the places below that are in the figures. Raises Conflict where one, opened backwards, has none yet."""
    codes = [part.place.code for part in figures.by_place() if part.place.code != report.place.code]
    rows = MonthReport.objects.filter(place__code__in=codes, month=report.month).select_related("place__parent")
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    missing = sorted(set(codes) - {one.place.code for one in found})
    if missing:
        raise Conflict(f"{'、'.join(missing)}这个月的月报还没有生成,一个小时内会自动生成,还没有请联系管理员。")
    return found


def _parts(reports: Iterable[MonthReport], figures: MonthFigures) -> dict[MonthReport, MonthFigures]:
    parts = {part.place.code: part for part in figures.by_place()}
    return {report: parts[report.place.code] for report in reports}


def _make(
    report: MonthReport, name: str, parts: dict[MonthReport, MonthFigures], actor, at: datetime, *,
    reason: str = "", exceptions: Mapping[int, FilingException] | None = None,
) -> MonthReport:  # fmt: skip
    """Put everything into the new state, with an edition where it changed and a line of history each."""
    editions = put_editions(parts.items(), at=at, exceptions=exceptions)
    for one in parts:
        one.state = MONTH_MOVES[name].target_for(one, {})
    MonthReport.objects.bulk_update(parts, ["state"])
    put_steps(parts, editions, move=name, actor=actor, at=at, reason=reason)
    audit.record(
        f"{name}_month", actor=actor, target=report.place, at=at, month=f"{report.month:%Y-%m}", reports=len(parts),
        reason=reason,
    )  # fmt: skip
    return next(one for one in parts if one == report)


def _seen_with_below(
    report: MonthReport, name: str, seen: str, actor, at: datetime
) -> tuple[MonthReport, MonthFigures, list[MonthReport]]:
    """The report taken for a step above branches, its figures of this moment, which are those seen, and who is below."""
    report = _taken(report, name, actor)
    figures = _read(report, at)
    _demand_seen(figures, seen)
    return report, figures, _below(report, figures)


def _demand_state(reports: list[MonthReport], state: str, what: str) -> None:
    waiting = [one.place.name for one in reports if one.state != state]
    if waiting:
        raise Conflict(f"{'、'.join(waiting)}{what}。")


def _demand_seen(figures: MonthFigures, seen: str) -> None:
    if settled_digest(figures) != seen:
        raise StaleVersion(STALE)


def _demand_held(places: list[Station], report: MonthReport, at: datetime) -> None:
    """A day put off into the next month is still to come when its month is over."""
    shifts = Shift.objects.published().on_the_calendar().of_month(report.month).filter(branch__in=places)
    last = shifts.filter(date__gte=today_here(at)).order_by("date", "pk").last()
    if last:
        raise DomainError(f"{last.date.month}月{last.date.day}日的接待算{report.month.month}月的,那天过完了再确认。")


def _demand_unchanged(reports: list[MonthReport], figures: MonthFigures, what: str, then: str) -> None:
    """What was agreed to below is what the records say now, or it has to be agreed to again."""
    kept = last_editions(reports)
    for report, part in _parts(reports, figures).items():
        changed = changes(figures_of(kept[report.pk]), part, of_tickets=False)
        if changed:
            more = f"等{len(changed)}处" if len(changed) > NAMED else ""
            raise Conflict(f"{report.place.name}{what}:{';'.join(changed[:NAMED])}{more}。{then}。")


def _send_back(reports: list[MonthReport], name: str, reason: str, actor, at: datetime) -> MonthReport:
    reason = _reason(reason)
    report = reports[0]
    report.state = MONTH_MOVES[name].target_for(report, {})
    report.save(update_fields=["state"])
    put_steps([report], {report.pk: current_edition(report)}, move=name, actor=actor, at=at, reason=reason)
    audit.record(f"{name}_month", actor=actor, target=report.place, at=at, month=f"{report.month:%Y-%m}", reason=reason)
    _tell_below(report, reason, at)
    return report


def _reason(text: str) -> str:
    reason = clean_text(text)
    if not reason or len(reason) > LONGEST_REASON:
        raise DomainError("请写原因。", fields={"reason": f"请写原因,最多{LONGEST_REASON}个字"})
    return reason


def _tell_places(reports: Iterable[MonthReport], text: str, actor, at: datetime) -> None:
    """Tell the heads of the branches and the clerks of the stations whose reports these are; one notice a person."""
    places = {one.place_id for one in reports}
    rows = Posting.objects.in_force(today_here(at)).filter(station__in=places, role__in=(Role.BRANCH_HEAD, Role.CLERK))
    users = {row.user_id: row.user for row in rows.select_related("user") if row.user.is_active and row.user != actor}
    people = [users[key] for key in sorted(users)]
    notify(kind=Kind.RECORD, users=people, text=text, link=reverse("month-reports"), at=at, fit_for_outside=True)


def _tell_below(report: MonthReport, reason: str, at: datetime) -> None:
    role = Role.BRANCH_HEAD if report.branch_id else Role.CLERK
    rows = Posting.objects.in_force(today_here(at)).filter(role=role, station=report.place_id).select_related("user")
    users = {row.user_id: row.user for row in rows if row.user.is_active}
    text = f"{report.month_words}的月报退回来了:{reason}"
    notify(
        kind=Kind.RECORD, users=[users[key] for key in sorted(users)], text=text, link=reverse("month-reports"), at=at
    )
