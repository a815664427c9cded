"""Saying truly who was told of something and who has no account and has to be telephoned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.shortcuts import render

from activities.services.addressees import reach_of
from deputies.models import Deputy, Membership
from deputies.permissions import sees_whole_phones
from deputies.states import Gender
from stations.models import Station


@dataclass(frozen=True)
class Call:
    """Somebody to be telephoned, and what to say."""

    deputy: Deputy
    branch: Station | None
    words: str = ""


def calls_page(request, words_of: Mapping[Deputy, str], *, on: date, **context):
    """The list of those among `words_of` who have no account, to be printed; phones for who may see them whole."""
    to_call = reach_of(words_of).to_call
    members = Membership.objects.in_force(on).filter(deputy__in=to_call).select_related("branch")
    branches = {row.deputy_id: row.branch for row in members}
    rows = [Call(person, branches.get(person.pk), words_of[person]) for person in to_call]
    rows.sort(key=lambda row: (row.branch.official_order if row.branch else 0, row.deputy.sort_key, row.deputy.code))
    context |= {"rows": rows, "phones": sees_whole_phones(request.user), "has_words": any(words_of.values())}
    return render(request, "activities/calls.html", context)


def told_words(people: Iterable[Deputy], *, done: bool = True) -> str:
    """`通知了2位,79位没有账号,要打电话`; with `done=False` of what is about to happen: `会通知2位,…`."""
    told, to_call = reach_of(people)
    word = "通知了" if done else "会通知"
    if not to_call:
        return f"{word}{len(told)}位代表"
    if not told:
        return f"{len(to_call)}位代表都没有账号,要打电话"
    return f"{word}{len(told)}位,{len(to_call)}位没有账号,要打电话"


def names_told(people: Iterable[Deputy]) -> str:
    """The same of a few, by name, as sentences: `已经通知李代表。钱站长没有账号,请打电话告诉他。`"""
    told, to_call = reach_of(people)
    words = f"已经通知{_names(told)}。" if told else ""
    return words + (f"{_names(to_call)}没有账号,请打电话告诉{_them(to_call)}。" if to_call else "")


def _names(people: list[Deputy]) -> str:
    return "、".join(person.name for person in people)


def _them(people: list[Deputy]) -> str:
    one = "她" if all(person.gender == Gender.FEMALE for person in people) else "他"
    return one if len(people) == 1 else f"{one}们"
