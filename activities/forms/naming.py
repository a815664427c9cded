"""People written down by name or code, one a line: who is meant, and what is wrong with the other lines."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from deputies.models import Deputy
from julu_liaison.common.texts import squeezed, tidy_name
from stations.models import Station

SEPARATORS = re.compile(r"[\n\r、,,;;]+")
MOST_NAMES = 300


def found_people(text: str, *, user, hosts: Iterable[Station], on: date) -> tuple[list[Deputy], list[str]]:
    """Return the deputies meant by `text` and a sentence for each line that names nobody or more than one person.

    Looked for among those whom `user` sees and those who serve with the hosts; of namesakes the only one who serves
    with the hosts on the day `on` is meant.
    """
    lines = [line.strip() for line in SEPARATORS.split(text) if line.strip()]
    if not lines:
        return [], []
    if len(lines) > MOST_NAMES:
        return [], [f"一次最多写{MOST_NAMES}位,请分几次"]
    known = _known(lines, user=user, hosts=list(hosts), on=on)
    people, problems = {}, []
    for line in lines:
        meant = known[tidy_name(line)] or known[squeezed(line).upper()]
        if len(meant) == 1:
            people[meant[0].pk] = meant[0]
        else:
            problems.append(_problem(line, meant))
    return list(people.values()), problems


def _known(lines: list[str], *, user, hosts: list[Station], on: date) -> dict[str, list[Deputy]]:
    """Deputies by name and by code; namesakes outside the hosts' places give way to those inside."""
    words = {tidy_name(line) for line in lines} | {squeezed(line).upper() for line in lines}
    near = Q()
    for host in hosts:
        near |= Q(pk__in=Deputy.objects.serving(on, host).values("pk"))
    seen = Q(pk__in=Deputy.objects.visible_to(user).values("pk"))
    rows = Deputy.objects.filter(seen | near, Q(name__in=words) | Q(code__in=words)).with_places(on)
    inside = {host.pk for host in hosts}
    found: dict[str, list[Deputy]] = defaultdict(list)
    for person in rows:
        found[person.name].append(person)
        found[person.code.upper()].append(person)
    for word, people in found.items():
        own = [person for person in people if places_of(person) & inside]
        found[word] = own if len(own) == 1 else people
    return found


def places_of(person: Deputy) -> set[int]:
    """Keys of the branch, station and county of a person read `with_places`; of the county alone without a branch."""
    branch = person.membership_now.branch if person.membership_now else None
    return {branch.pk, branch.parent_id, branch.county_id} if branch else {person.county_id}


def _problem(line: str, meant: list[Deputy]) -> str:
    line = line[:40]
    if not meant:
        return f"没有找到“{line}”,请核对姓名,或者写编号"
    codes = "、".join(person.code for person in meant[:5])
    return f"有{len(meant)}位叫“{line}”({codes}),请改写编号"
