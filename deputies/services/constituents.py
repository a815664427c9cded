"""Whom a deputy keeps in touch with (固定联系选民), and each time they were (联系记录).

Names and phones are villagers': they are in no message, audit row or log of this module.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from deputies.models import Constituent, Contact, Deputy, Mandate
from deputies.permissions import can_keep_constituents, can_load_constituents
from deputies.rules import CONSTITUENCY_LEVELS, CONSTITUENTS_EACH, most_at_once, spans
from deputies.states import ContactForm, ServiceRole
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import load_traced, save_traced
from julu_liaison.common.texts import checked_name, checked_phone, clean_text
from julu_liaison.common.working_days import today_here
from stations.models import Station, Village

NOT_YOURS = "固定联系选民由代表本人、分站站长、联络站工作人员和县人大办公室登记,需要的话请联系他们。"
FULL = f"一位代表同时联系{CONSTITUENTS_EACH}位选民,名额已经满了,请先结束联系其中一位。"
NO_MANDATE = "固定联系选民由县、乡镇人大代表联系,这位代表在这一天没有县级或乡级代表资格。"
READERS = {"name": checked_name, "phone": checked_phone, "note": clean_text}
LONGEST_NAME = 40
FIGURES = {"reached": "联系群众人数", "households": "走访户数", "leaflets": "发放资料份数"}
MOST = 9999
CHANGEABLE = {"name", "phone", "village", "note", "started_on"}


@dataclass(frozen=True)
class NewConstituent:
    """A constituent to load for `deputy`."""

    deputy: Deputy
    name: str
    started_on: date
    phone: str = ""
    village: Village | None = None
    note: str = ""


@dataclass(frozen=True)
class NewContact:
    """One time in touch to load."""

    constituent: Constituent
    date: date
    form: str
    note: str = ""


@transaction.atomic
def add_constituent(
    *, deputy: Deputy, name: str, started_on: date, actor, phone: str = "", village: Village | None = None,
    note: str = "", at: datetime | None = None,
) -> Constituent:  # fmt: skip
    """Write down a voter whom `deputy` keeps in touch with from `started_on` on; at most five at a time."""
    _demand_keeper(actor, deputy)
    _lock([deputy.pk])
    row = _checked(
        Constituent(deputy=deputy, started_on=started_on), name=name, phone=phone, village=village, note=note
    )
    _demand_past(started_on, at, "started_on")
    _demand_mandate(deputy, started_on, "started_on")
    _demand_room(row)
    _demand_new(row)
    _demand_villages_at_home(deputy.county, [row])
    save_traced(row, actor=actor)
    audit.record("add_constituent", actor=actor, target=row, county_code=deputy.county.code, at=at, deputy=deputy.code)
    return row


@transaction.atomic
def edit_constituent(*, constituent: Constituent, actor, at: datetime | None = None, **changes) -> Constituent:
    """Correct name, phone, village, note or the first day; another person is a constituent of their own."""
    deputy = constituent.deputy
    _demand_keeper(actor, deputy)
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise DomainError("这里只能改姓名、电话、村、情况和开始日期。", fields=dict.fromkeys(unknown, "不能改"))
    _lock([deputy.pk])
    fresh = _fresh(constituent)
    before = {name: getattr(fresh, name) for name in changes}
    _checked(fresh, **changes)
    changed = sorted(name for name, value in before.items() if getattr(fresh, name) != value)
    if not changed:
        return fresh
    if "started_on" in changed:
        _demand_fit_start(fresh, at)
    _demand_villages_at_home(deputy.county, [fresh])
    save_traced(fresh, actor=actor)
    audit.record("edit_constituent", actor=actor, target=fresh, county_code=deputy.county.code, at=at, columns=changed)
    return fresh


@transaction.atomic
def end_constituent(
    *, constituent: Constituent, ended_on: date, reason: str, actor, at: datetime | None = None
) -> Constituent:
    """Stop keeping in touch: `ended_on` is the last day. The records stay."""
    _demand_keeper(actor, constituent.deputy)
    _lock([constituent.deputy_id])
    fresh = _fresh(constituent)
    if fresh.ended_on:
        raise Conflict(f"已经在{fresh.ended_on:%Y年%m月%d日}结束联系了。")
    reason = clean_text(reason)
    if not reason:
        raise DomainError("请写明为什么不再联系,例如:迁出本村。", fields={"reason": "请写原因"})
    if ended_on < fresh.started_on:
        raise DomainError("结束日期不能早于开始日期,请改日期。", fields={"ended_on": "不能早于开始日期"})
    _demand_past(ended_on, at, "ended_on")
    if fresh.contacts.valid().filter(date__gt=ended_on).exists():
        raise DomainError("这一天以后还有联系记录,请把日期写晚一些。", fields={"ended_on": "后面还有联系记录"})
    fresh.ended_on, fresh.end_reason = ended_on, reason
    fresh.clean_fields(exclude=["name", "phone", "deputy"])
    save_traced(fresh, actor=actor, update_fields=["ended_on", "end_reason"])
    audit.record("end_constituent", actor=actor, target=fresh, county_code=fresh.deputy.county.code, at=at)
    return fresh


@transaction.atomic
def load_constituents(
    *, county: Station, people: list[NewConstituent], actor, at: datetime | None = None
) -> list[Constituent]:
    """Add many constituents of the county's deputies: what `add_constituent` does one by one, in a fixed number of
    queries and one audit row. A DomainError of one person carries `row`, the place in `people` from 0.
    """
    if not can_load_constituents(actor, county):
        raise NotAllowed(NOT_YOURS)
    if not people:
        return []
    deputies = {person.deputy.pk: person.deputy for person in people}
    _lock(deputies)
    _demand_within_reach(county, deputies, actor)
    rows = [_checked_in_list(index, person, at) for index, person in enumerate(people)]
    _demand_mandates(county, rows)
    _demand_rooms(county, rows)
    _demand_villages_at_home(county, rows)
    load_traced(rows, Constituent, actor=actor)
    audit.record(
        "load_constituents", actor=actor, target=county, county_code=county.code, at=at, added=len(rows),
        deputies=len(deputies),
    )  # fmt: skip
    return rows


@transaction.atomic
def record_contact(
    *, constituent: Constituent, date: date, form: str, actor, at: datetime, note: str = "",
    service_role: str = ServiceRole.LIAISON, reached: int = 1, households: int = 0, leaflets: int = 0,
) -> Contact:  # fmt: skip
    """Write down that the deputy was in touch with the constituent (联系记录). The same sent twice is one record.

    It is a service like others: in a role, with the people reached, the households visited, the leaflets given out.
    """
    deputy = constituent.deputy
    _demand_keeper(actor, deputy)
    _lock([deputy.pk])
    said = {
        "date": date, "form": form, "note": clean_text(note), "service_role": service_role, "reached": reached,
        "households": households, "leaflets": leaflets,
    }  # fmt: skip
    row = Contact(constituent=constituent, recorded_by=actor, recorded_at=at, **said)
    _demand_fit_contact(row, at)
    _demand_mandate(deputy, date, "date")
    same = constituent.contacts.valid().filter(**said).first()
    if same:
        return same
    row.save()
    audit.record("record_contact", actor=actor, target=row, county_code=deputy.county.code, at=at, form=form)
    return row


@transaction.atomic
def load_contacts(*, county: Station, contacts: list[NewContact], actor, at: datetime) -> list[Contact]:
    """Write down many contacts at once, for the county's own staff: one insert and one audit row."""
    if not can_load_constituents(actor, county):
        raise NotAllowed(NOT_YOURS)
    _demand_within_reach(county, {new.constituent.deputy_id for new in contacts}, actor)
    rows = [
        Contact(
            constituent=new.constituent, date=new.date, form=new.form, note=clean_text(new.note), recorded_by=actor,
            recorded_at=at,
        )
        for new in contacts
    ]  # fmt: skip
    for row in rows:
        _demand_fit_contact(row, at)
    Contact.objects.bulk_create(rows, batch_size=1000)
    audit.record("load_contacts", actor=actor, target=county, county_code=county.code, at=at, added=len(rows))
    return rows


