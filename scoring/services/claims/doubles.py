"""The same thing claimed twice: same day and item, same words, same paper."""

from collections.abc import Iterable

from deputies.models import Deputy
from julu_liaison.common.errors import Conflict
from julu_liaison.common.texts import squeezed
from scoring.models import BonusClaim
from scoring.states import Item

SHORTEST_NUMBER = 5  # characters of what names one paper; “9号” may be of many
FAMILIES = ("honour_", "media_")  # one paper is of one level


def demand_first(people: Iterable[Deputy], row: BonusClaim, another: bool) -> None:
    """Raises Conflict where one of `people` claimed what `row` says; they are held, so of two at once the second waits.

    Two courses of one day are two claims, and one paper may tell of a speech and of an honour: `another` says so. The
    same words or the same paper of one day never are, nor is a paper of the year for the same item on another day or
    for another level of the honour.
    """
    claims = BonusClaim.objects.taking_part().filter(deputy__in=people, year=row.occurred_on.year).exclude(pk=row.pk)
    rows = list(claims.select_related("deputy").order_by("pk"))
    here = [one for one in rows if (one.item, one.occurred_on) == (row.item, row.occurred_on)]
    shown = [one for one in rows if one not in here and _names_one(row.evidence) and _same_paper(one, row)]
    again = [one for one in shown if _family(one.item) == _family(row.item)]
    if again:
        raise _used_up(again)
    if not another and (here or shown):
        raise _asked(here or shown)
    said = [one for one in here if squeezed(one.text) == squeezed(row.text) or _same_paper(one, row)]
    if said:
        fields = {"text": "和报过的一样"}
        raise Conflict(f"{_told(said)},不用再报。", fields=fields, claims=[str(one.uid) for one in said])


def _same_paper(one: BonusClaim, row: BonusClaim) -> bool:
    return squeezed(one.evidence) == squeezed(row.evidence) != ""


def _names_one(evidence: str) -> bool:
    """Whether it is a number or an issue, not words such as “见照片” that fit many papers."""
    text = squeezed(evidence)
    return len(text) >= SHORTEST_NUMBER and any(letter.isdigit() for letter in text)


def _family(item: str) -> str:
    return next((family for family in FAMILIES if item.startswith(family)), item)


def _used_up(claims: list[BonusClaim]) -> Conflict:
    names = "、".join(dict.fromkeys(one.deputy.name for one in claims))
    sentence = f"“{claims[0].evidence}”{names}已经报过,一份材料只加一次分;是另一份的,请把编号写完整"
    return Conflict(
        f"{_told(claims)},用的是同一份材料“{claims[0].evidence}”,不能再报。是另一份材料的,请把编号写完整。",
        fields={"evidence": sentence}, claims=[str(one.uid) for one in claims],
    )  # fmt: skip


def _asked(claims: list[BonusClaim]) -> Conflict:
    told = _told(claims)
    return Conflict(
        f"{told}。确实是另一件事的,请勾选“是另一件事”再提交。", fields={"another": f"{told},真是另一件事才勾选"},
        claims=[str(one.uid) for one in claims],
    )  # fmt: skip


def _told(claims: list[BonusClaim]) -> str:
    first, names = claims[0], "、".join(dict.fromkeys(one.deputy.name for one in claims))
    day, item = f"{first.occurred_on.month}月{first.occurred_on.day}日", Item(first.item).label
    return f"{names}{day}的“{item}”已经申报过({first.text},{first.get_state_display()})"
