"""What a new version of a scheme did to people's scores: counted, said, and told to each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from activities.services.addressees import tell_deputies
from deputies.models import Deputy
from julu_liaison.common.texts import long_day
from julu_liaison.notices.states import Kind
from scoring.models import SchemeVersion
from scoring.rules.changes import plain
from scoring.services.scores import Score

LONGEST_WHY = 120  # in a notice


@dataclass(frozen=True)
class Effect:
    """By how much totals changed, by key of each deputy of whose score anything changed."""

    differences: Mapping[int, Decimal]

    @property
    def words(self) -> str:
        if not self.differences:
            return "没有代表的得分变化。"
        values = list(self.differences.values())
        more, less = sum(value > 0 for value in values), sum(value < 0 for value in values)
        total = sum(values, Decimal(0))
        same = f",{len(values) - more - less}位总分没变" if more + less < len(values) else ""
        together = f"一共{'增加' if total > 0 else '减少'}{plain(abs(total))}分" if total else "合计没有相差"
        return f"{len(values)}位代表的得分有变化:{more}位增加,{less}位减少{same},{together}。"


def effect_of(before: Mapping[int, Score], after: Mapping[int, Score]) -> Effect:
    """Compare everybody's scores; `after` has the same people."""
    return Effect({key: after[key].total - score.total for key, score in before.items() if after[key] != score})


def tell_effect(version: SchemeVersion, effect: Effect, at: datetime) -> None:
    """One notice to everybody concerned, with the reason and nobody's points."""
    year = version.scheme.year
    people = Deputy.objects.filter(pk__in=effect.differences).select_related("user").order_by("pk")
    text = (
        f"{year}年积分方案改为第{version.number}版,从{long_day(version.starts_on)}起的事按新分值算,您的得分有变化,请点开核对。"
        f"为什么改:{version.why[:LONGEST_WHY]}"
    )
    tell_deputies(people, text, f"{reverse('my-score')}?year={year}", at, kind=Kind.POINTS)
