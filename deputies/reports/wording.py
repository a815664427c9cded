"""A record in the words of the file: what it was about, where, what the deputy did or what came of it.

Villagers have no name here: what a record holds of their identity is not read, and a name of a constituent or of the
ticket's villager, or a phone number, that somebody typed into the text is taken out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from django.utils import timezone

from activities.models import ActivityAttendance, Attendance, DutyLog, ServiceRecord
from activities.states import SERVED, Form
from deputies.models import Contact, Membership
from deputies.reports.chapters import CHAPTER_OF_ACTIVITY, Chapter, Entry, Source
from deputies.rules import spans
from deputies.states import ServiceRole
from julu_liaison.common.secrets import masked_phone
from julu_liaison.common.texts import clean_text
from opinions.models import Hop, Opinion
from opinions.states import Kind, State
from opinions.workflow import MOVES
from stations.models import Station
from stations.states import Level

LONGEST = 200  # characters of one matter; the record itself has the rest
PHONE = re.compile(r"(?<!\d)(?:1\d{2}[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8})(?!\d)")
SOMEBODY = "(群众)"
SHORTEST_NAME = 2  # a single character would take ordinary words apart
# The steps of a ticket that the file tells: handed over, urged, answered, told (交办督办等情况).
TOLD_STEPS = ("escalate", "transfer", "urge", "supervise", "tell", "rework", "reopen")


def log_entry(row: Attendance) -> Entry:
    """A session at a branch (工作日志)."""
    log = row.log
    source = Source("log", str(log.uid), f"{log.register.name}工作日志", log.number)
    served = row.status in SERVED
    matter = _session(log) if served else log.get_form_display()
    role = log.service_role if served else ""
    return Entry(
        Chapter.PEOPLE, log.date, (0, log.pk), matter, place_name(log.branch),
        _in_role(row.get_status_display(), role), source, role,
    )  # fmt: skip


def activity_entry(row: ActivityAttendance) -> Entry:
    act = row.activity
    matter = f"{act.get_kind_display()}:{short_text(act.title)}"
    source = Source("activity", str(act.uid), "活动登记")
    role = act.service_role if row.status in SERVED else ""
    return Entry(
        CHAPTER_OF_ACTIVITY[act.kind], act.held_on, (3, act.pk), matter, place_name(act.station),
        _in_role(row.get_status_display(), role), source, role,
    )  # fmt: skip


def service_entry(record: ServiceRecord) -> Entry:
    """Mediation, household service, law publicity … (服务记录): with the figures, which several deputies may share."""
    figures = [("服务群众", record.received, "人"), *_given(record)]
    said = short_text(record.text)
    done = _told_figures(figures, said)
    source = Source("service", str(record.uid), f"{record.register.name}服务记录", record.number)
    return Entry(
        Chapter.PEOPLE, record.date, (4, record.pk), f"{record.get_kind_display()}:" + ";".join(filter(None, (done, said))),
        place_name(record.branch), record.get_service_role_display(), source, record.service_role,
    )  # fmt: skip


def opinion_entry(ticket: Opinion) -> Entry:
    """A formal suggestion that the deputy leads, or a villager's matter that the deputy took up (社情民意)."""
    is_suggestion = ticket.kind == Kind.SUGGESTION
    what = "提出建议" if is_suggestion else "收集社情民意"
    text = short_text(ticket.text, name=ticket.villager_name, phone=ticket.villager_phone)
    return Entry(
        Chapter.MOTIONS if is_suggestion else Chapter.PEOPLE,
        ticket.registered_on,
        (1, ticket.pk),
        f"{what}({ticket.get_category_display()}):{text}",
        place_name(ticket.branch),
        ";".join(_course(ticket)),
        Source("opinion", str(ticket.uid), f"{ticket.register.name}{ticket.get_kind_display()}", ticket.number),
    )


