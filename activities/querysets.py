"""Named queries over shifts, leave, logs, visits, attendance, activities and service records."""

from datetime import date, timedelta

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from activities.states import (
    CALLED_OFF,
    SERVED,
    ActivityState,
    Handling,
    LeaveState,
    LogState,
    ReportState,
    RosterState,
    ShiftState,
    SwapState,
)
from deputies.querysets import DatedQuerySet
from stations.querysets import Among, PlacedQuerySet, scope_of
from stations.states import Level

FURTHEST_MOVED = timedelta(days=92)  # how far from its Sunday a reception is looked for: holidays and snow are days


def _rows(model: str, app: str = "activities"):
    return apps.get_model(app, model)._default_manager.all()


def _deputy_of(user):
    """The key of the deputy whose account it is."""
    return _rows("Deputy", "deputies").filter(user=user.pk).values("pk")


def _held_first():
    return Case(When(state=ShiftState.PLANNED, then=0), default=1)


class ShiftQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff their places, drafts too; head and deputy the roster of their branch once it is published."""
        scope = scope_of(user)
        told = Q(branch__in=scope.branches, roster__state=RosterState.PUBLISHED)
        return self.filter(Q(county__in=scope.counties) | Q(station__in=scope.townships) | told)

    def within(self, start: date, end: date):
        return self.filter(date__range=(start, end))

    def of_month(self, month: date):
        """Reception days that count for the month `month` lies in, whenever they are held."""
        return self.filter(for_sunday__year=month.year, for_sunday__month=month.month)

    def counting_within(self, start: date, end: date):
        """Reception days that count for these days: by their Sunday, whenever they are held."""
        return self.filter(for_sunday__range=(start, end))

    def with_logs(self):
        """Annotate `is_logged`, and `is_prompt` for a log that was filed in time."""
        logs = _rows("DutyLog").valid().filter(branch=OuterRef("branch"), date=OuterRef("date"))
        return self.annotate(is_logged=Exists(logs), is_prompt=Exists(logs.prompt()))

    def on_day(self, branch, day: date):
        """The branch's shifts of one day, one that is to be held before one called off."""
        return self.filter(branch=branch, date=day).order_by(_held_first(), "pk")

    def around(self, branches, day: date):
        """Shifts of `branches` held on `day`, or moved away from it; of one branch the one to look at comes last."""
        return self.filter(Q(date=day) | Q(for_sunday=day), branch__in=branches).order_by(_held_first().desc(), "-pk")

    def duties_of(self, deputy, since: date):
        """The published days from `since` on that the deputy is on, called off or not, in order."""
        rows = self.filter(places__deputy=deputy, date__gte=since, roster__state=RosterState.PUBLISHED)
        return rows.order_by("date", "pk")

    def on_the_calendar(self):
        """Shifts that are (to be) held: called-off ones left out."""
        return self.exclude(state__in=CALLED_OFF)

    def published(self):
        return self.filter(roster__state=RosterState.PUBLISHED)

    def understaffed(self, start: date, end: date, team: int):
        """Published days from `start` to `end` on which fewer than `team` deputies are."""
        rows = self.published().filter(state=ShiftState.PLANNED, date__range=(start, end))
        return rows.annotate(team=Count("places")).filter(team__lt=team)

    def in_order(self):
        """Branch by branch in official order, each by date, with people."""
        return self.with_people().order_by("branch__official_order", "branch__code", "date", "pk")

    def with_people(self):
        return self.select_related("branch__parent").prefetch_related("places__deputy")


class DeputysQuerySet(PlacedQuerySet):
    """For placed rows that belong to one deputy: staff and head see those of their places, everyone the own."""

    own = "deputy"

    def visible_to(self, user):
        own = Q(**{f"{self.own}__user": user.pk}) if user.is_authenticated else Q(pk=None)
        scope = scope_of(user)
        return self.filter(
            Q(county__in=scope.counties) | Q(station__in=scope.townships) | Q(branch__in=scope.headed) | own
        )


class LeaveQuerySet(DeputysQuerySet):
    def approved(self):
        return self.filter(state=LeaveState.APPROVED)

    def asked(self):
        """Leave that waits to be decided."""
        return self.filter(state=LeaveState.ASKED)

    def overlapping(self, start: date, end: date):
        """Leave that counts on at least one day from `start` to `end`, both included."""
        return self.filter(started_on__lte=end, ended_on__gte=start)

    def from_duty(self):
        """Leave from everything of its days; leave from one activity alone left out."""
        return self.filter(activity=None)

    def with_details(self):
        return self.select_related("deputy", "branch__parent", "activity", "decided_by", "asked_by")


class SwapQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Whoever sees the branch's roster, for an offer is made to all of its members; and who gives or takes."""
        scope = scope_of(user)
        own = Q(giver__user=user.pk) | Q(taker__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(
            Q(county__in=scope.counties) | Q(station__in=scope.townships) | Q(branch__in=scope.branches) | own
        )

    def open(self):
        return self.filter(state__in=(SwapState.OFFERED, SwapState.TAKEN))

    def coming(self, today: date):
        """Swaps of days still to come that take place with the giver on them; the others have lapsed."""
        rows = self.filter(shift__date__gt=today, shift__places__deputy=F("giver"))
        return rows.exclude(shift__state__in=CALLED_OFF)

    def with_details(self):
        return self.select_related(
            "giver", "taker", "shift__branch__parent__parent", "shift__roster", "return_shift__branch"
        )


class DutyLogQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff and head their places; a deputy the logs they appear in."""
        scope = scope_of(user)
        seen = Q(county__in=scope.counties) | Q(station__in=scope.townships) | Q(branch__in=scope.headed)
        if user.is_authenticated and scope.may_be_deputys:
            seen |= Q(Among(F("pk"), _rows("Attendance").filter(deputy__in=_deputy_of(user)).values("log")))
        return self.filter(seen)

    def valid(self):
        return self.exclude(state=LogState.VOID)

    def within(self, start: date, end: date):
        """Logs of sessions held from `start` to `end`, both included."""
        return self.filter(date__range=(start, end))

    def counting_within(self, start: date, end: date):
        """Logs that count for these days, as in the monthly report: by the Sunday of their reception, else by their own date.

        Annotates that day as `counts_on`.
        """
        shifts = _rows("Shift").filter(branch=OuterRef("branch"), date=OuterRef("date")).order_by("for_sunday")
        near = self.within(start - FURTHEST_MOVED, end + FURTHEST_MOVED)
        counted = near.annotate(counts_on=Coalesce(Subquery(shifts.values("for_sunday")[:1]), F("date")))
        return counted.filter(counts_on__range=(start, end))

    def prompt(self):
        """Logs filed within the days that their county calls in time (按时登记)."""
        limits = dict(_rows("FilingLimit").values_list("county", "prompt_days"))
        usual = apps.get_model("activities", "FilingLimit")._meta.get_field("prompt_days").default
        in_time = Q(waited__lte=timedelta(days=usual)) & ~Q(county__in=limits)
        for county, days in limits.items():
            in_time |= Q(county=county, waited__lte=timedelta(days=days))
        return self.annotate(waited=TruncDate("filed_at") - F("date")).filter(in_time)

    def unconfirmed(self):
        """Logs that count and wait for the head."""
        return self.valid().filter(confirmed_at=None)

    def for_register(self):
        """With what a line of the register shows, except the number of opinions."""
        return self.select_related("branch", "register", "recorder").prefetch_related("attendance__deputy")

    def totals(self) -> dict:
        """Return `logs`, `received`, `households`, `leaflets` of the rows."""
        sums = self.aggregate(
            logs=Count("pk"), received=Sum("received"), households=Sum("households"), leaflets=Sum("leaflets")
        )
        return {name: value or 0 for name, value in sums.items()}


class AttendanceQuerySet(models.QuerySet):
    def counted(self):
        """Attendance in logs that are not void."""
        return self.exclude(log__state=LogState.VOID)

    def served(self):
        return self.filter(status__in=SERVED)

    def within(self, start: date, end: date):
        return self.filter(log__date__range=(start, end))


class VisitQuerySet(PlacedQuerySet):
    """Visible to the staff and the head of the place; who the villager was is a matter of `can_reveal_villager`."""

    def valid(self):
        return self.exclude(state=LogState.VOID)

    def decided(self, decision: str):
        """Visits that became tickets (`opinion`), were dealt with on the spot (`here`) or `refused`."""
        if decision == "refused":
            return self.exclude(refusal="")
        is_ticket = Q(handling=Handling.OPINION)
        return self.filter(is_ticket) if decision == "opinion" else self.filter(~is_ticket, refusal="")

    def for_register(self):
        """Everything a line of the register shows, in one query; phones are not even read."""
        rows = self.select_related("branch__parent", "register", "deputy", "recorder", "opinion")
        return rows.defer("villager_phone", "opinion__villager_name", "opinion__villager_phone")

    def within(self, start: date, end: date):
        return self.filter(date__range=(start, end))


class ServiceRecordQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff and head of the place, and whoever served."""
        scope = scope_of(user)
        seen = Q(county__in=scope.counties) | Q(station__in=scope.townships) | Q(branch__in=scope.headed)
        if user.is_authenticated and scope.may_be_deputys:
            served = _rows("ServiceRecord_deputies").filter(deputy__in=_deputy_of(user))
            seen |= Q(Among(F("pk"), served.values("servicerecord")))
        return self.filter(seen)

    def valid(self):
        return self.exclude(state=LogState.VOID)

    def within(self, start: date, end: date):
        return self.filter(date__range=(start, end))


class WorkPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff: of their places; head and deputy: of their branch and its station."""
        scope = scope_of(user)
        return self.filter(
            Q(county__in=scope.counties)
            | Q(station__in=scope.townships | scope.branches)
            | Q(station__parent__in=scope.townships)
            | Q(station__children__in=scope.branches)
        ).distinct()


class PlanItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(plan__in=apps.get_model("activities", "WorkPlan").objects.visible_to(user))

    def promised(self):
        """Without those that were dropped."""
        return self.filter(dropped_reason="")

    def with_progress(self, on: date):
        """Annotate `held` (times so far) and `next_on` (the next one announced from the day `on`, or None); in due order."""
        announced = Q(activities__state=ActivityState.ANNOUNCED, activities__held_on__gte=on)
        return self.annotate(
            held=Count("activities", filter=Q(activities__state=ActivityState.HELD)),
            next_on=Min("activities__held_on", filter=announced),
        ).order_by("due_on", "pk")


class LivelihoodProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever serves in the county: activities name the project they inspect."""
        scope = scope_of(user)
        own = apps.get_model("stations", "Station").objects.filter(pk__in=scope.townships | scope.branches)
        return self.filter(Q(county__in=scope.counties) | Q(county__in=own.values("county")))

    def with_inspections(self):
        """Annotate `inspections`: how many activities that took place named the project."""
        held = Q(activities__state=ActivityState.HELD)
        return self.annotate(inspections=Count("activities", filter=held)).order_by("-year", "pk")


class CompleteMonthQuerySet(models.QuerySet):
    def standing(self):
        """Declared and not taken back."""
        return self.filter(taken_back_at=None)


class MonthReportQuerySet(PlacedQuerySet):
    """Staff their places, a head the own branch; a report above the branch has no `branch`, so only staff see it."""

    def reporting(self):
        """Of the places that report: a branch that was closed or merged before the month has nothing to say any more."""
        return self.exclude(Q(place__closed_on__lte=F("month")) & ~Q(state=ReportState.LOCKED))

    def of_month(self, month: date):
        return self.reporting().filter(month=month.replace(day=1))

    def waiting(self):
        """Not agreed to yet."""
        return self.reporting().filter(state=ReportState.DRAFT)

    def locked(self):
        return self.filter(state=ReportState.LOCKED)

    def in_official_order(self):
        """The county's, then each station's followed by its branches'."""
        rows = self.select_related("place__parent", "branch", "station", "county")
        return rows.order_by(
            F("station__official_order").asc(nulls_first=True), F("station__code").asc(nulls_first=True),
            F("branch__official_order").asc(nulls_first=True), F("branch__code").asc(nulls_first=True),
        )  # fmt: skip


class ExemptionQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """The county and the clerk of the deputy's station, today or earlier; everyone the own. Reasons are private."""
        scope = scope_of(user)
        placed = apps.get_model("deputies", "Membership").objects.filter(branch__parent__in=scope.townships)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(Q(deputy__county__in=scope.counties) | Q(deputy__in=placed.values("deputy")) | own)


class ActivityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff: of their places, held alone or with others; everyone: those one was asked to."""
        scope = scope_of(user)
        seen = Q(county__in=scope.counties) | Q(station__in=scope.townships | scope.headed)
        if scope.townships:
            below = _rows("Station", "stations").filter(parent__in=scope.townships).values("pk")
            partners = _rows("Activity_partners").filter(station__in=scope.townships)
            seen |= Q(Among(F("station"), below)) | Q(Among(F("pk"), partners.values("activity")))
        if user.is_authenticated and scope.may_be_deputys:
            asked = _rows("ActivityAttendance").filter(deputy__in=_deputy_of(user))
            seen |= Q(Among(F("pk"), asked.values("activity")))
        return self.filter(seen)

    def waiting_for_answer(self, deputy, on: date):
        """Activities to come to which `deputy` is asked and can still say whether they come."""
        rows = apps.get_model("activities", "ActivityAttendance").objects.filter(deputy=deputy, expected=True, sign_up="")
        open_until = Q(sign_up_until=None, held_on__gte=on) | Q(sign_up_until__gte=on)
        return self.filter(open_until, state=ActivityState.ANNOUNCED, pk__in=rows.values("activity"))

    def held(self):
        """Activities that took place, not those announced or cancelled."""
        return self.filter(state=ActivityState.HELD)

    def under(self, place):
        if place.level == Level.CENTRE:
            return self.filter(county=place.pk)
        return self.filter(Q(station=place.pk) | Q(station__parent=place.pk))

    def within(self, start: date, end: date):
        return self.filter(held_on__range=(start, end))


class ActivityAttendanceQuerySet(models.QuerySet):
    def with_stand_in(self):
        """Add `stood_in`: whether somebody came to the activity in the deputy's place."""
        rows = apps.get_model("activities", "ActivityAttendance").objects
        return self.annotate(stood_in=Exists(rows.filter(activity=OuterRef("activity"), stands_in_for=OuterRef("deputy"))))
