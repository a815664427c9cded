"""Named queries over tickets."""

from datetime import date

from django.apps import apps
from django.db.models import Q, QuerySet

from opinions.states import ENDED, Kind, State
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
