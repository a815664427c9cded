"""Named queries over tickets."""

from datetime import date

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from opinions.states import ANSWERED, ENDED, Kind, Stage, State
from stations.querysets import PlacedQuerySet, scope_of


class OpinionQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff and head: their places; a department: what it leads or assists; a deputy: what one raised or signed."""
        scope = scope_of(user)
        seen = Q(pk=None)
        for column, keys in (
            ("county", scope.counties), ("station", scope.townships), ("branch", scope.headed),
            ("department", scope.departments),
        ):  # fmt: skip
            if keys:
                seen |= Q(**{f"{column}__in": keys})
        if scope.departments:
            seen |= Q(pk__in=_rows("Assistance").filter(department__in=scope.departments).values("opinion"))
        if user.is_authenticated and not scope.counties:  # who sees the whole county needs no more, and a plain index
            own = _rows("Deputy", "deputies").filter(user=user.pk).values("pk")
            seen |= Q(deputy__in=own) | Q(
                pk__in=_rows("Cosigner").filter(deputy__in=own, declined_at=None).values("opinion")
            )
        return self.filter(seen)

    def opinions(self):
        return self.filter(kind=Kind.OPINION)

    def suggestions(self):
        return self.filter(kind=Kind.SUGGESTION)

    def open(self):
        return self.exclude(state__in=ENDED)

    def valid(self):
        """Everything that counts in figures: neither void nor merged into another."""
        return self.exclude(state__in=[State.VOID, State.MERGED])

    def overdue(self, on: date):
        """Open tickets whose due day has passed; overdue is derived, never stored."""
        return self.open().filter(due_on__lt=on)

    def held_by(self, code: str):
        """Tickets that the place or department with this code has to act on."""
        return self.filter(Q(holder_station__code=code) | Q(holder_department__code=code))

    def registered_within(self, start: date, end: date):
        return self.filter(registered_on__range=(start, end))

    def ended_within(self, start: date, end: date):
        """Tickets that ended on one of these days, both included (of the county's calendar)."""
        return self.filter(ended_at__date__range=(start, end))

    def late(self):
        """A stage of it was finished after its due day. What is still running is a matter of `overdue`."""
        stages = _rows("Clock").filter(opinion=OuterRef("pk"), is_main=True, stopped_on__gt=F("due_on"))
        return self.filter(Exists(stages))

    def in_time(self):
        """No stage of it was finished late."""
        return self.exclude(pk__in=self.late().values("pk"))

    def reworked(self):
        return self.filter(Exists(_rows("Hop").filter(opinion=OuterRef("pk"), to_state=State.REWORKING)))

    def transferred(self):
        """Tickets that were handed over to a department at least once."""
        return self.filter(Exists(_rows("Hop").filter(opinion=OuterRef("pk"), move="transfer")))

    def told(self):
        return self.exclude(told_at=None)

    def supervised(self):
        return self.filter(supervision__isnull=False)

    def tracked(self):
        """Suggestions answered with class B that wait for the answer after it."""
        return self.filter(tracked=True)

    def to_follow_up(self):
        """Closed tickets whose villager has not been asked again yet (回访)."""
        clocks = _rows("Clock").filter(opinion=OuterRef("pk"), stage=Stage.FOLLOW_UP, stopped_on=None)
        return self.filter(Exists(clocks), state=State.CLOSED)

    def to_tell(self):
        """Merged tickets whose proposer has not been told the answer of the other one yet."""
        return self.filter(state=State.MERGED, told_at=None, merged_into__state__in=ANSWERED)

    def matching(self, text: str):
        """Search in number, text and the deputy's name or pinyin initials."""
        text = text.strip()
        if not text:
            return self
        return self.filter(
            Q(text__contains=text)
            | Q(number__contains=text)
            | Q(deputy__name__contains="".join(text.split()))
            | Q(deputy__initials__startswith=text.lower())
        )

    def waiting_for(self, user):
        """Tickets that are this person's move to make now, most urgent first."""
        scope = scope_of(user)
        mine = Q(pk=None)
        if scope.counties:
            mine |= Q(holder_station__in=scope.counties)
        if scope.townships:
            mine |= Q(holder_station__in=scope.townships) | Q(holder_station__parent__in=scope.townships)
        if scope.headed:
            mine |= Q(holder_station__in=scope.headed)
        if scope.departments:
            mine |= Q(holder_department__in=scope.departments)
        if user.is_authenticated:
            mine |= Q(state=State.REPLIED, deputy__user=user.pk)
        return self.open().filter(mine)

    def for_list(self):
        """Everything a list row shows, in one query."""
        return self.select_related(
            "branch__parent",
            "station",
            "register",
            "deputy",
            "department",
            "holder_station__parent",
            "holder_department",
        )


def _rows(model: str, app: str = "opinions"):
    return apps.get_model(app, model)._default_manager.all()


class ClockQuerySet(QuerySet):
    def running(self):
        """Clocks that have not been stopped; a paused one is among them."""
        return self.filter(stopped_on=None)

    def main(self):
        return self.filter(is_main=True)


class HopQuerySet(QuerySet):
    def in_order(self):
        return self.select_related("actor", "standing_in_for", "place", "department").order_by("pk")