@transaction.atomic
def void_contact(*, contact: Contact, reason: str, actor, at: datetime | None = None) -> Contact:
    """Take back a record that was a mistake; it stays with its reason and counts no longer."""
    deputy = contact.constituent.deputy
    _demand_keeper(actor, deputy)
    fresh = Contact.objects.select_for_update().get(pk=contact.pk)
    if fresh.void_reason:
        raise Conflict("这条联系记录已经作废了。")
    fresh.void_reason = clean_text(reason)
    if not fresh.void_reason:
        raise DomainError("作废后不能恢复,请写原因。", fields={"reason": "请写原因"})
    fresh.clean_fields()
    fresh.save(update_fields=["void_reason"])
    audit.record("void_contact", actor=actor, target=fresh, county_code=deputy.county.code, at=at)
    return fresh


def look_at_constituents(*, whose: Deputy | Station, people: int, actor, at: datetime) -> None:
    """Record that `actor` saw the names, maybe the phones, of `people` constituents of a deputy or branch (one row a page)."""
    county = whose.county or whose
    audit.record("view_constituents", actor=actor, target=whose, county_code=county.code, at=at, people=people)


# ---- What every one of them demands ------------------------------------------------------------------------------


def _demand_keeper(actor, deputy: Deputy) -> None:
    if not can_keep_constituents(actor, deputy):
        raise NotAllowed(NOT_YOURS)


