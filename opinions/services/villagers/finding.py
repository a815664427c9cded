"""What is held under a phone, found for the answer to a letter of its owner (个人信息保护法 art. 45).

Sealed columns cannot be searched, and no column of digests is kept for it: equal digests would tell whoever has the
database which matters are one person's. So every phone of the county is opened and compared, which takes seconds and is
seldom asked for (docs/adr/0028-personal-data.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from activities.models import Visit
from deputies.models import Constituent
from julu_liaison.accounts.models import User
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import checked_phone, phone_digits
from opinions.models import Opinion
from opinions.permissions import can_find_villagers
from opinions.services.villagers.showing import Looks, looks_at
from stations.models import Station

PURPOSES = ("本人来信要求查看", "本人来信要求更正", "本人来信要求删除", "家属代为提出", "上级转来的个人信息申诉")
AT_ONCE = 2000
MOST_A_DAY = 30


@dataclass(frozen=True)
class Found:
    """Where a phone is held in a county: rows without names, and who has looked at them."""

    tickets: Sequence[Opinion]
    visits: Sequence[Visit]
    constituents: Sequence[Constituent]
    looks: Sequence[Looks]

    @property
    def total(self) -> int:
        return len(self.tickets) + len(self.visits) + len(self.constituents)


@transaction.atomic
def find_villager(*, phone: str, county: Station, purpose: str, actor, at: datetime) -> Found:
    """Return every ticket, visit without a ticket and constituent of `county` under this phone; recorded with its purpose,
    never with the phone. Raises NotAllowed, DomainError for what is no phone and for a purpose that is none of PURPOSES,
    Conflict after MOST_A_DAY look-ups: letters are few, and a list of numbers tried out one by one is no letter.
    """
    if not can_find_villagers(actor, county.pk):
        raise NotAllowed("按电话查找群众信息由县级管理员办理。")
    wanted = _checked(phone, purpose)
    User.objects.select_for_update().get(pk=actor.pk)  # what is sent at once is counted one by one
    if audit.count_today("find_villager", actor=actor, at=at) >= MOST_A_DAY:
        raise Conflict(f"今天已经按电话查了{MOST_A_DAY}次,到了一天的上限。急着办的,请到意见建议里按编号找,其余的明天再查。")
    tickets = Opinion.objects.visible_to(actor).opinions().filter(county=county)
    alone = Visit.objects.filter(county=county, opinion=None)
    constituents = Constituent.objects.filter(deputy__county=county)
    found = Found(
        tickets=_rows(tickets.select_related("register", "branch__parent", "visit"), "villager_phone", wanted),
        visits=_rows(alone.select_related("register", "branch__parent"), "villager_phone", wanted),
        constituents=_rows(constituents.select_related("deputy"), "phone", wanted),
        looks=[],
    )
    visits = [*found.visits, *(row.visit for row in found.tickets if row.visit)]
    looks = looks_at([str(row.uid) for row in found.tickets] + [str(row.uid) for row in visits])
    audit.record(
        "find_villager", actor=actor, target=county, county_code=county.code, at=at, purpose=purpose,
        tickets=len(found.tickets), visits=len(found.visits), constituents=len(found.constituents),
    )  # fmt: skip
    return Found(found.tickets, found.visits, found.constituents, looks)


def _checked(phone: str, purpose: str) -> str:
    problems = {}
    try:
        wanted = checked_phone(phone)
    except DomainError as error:
        wanted, problems["phone"] = "", error.message.rstrip("。")
    if not wanted and not problems:
        problems["phone"] = "请填要查的电话"
    if purpose not in PURPOSES:
        problems["purpose"] = "请选为什么查"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    return wanted.replace("-", "")


def _rows(rows: QuerySet, column: str, wanted: str) -> list:
    """The rows whose sealed phone is the one wanted, however it was typed; keys first, so that no row is held long."""
    sealed = rows.exclude(**{column: ""}).order_by().values_list("pk", column)
    keys = [
        key for key, phone in sealed.iterator(chunk_size=AT_ONCE) if phone_digits(phone).replace("-", "") == wanted
    ]
    return list(rows.filter(pk__in=keys).order_by("-pk"))