def contact_entry(contact: Contact, memberships: list[Membership]) -> Entry:
    """One time the deputy was in touch with a voter (联系固定选民); the place is the deputy's branch of that day."""
    voter = contact.constituent
    village = f"({voter.village.name})" if voter.village else ""
    note = short_text(contact.note, name=voter.name, phone=voter.phone)
    reached = [("联系群众", contact.reached, "人")] if contact.reached > 1 else []
    said = ";".join(filter(None, (_told_figures([*reached, *_given(contact)], note), note)))
    branch = next((one.branch for one in memberships if spans((one.started_on, one.ended_on), contact.date)), None)
    return Entry(
        Chapter.PEOPLE,
        contact.date,
        (2, contact.pk),
        f"联系固定选民{village}" + (f":{said}" if said else ""),
        place_name(branch) if branch else "",
        _in_role(contact.get_form_display(), contact.service_role),
        Source("contact", str(voter.uid), "联系记录"),
        contact.service_role,
    )


def without_names(entry: Entry, names: Iterable[str]) -> Entry:
    """The entry without the names of the deputy's constituents, wherever somebody typed one."""
    matter = entry.matter
    for name in names:
        if len(name) >= SHORTEST_NAME:
            matter = matter.replace(name, SOMEBODY)
    return entry if matter == entry.matter else replace(entry, matter=matter)


def place_name(place: Station) -> str:
    """Short enough for a column: 官亭镇第一分站, 官亭镇联络站, 巨鹿县人大常委会."""
    if place.level == Level.BRANCH and place.parent:
        return place.parent.name + place.name
    return place.name + ("联络站" if place.level == Level.TOWNSHIP else "人大常委会")


def short_text(text: str, *, name: str = "", phone: str = "") -> str:
    """On one line, not too long, and without the villager's name and phone or anybody's number."""
    text = clean_text(text)
    if len(name) >= SHORTEST_NAME:
        text = text.replace(name, SOMEBODY)
    if phone:
        text = text.replace(phone, masked_phone(phone))
    text = PHONE.sub(lambda found: masked_phone(found[0]), text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "……(全文见来源)"


def _session(log: DutyLog) -> str:
    """现场接待:接待群众4人、走访2户;村西的路要修"""
    summary = short_text(log.summary)
    done = _told_figures([("接待群众", log.received, "人"), *_given(log)], summary)
    if not summary and not done and log.form == Form.ONSITE:
        done = "没有群众来访"
    said = ";".join(filter(None, (done, summary)))
    return f"{log.get_form_display()}:{said}" if said else log.get_form_display()


def _given(row) -> list[tuple[str, int, str]]:
    return [("走访", row.households, "户"), ("发放资料", row.leaflets, "份")]


def _told_figures(figures: Iterable[tuple[str, int, str]], text: str) -> str:
    """接待群众3人、走访2户: those that are not naught, nor typed in `text` too, as they often are."""
    words = [f"{label}{count}{unit}" for label, count, unit in figures if count]
    return "、".join(one for one in words if one not in text)


def _in_role(outcome: str, role: str) -> str:
    """到岗,宣传员: the role is said where it isn't the usual one."""
    return outcome if role in ("", ServiceRole.LIAISON) else f"{outcome},{ServiceRole(role).label}"


def _course(ticket: Opinion) -> Iterator[str]:
    """What became of a ticket, step by step, then how it stands; needs its hops and signed replies fetched."""
    for hop in ticket.hops.all():
        if hop.move in TOLD_STEPS or (hop.to_state == State.REPLIED and hop.from_state != State.REPLIED):
            yield _step(hop, ticket.registered_on.year)
    classes = [reply.get_reply_class_display() for reply in ticket.replies.all() if reply.reply_class]
    standing = [ticket.get_state_display(), *classes[-1:], ticket.get_rating_display()]
    yield ",".join(filter(None, standing))


def _step(hop: Hop, year: int) -> str:
    """3月5日转办县交通运输局"""
    label = "答复" if hop.to_state == State.REPLIED else MOVES[hop.move].label
    whom = hop.department.name if hop.move == "transfer" and hop.department else ""
    return f"{day_in(timezone.localtime(hop.at).date(), year)}{label}{whom}"


def day_in(day: date, year: int) -> str:
    """A day in a file of `year`: the year is said only where it is another."""
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"