def _lock(keys: Iterable[int]) -> None:
    """Until the end of the transaction nobody else counts or adds constituents of these deputies."""
    list(Deputy.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def _fresh(constituent: Constituent) -> Constituent:
    return Constituent.objects.select_related("deputy__county").get(pk=constituent.pk)


def _checked(row: Constituent, **values) -> Constituent:
    """Set `values` as tidied; errors name the field."""
    for name, value in values.items():
        try:
            setattr(row, name, READERS[name](value) if name in READERS else value)
        except DomainError as error:
            raise DomainError(error.message, fields={name: error.message}) from error
    if len(row.name) > LONGEST_NAME:
        raise DomainError("姓名太长了,请核对。", fields={"name": f"最多{LONGEST_NAME}个字"})
    row.clean_fields(exclude=["deputy", "village"])
    return row


def _demand_past(day: date, at: datetime | None, field: str) -> None:
    if day > today_here(at):
        raise DomainError("日期不能晚于今天,请改日期。", fields={field: "不能晚于今天"})


def _demand_mandate(deputy: Deputy, day: date, field: str) -> None:
    if not deputy.mandates.in_force(day).filter(level__in=CONSTITUENCY_LEVELS).exists():
        raise DomainError(NO_MANDATE, fields={field: "这一天没有县级或乡级代表资格"})


def _demand_room(row: Constituent) -> None:
    others = row.deputy.constituents.exclude(pk=row.pk).values_list("started_on", "ended_on")
    if most_at_once([*others, (row.started_on, row.ended_on)]) > CONSTITUENTS_EACH:
        raise Conflict(FULL)


def _demand_new(row: Constituent) -> None:
    """The same person is not written down twice: a second tap, or two people typing from one paper."""
    for other in row.deputy.constituents.filter(ended_on=None):
        if (other.name, other.phone) == (row.name, row.phone):
            raise Conflict("这位选民已经在名单里了。", fields={"name": "已经在名单里了"})


def _demand_fit_start(row: Constituent, at: datetime | None) -> None:
    """A corrected first day has to fit what is written down already."""
    _demand_past(row.started_on, at, "started_on")
    _demand_mandate(row.deputy, row.started_on, "started_on")
    _demand_room(row)
    if row.ended_on and row.ended_on < row.started_on:
        raise DomainError("开始日期不能晚于结束日期,请改日期。", fields={"started_on": "不能晚于结束日期"})
    if row.contacts.valid().filter(date__lt=row.started_on).exists():
        raise DomainError("这一天以前已有联系记录,请把日期写早一些。", fields={"started_on": "前面已有联系记录"})


def _demand_villages_at_home(county: Station, rows: list[Constituent]) -> None:
    keys = {row.village_id for row in rows if row.village_id}
    if keys and Village.objects.filter(pk__in=keys, branch__county=county).count() != len(keys):
        raise DomainError("请选本县的村。", fields={"village": "请选本县的村"})


def _demand_fit_contact(row: Contact, at: datetime) -> None:
    if row.form not in ContactForm.values:
        raise DomainError("请选联系的方式。", fields={"form": "请选联系的方式"})
    _demand_fit_figures(row)
    _demand_past(row.date, at, "date")
    known = row.constituent
    if row.date < known.started_on or (known.ended_on and row.date > known.ended_on):
        raise DomainError(
            f"这位选民从{known.started_on:%Y年%m月%d日}起联系"
            + (f",到{known.ended_on:%Y年%m月%d日}为止" if known.ended_on else "")
            + ",请改日期。",
            fields={"date": "不在联系的期间里"},
        )
    row.clean_fields(exclude=["constituent", "recorded_by"])


def _demand_fit_figures(row: Contact) -> None:
    if row.service_role not in ServiceRole.values:
        raise DomainError("请选角色。", fields={"service_role": "请选角色"})
    for name, label in FIGURES.items():
        if not 0 <= getattr(row, name) <= MOST:
            sentence = f"{label}请填0到{MOST}"
            raise DomainError(f"{sentence}。", fields={name: sentence})


# ---- The same for many, in a fixed number of queries ---------------------------------------------------------------


def _demand_within_reach(county: Station, deputies: Iterable[int], actor) -> None:
    """All the deputies are the county's, and a clerk's own (county staff and the system reach all)."""
    here = set(Deputy.objects.filter(county=county).keepable_by(actor).values_list("pk", flat=True))
    if not here.issuperset(deputies):
        raise NotAllowed("名单里有不归您登记的代表,请联系县人大办公室。")


def _checked_in_list(index: int, person: NewConstituent, at: datetime | None) -> Constituent:
    row = Constituent(deputy=person.deputy, started_on=person.started_on)
    try:
        _checked(row, name=person.name, phone=person.phone, village=person.village, note=person.note)
        _demand_past(person.started_on, at, "started_on")
    except DomainError as error:
        raise DomainError(error.message, fields=error.fields, row=index) from error
    return row


def _demand_mandates(county: Station, rows: list[Constituent]) -> None:
    held = defaultdict(list)
    mandates = Mandate.objects.filter(deputy__county=county, level__in=CONSTITUENCY_LEVELS)
    for key, start, end in mandates.values_list("deputy_id", "started_on", "ended_on"):
        held[key].append((start, end))
    for index, row in enumerate(rows):
        if not any(spans(period, row.started_on) for period in held[row.deputy_id]):
            raise DomainError(f"{row.deputy.name}:{NO_MANDATE}", fields={"started_on": "没有代表资格"}, row=index)


def _demand_rooms(county: Station, rows: list[Constituent]) -> None:
    periods = defaultdict(list)
    known = Constituent.objects.filter(deputy__county=county)
    for key, start, end in known.values_list("deputy_id", "started_on", "ended_on"):
        periods[key].append((start, end))
    for index, row in enumerate(rows):
        periods[row.deputy_id].append((row.started_on, None))
        if most_at_once(periods[row.deputy_id]) > CONSTITUENTS_EACH:
            raise Conflict(f"{row.deputy.name}:{FULL}", row=index)
