"""Whether every ticket is held, its history explains its state and its time is right: a report for `check_data`."""

from collections.abc import Iterator

from django.db.models import Exists, F, Max, OuterRef, Q, Window
from django.db.models.functions import Lag

from activities.services import misplaced_rows
from opinions.models import Clock, Hop, Opinion, Term
from opinions.services.clocks import DEFAULT_TERMS
from opinions.states import ENDED, Kind, Stage, State
from stations.models import Station

NOBODY = Q(holder_station=None, holder_department=None)


def ticket_problems() -> list[str]:
    """Return what is wrong with tickets, one sentence each; as many queries for a million tickets as for one."""
    return [
        *misplaced_rows(Opinion, "意见建议"),
        *_of_holders(),
        *_of_histories(),
        *_of_clocks(),
        *_of_entries(),
        *_missing_terms(),
    ]


def _missing_terms() -> Iterator[str]:
    """Without a term nobody has a deadline, and a suggestion could be returned for ever."""
    wanted = {(kind, stage) for kind, stage, *_more in DEFAULT_TERMS}
    had: dict[int, set] = {}
    for county, kind, stage in Term.objects.values_list("county", "kind", "stage"):
        had.setdefault(county, set()).add((kind, stage))
    for county in Station.objects.centres():
        for kind, stage in sorted(wanted - had.get(county.pk, set())):
            yield f"办理期限 {county.code}: {Kind(kind).label}的“{Stage(stage).label}”没有期限"


def _of_holders() -> Iterator[str]:
    for ticket in Opinion.objects.open().filter(NOBODY):
        yield f"意见建议 {ticket.uid}: 没办完,但没有人在办"
    for ticket in Opinion.objects.filter(state__in=ENDED).exclude(NOBODY):
        yield f"意见建议 {ticket.uid}: 已经结束,却还有人在办"
    for ticket in Opinion.objects.filter(state=State.AT_DEPARTMENT, holder_department=None):
        yield f"意见建议 {ticket.uid}: 在部门办理,但没有承办部门"


def _of_histories() -> Iterator[str]:
    """The last hop leads to the ticket's state, each begins where the one before led to; versions count the hops."""
    last = Hop.objects.filter(opinion=OuterRef("pk")).order_by("-pk")
    for lost in Opinion.objects.annotate(shown=last.values("to_state")[:1]).exclude(shown=F("state")):
        yield f"意见建议 {lost.uid}: 办理过程到“{lost.shown or '空'}”,状态却是“{lost.state}”"
    before = Window(Lag("to_state"), partition_by="opinion", order_by="pk")
    torn = Hop.objects.annotate(before=before).exclude(before=None).exclude(before=F("from_state"))
    for hop in torn.select_related("opinion"):
        yield f"意见建议 {hop.opinion.uid}: “{hop.move}”这一步接不上前一步"
    counted = Opinion.objects.annotate(newest=Max("hops__version")).exclude(newest=0)  # 0: rows older than versions
    for ticket in counted.exclude(newest=F("version")):
        yield f"意见建议 {ticket.uid}: 版本{ticket.version}与办理过程的{ticket.newest}不符"


def _of_entries() -> Iterator[str]:
    """What a villager sent in is known by a row and by the ticket itself, which hides it until it is checked."""
    wrong = Opinion.objects.filter(Q(from_web=True, entry=None) | Q(from_web=False, entry__isnull=False))
    for uid in wrong.values_list("uid", flat=True):
        yield f"意见建议 {uid}: “群众网上反映”的标记与提交记录不符"


def _of_clocks() -> Iterator[str]:
    """An open ticket has the due day of its running main clock, none while that stands still; an ended one is silent."""
    running = Clock.objects.running().select_related("opinion")
    for clock in running.filter(opinion__state__in=ENDED).filter(Q(is_main=True) | Q(alert_on__isnull=False)):
        yield f"意见建议 {clock.opinion.uid}: 已经结束,“{clock.get_stage_display()}”还在计时"
    main = running.main().exclude(opinion__state__in=ENDED)
    waits = Q(opinion__state=State.WAITING)
    for clock in main.exclude(waits).exclude(stage=F("opinion__state")) | main.filter(waits).exclude(
        stage=F("opinion__paused_state")
    ):
        yield f"意见建议 {clock.opinion.uid}: 在计“{clock.get_stage_display()}”的时间,状态却是“{clock.opinion.state}”"
    for clock in main.filter(Q(waits, paused_on=None) | (~waits & Q(paused_on__isnull=False))):
        yield f"意见建议 {clock.opinion.uid}: 计时的暂停与状态不符"
    due = main.filter(opinion=OuterRef("pk"), paused_on=None)
    wrong = Opinion.objects.filter(~Exists(due), due_on__isnull=False)
    late = main.filter(Q(paused_on=None) & (Q(opinion__due_on=None) | ~Q(due_on=F("opinion__due_on"))))
    for uid in [*wrong.values_list("uid", flat=True), *late.values_list("opinion__uid", flat=True)]:
        yield f"意见建议 {uid}: 期限与计时不符"
    for clock in running.filter(Q(due_on__lt=F("started_on"))):
        yield f"意见建议 {clock.opinion.uid}: “{clock.get_stage_display()}”的期限早于起算日"
