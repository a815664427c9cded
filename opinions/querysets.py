"""Named queries over tickets."""

from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value

from julu_liaison.common.working_days import today_here
from opinions.states import ENDED, SETTLED, SOON_DAYS, STILL_ASKED, AskedState, Kind, Stage, State
from stations.querysets import Among, PlacedQuerySet, Scope, scope_of
from stations.states import COUNTY_ROLES

UNCHECKED = Q(from_web=True, state=State.REGISTERED)


class Indexed(Func):
    """Does the index of a search hold the words of this tsquery? PostgreSQL only: migration 0008 adds its column."""

    output_field = BooleanField()

    def __init__(self, words: str):
        super().__init__(F("search_words"), Value(words))

    def as_sql(self, compiler: Any, connection: Any, *_function, **_context: Any) -> Any:
        column, words = self.get_source_expressions()
        return f'{connection.ops.quote_name(column.alias)}."search" @@ %s::tsquery', [words.value]  # type: ignore[attr-defined]


class OpinionQuerySet(PlacedQuerySet):
    def visible_to(self, user):
        """Staff and head: their places; a department: what it leads or assists; a deputy: what one raised or signed.

        What a villager has sent in and nobody has checked yet is its station's clerk's; the county's once that is overdue.
        """
        scope = scope_of(user)
        seen = Q()  # nothing that is always false in it: an OR keeps PostgreSQL from walking an index in order
        for column, keys in (
            ("county", scope.counties), ("station", scope.townships), ("branch", scope.headed),
            ("department", scope.departments),
        ):  # fmt: skip
            if keys:
                seen |= Q(**{f"{column}__in": keys})
        if scope.departments:
            seen |= Q(Among(F("pk"), _rows("Assistance").filter(department__in=scope.departments).values("opinion")))
        if user.is_authenticated and scope.may_be_deputys:
            own = _rows("Deputy", "deputies").filter(user=user.pk).values("pk")
            signed = _rows("Cosigner").filter(deputy__in=own, declined_at=None).values("opinion")
            seen |= Q(Among(F("deputy"), own)) | Q(Among(F("pk"), signed))
        return self.filter(seen)._checked_before(scope) if seen else self.none()

    def _checked_before(self, scope: Scope):
        """A condition beside the ORs of the scope: it is asked of the rows that an index has found."""
        elsewhere = any((scope.counties, scope.branches, scope.departments))
        if scope.townships and not elsewhere:
            return self  # nothing a clerk sees is hidden from a clerk
        known = ~UNCHECKED
        if scope.townships:
            known |= Q(station__in=scope.townships)
        if staffed := scope.places(*COUNTY_ROLES):
            known |= Q(county__in=staffed, due_on__lt=today_here())
        return self.filter(known)

    def opinions(self):
        return self.filter(kind=Kind.OPINION)

    def suggestions(self):
        return self.filter(kind=Kind.SUGGESTION)

    def open(self):
        return self.exclude(state__in=ENDED)

    def standing(self):
        """Neither void nor merged into another."""
        return self.exclude(state__in=[State.VOID, State.MERGED])

    def checked(self):
        """Without what villagers have sent in and nobody has checked yet (待核对的群众网上反映)."""
        return self.filter(~UNCHECKED)

    def unchecked(self):
        return self.filter(UNCHECKED)

    def valid(self):
        """Everything that counts in figures: standing and checked."""
        return self.standing().checked()

    def overdue(self, on: date):
        """Open tickets whose due day has passed; overdue is derived, never stored."""
        return self.open().filter(due_on__lt=on)

    def not_overdue(self, on: date):
        """All the others, those that have ended among them."""
        return self.filter(Q(state__in=ENDED) | Q(due_on=None) | Q(due_on__gte=on))

    def due_soon(self, on: date):
        """Open tickets that are due on the day `on` or in the few days after it."""
        return self.open().filter(due_on__range=(on, on + timedelta(days=SOON_DAYS)))

    def held_by(self, code: str):
        """Tickets that the place or department with this code has to act on."""
        return self.filter(Q(holder_station__code=code) | Q(holder_department__code=code))

    def registered_within(self, start: date, end: date):
        return self.filter(registered_on__range=(start, end))

    def late(self):
        """A stage of it was finished after its due day. What is still running is a matter of `overdue`."""
        return self.filter(Exists(_late_stages()))

    def in_time(self):
        """No stage of it was finished late."""
        return self.filter(~Exists(_late_stages()))

    def reworked(self):
        return self.filter(Exists(_rows("Hop").filter(opinion=OuterRef("pk"), to_state=State.REWORKING)))

    def transferred(self):
        """Tickets that were handed over to a department at least once."""
        return self.filter(Exists(_handovers()))

    def never_transferred(self):
        return self.filter(~Exists(_handovers()))

    def extended(self):
        """Tickets whose department was granted more time at least once."""
        return self.filter(Exists(_rows("Extension").filter(opinion=OuterRef("pk"), granted=True)))

    def assisted_by(self, code: str):
        """Tickets that the department with this code assists, or has assisted."""
        return self.filter(Exists(_rows("Assistance").filter(opinion=OuterRef("pk"), department__code=code)))

    def unvisited(self):
        """Suggestions with a department that has not talked with the deputy about them yet (没有面商)."""
        talks = _rows("Consultation").filter(opinion=OuterRef("pk"))
        return self.suggestions().exclude(department=None).filter(~Exists(talks))

    def told(self):
        return self.exclude(told_at=None)

    def untold(self):
        """Tickets whose proposer has not been told a result, whether there is one or not."""
        return self.filter(told_at=None)

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
        return self.filter(state=State.MERGED, told_at=None, merged_into__state__in=SETTLED)

    def waiting_to_tell(self):
        """Tickets with a result that has not been told yet: answered ones, and merged ones whose other one is."""
        merged = Q(state=State.MERGED, told_at=None, merged_into__state__in=SETTLED)
        return self.filter(Q(state=State.REPLIED) | merged)

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

    def without_villager(self):
        """Leave the sealed columns in the database: nobody pays for decrypting what is not shown."""
        return self.defer("villager_name", "villager_phone")

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
            "detail__session",
            "supervision",
        )

    def with_class(self):
        """Annotate `given_class`, the class of the last answer that was signed; empty without one."""
        answers = _rows("Reply").filter(opinion=OuterRef("pk"), signed_at__isnull=False).order_by("-pk")
        return self.annotate(given_class=Subquery(answers.values("reply_class")[:1]))

    def with_asking(self):
        """Annotate `villager_asks`: does a villager's request about the own data wait for an answer?"""
        waiting = _rows("VillagerRequest").filter(opinion=OuterRef("pk"), state=AskedState.ASKED)
        return self.annotate(villager_asks=Exists(waiting))


