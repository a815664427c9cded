"""The year's account closed: everybody's result written down, under one digest."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict
from julu_liaison.common.texts import long_day
from julu_liaison.common.working_days import today_here
from scoring.models import Scheme, YearClosing, YearResult
from scoring.rules.results import digest_of_year
from scoring.services.ledger import rescore
from scoring.services.results import new_result, result_line_of
from scoring.services.standings import standings_of
from scoring.services.years.holding import hold_year
from scoring.services.years.publishing import names_of
from scoring.services.years.stages import stage_of
from scoring.services.years.telling import tell_people
from scoring.services.years.unfinished import open_appeals
from scoring.states import YearStage

BATCH = 1000


@transaction.atomic
def close_year(*, scheme: Scheme, actor, at: datetime) -> YearClosing:
    """Close a year (结账) after its publicity: results of everybody, digest, notices. Raises NotAllowed, Conflict.

    From then on only granted appeals change it, each by a further edition of the deputy's result. The next year is not
    touched: it begins with its own base.
    """
    scheme, closing = hold_year(scheme, actor)
    closing = _demand_over(scheme, closing, today_here(at))
    rescore(county=scheme.county, year=scheme.year, at=at)  # an appeal granted a moment ago
    standings = standings_of(scheme)
    results = [new_result(closing, row, edition=1, appeal=None, at=at) for row in standings]
    YearResult.objects.bulk_create(results, batch_size=BATCH)
    closing.closed_by, closing.closed_at = actor, at
    closing.digest = digest_of_year(scheme.year, map(result_line_of, results))
    closing.save(update_fields=["closed_by", "closed_at", "digest"])
    people = [row.deputy.pk for row in standings]
    page = f"{reverse('my-score')}?year={scheme.year}"
    told = tell_people(scheme, people, _words(scheme), link=page, staff_link="", actor=actor, at=at)
    audit.record(
        "close_year", actor=actor, target=scheme, at=at, year=scheme.year, people=len(people), told=told,
        digest=closing.digest,
    )  # fmt: skip
    return closing


def _demand_over(scheme: Scheme, closing: YearClosing | None, today: date) -> YearClosing:
    if closing is None:
        raise Conflict(f"{scheme.year}年还没有公示,公示期满才能结账。")
    stage = stage_of(scheme, closing, today)
    if stage == YearStage.CLOSED:
        raise Conflict(f"{scheme.year}年已经结账了。结账以后只有复核通过才能更正。")
    if stage == YearStage.PUBLISHED:
        raise Conflict(f"公示到{long_day(closing.publicity_until)}为止,过了那天才能结账。")
    appeals = open_appeals(scheme)
    if appeals:
        names = names_of([appeal.deputy.name for appeal in appeals])
        raise Conflict(
            f"还有{len(appeals)}件复核没有答复({names}),请先答复再结账。", appeals=[str(one.uid) for one in appeals]
        )
    return closing


def _words(scheme: Scheme) -> str:
    return f"{scheme.year}年履职积分已经结账。以后只有复核通过才会更正,更正会注明。新一年从基础分重新计。"
