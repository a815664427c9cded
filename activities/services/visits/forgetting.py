"""Who came, set right or let go of: the matter of a visit stays, its person goes (个人信息保护法)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from activities.models import Visit
from activities.permissions import can_reveal_villager
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.personal_data import demand_how
from julu_liaison.common.texts import checked_phone, clean_text, tidy_name

LONGEST = {"villager_name": 40, "villager_phone": 20, "villager_village": 40}
LABELS = {"villager_name": "姓名", "villager_phone": "电话", "villager_village": "住处"}
READERS = {"villager_name": tidy_name, "villager_phone": checked_phone, "villager_village": clean_text}


def forget_visitors(*, visits: Iterable[int]) -> int:
    """Blank name and phone of these visits (keys); return how many there were. Whoever calls it records why."""
    return Visit.objects.filter(pk__in=list(visits)).update(villager_name="", villager_phone="")


def rewrite_visitor(*, visit_id: int, who: dict[str, str]) -> None:
    """Step of correcting a ticket's villager: the visit behind it says the same. Whoever calls it records why."""
    Visit.objects.filter(pk=visit_id).update(**who, version=F("version") + 1)


def checked_person(who: dict[str, str]) -> dict[str, str]:
    """Return what was typed of a villager, tidied; what is empty stays as it was, so it is left out.

    Raises DomainError with a sentence for each field, and where nothing was typed at all.
    """
    found, problems = {}, {}
    for name, typed in who.items():
        try:
            found[name] = READERS[name](typed)
        except DomainError as error:
            problems[name] = error.message.rstrip("。")
            continue
        if len(found[name]) > LONGEST[name]:
            problems[name] = f"{LABELS[name]}请控制在{LONGEST[name]}字以内"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    found = {name: value for name, value in found.items() if value}
    if not found:
        raise DomainError("请把要更正的填上,不改的空着。", fields={"villager_name": "请把要更正的填上"})
    return found


@transaction.atomic
def correct_visitor(*, visit: Visit, who: dict[str, str], how: str, actor, at: datetime) -> Visit:
    """Correct `villager_name`, `villager_phone`, `villager_village` of a visit at the villager's own wish; `how` is in what
    way it was put forward. The month may be closed: it is no figure. Raises NotAllowed, Conflict, DomainError.
    """
    demand_how(how)
    row = _held(visit, actor)
    changes = checked_person(who)
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*changes, "version"])
    audit.record("correct_villager_data", actor=actor, target=row, at=at, number=row.number, how=how, fields=sorted(changes))
    return row


@transaction.atomic
def forget_visitor(*, visit: Visit, how: str, actor, at: datetime) -> Visit:
    """Let go of who came, at the villager's own wish: name, phone, sex and where they live."""
    demand_how(how)
    row = _held(visit, actor)
    row.villager_name = row.villager_phone = row.villager_village = row.villager_sex = ""
    row.version += 1
    row.save(update_fields=["villager_name", "villager_phone", "villager_village", "villager_sex", "version"])
    audit.record("forget_villagers", actor=actor, target=row, at=at, why="request", how=how, tickets=0, visits=1)
    return row


def _held(visit: Visit, actor) -> Visit:
    row = Visit.objects.select_for_update(of=("self",)).select_related("opinion", "county").get(pk=visit.pk)
    if not can_reveal_villager(actor, row):
        raise NotAllowed("群众的信息由站长、联络站和县人大办公室更正、删去。")
    if hasattr(row, "opinion"):
        raise Conflict("这一件已经转为意见,请到意见里更正或删去,接待登记会跟着改。")
    return row