def _rows(model: str, app: str = "opinions"):
    return apps.get_model(app, model)._default_manager.all()


def _late_stages():
    return _rows("Clock").filter(opinion=OuterRef("pk"), is_main=True, stopped_on__gt=F("due_on"))


def _handovers():
    return _rows("Hop").filter(opinion=OuterRef("pk"), move="transfer")


class ClockQuerySet(QuerySet):
    def running(self):
        """Clocks that have not been stopped; a paused one is among them."""
        return self.filter(stopped_on=None)

    def main(self):
        return self.filter(is_main=True)


class HopQuerySet(QuerySet):
    def in_order(self):
        return self.select_related("actor", "standing_in_for", "place", "department").order_by("pk")


class VillagerRequestQuerySet(QuerySet):
    """What villagers ask for about their own data (群众更正、删除申请)."""

    def visible_to(self, user):
        """Those of the tickets that `user` sees; who may read a villager's words is asked of each (`can_settle_villager`)."""
        return self.filter(opinion__in=_rows("Opinion").visible_to(user))

    def settled_at(self, places: set[int]):
        """Of tickets of these places (keys): of a county, a station, a branch."""
        of = Q(opinion__county__in=places) | Q(opinion__station__in=places) | Q(opinion__branch__in=places)
        return self.filter(of)

    def waiting(self):
        """Nobody has answered yet."""
        return self.filter(state=AskedState.ASKED)

    def open(self):
        return self.filter(state__in=STILL_ASKED)

    def promised(self):
        """Promised, and the ticket has ended: nobody has to call the villager any more (`rules.asked.needs_contact`)."""
        untold = Q(opinion__state=State.MERGED, opinion__told_at=None) & ~Q(opinion__merged_into__state__in=ENDED)
        return self.filter(state=AskedState.PROMISED, opinion__state__in=ENDED).exclude(untold)
