"""The first day of publicity: the last rescoring, and from then on facts no longer change the year."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.common.texts import long_day
from julu_liaison.common.working_days import Calendar, today_here
from scoring.models import Scheme, YearClosing
from scoring.services.ledger import rescore
from scoring.services.standings import standings_of
from scoring.services.years.holding import hold_year
from scoring.services.years.marking import mark_chains
from scoring.services.years.stages import stage_of
from scoring.services.years.telling import tell_people
from scoring.services.years.unfinished import open_claims
from scoring.states import YearStage

NAMED = 5  # people in a sentence


@transaction.atomic
def publish_year(*, scheme: Scheme, actor, at: datetime) -> YearClosing:
    """Begin publicity (公示) of a year: score everybody once more, then freeze it; tell deputies and clerks.

    Not before evidence is no longer taken, nor while a claim of the year is open. Publicity lasts as many working days
    after today as the scheme says. Raises NotAllowed, Conflict.
    """
    scheme, closing = hold_year(scheme, actor)
    today = today_here(at)
    _demand_ready(scheme, closing, today)
    rescore(county=scheme.county, year=scheme.year, at=at)
    closing = YearClosing.objects.create(
        scheme=scheme, publicity_from=today, publicity_until=publicity_end(scheme, today), published_by=actor,
        published_at=at,
    )  # fmt: skip
    standings = standings_of(scheme)
    chains = mark_chains(closing, standings)
    people = [row.deputy.pk for row in standings]
    page = reverse("point-year-list", args=[scheme.year])
    told = tell_people(scheme, people, _words(scheme, closing), link=page, staff_link=page, actor=actor, at=at)
    audit.record(
        "publish_year", actor=actor, target=scheme, at=at, year=scheme.year, until=closing.publicity_until.isoformat(),
        people=len(people), told=told, chains=chains,
    )  # fmt: skip
    return closing


def publicity_end(scheme: Scheme, start: date) -> date:
    """Publicity's last day if it began on `start`; the day itself is not counted, so nobody has less time."""
    days = scheme.publicity_days
    calendar = Calendar.load(start, start + timedelta(days=days * 3 + 30))
    return calendar.add_working_days(start, max(days, 1))


def _demand_ready(scheme: Scheme, closing: YearClosing | None, today: date) -> None:
    stage = stage_of(scheme, closing, today)
    if closing is not None:
        raise Conflict(f"{scheme.year}年已经公示过了,从{long_day(closing.publicity_from)}起。")
    if stage != YearStage.READY:
        raise Conflict(f"补报材料收到{long_day(scheme.late_until)}为止,过了那天才能公示。")
    claims = open_claims(scheme)
    if claims:
        names = names_of([claim.deputy.name for claim in claims])
        raise Conflict(
            f"还有{len(claims)}件加分申报没有办完({names}),请先办完再公示。", claims=[str(claim.uid) for claim in claims]
        )


def names_of(names: Sequence[str]) -> str:
    """A few names for a sentence."""
    return "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")


def _words(scheme: Scheme, closing: YearClosing) -> str:
    return (
        f"{scheme.year}年履职积分从今天起公示,到{long_day(closing.publicity_until)}为止。"
        "请核对自己的得分;哪一笔不对,请在公示期内提出复核。"
    )
