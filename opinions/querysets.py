"""Named queries over tickets."""

from datetime import date

from django.db.models import Q, QuerySet

from opinions.states import ENDED, Kind, State
from stations.querysets import PlacedQuerySet, scope_of


class OpinionQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff and head: their places; a department: what it holds or has answered; a deputy: one's own."""
        scope = scope_of(user)
        own = Q(deputy__user=user.pk) if user.is_authenticated else Q(pk=None)
        return self.filter(
            Q(county__in=scope.counties)
            | Q(station__in=scope.townships)
            | Q(branch__in=scope.headed)
            | Q(department__in=scope.departments)
            | own
        )

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
            "branch__parent", "station", "register", "deputy", "department", "holder_station__parent", "holder_department"
        )


class HopQuerySet(QuerySet):
    def in_order(self):
        return self.select_related("actor", "standing_in_for", "place", "department").order_by("pk")


