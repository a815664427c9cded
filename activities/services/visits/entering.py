"""Writing visits into the register: every matter of a duty log has one, whatever becomes of it (接待登记)."""

from datetime import date, datetime

from activities.models import DutyLog, Visit
from activities.rules.visits import (
    LONGEST_MATTER,
    LONGEST_REQUEST,
    Decision,
    decision_problems,
    people_problem,
    too_long,
)
from activities.services.logs.rows import Matter
from activities.states import Category, Handling
from deputies.states import Gender
from julu_liaison.common.numbering import next_numbers
from stations.models import Station

LONGEST_NAME, LONGEST_PHONE, LONGEST_VILLAGE = 40, 20, 40
TEXTS = (("matter", LONGEST_MATTER, "反映的事"), ("request", LONGEST_REQUEST, "诉求"),
         ("villager_name", LONGEST_NAME, "群众姓名"), ("villager_phone", LONGEST_PHONE, "群众电话"),
         ("villager_village", LONGEST_VILLAGE, "群众住处"))  # fmt: skip


def entry_problems(entry: Matter) -> dict[str, str]:
    """Return what is wrong with a visit's entry, by the field of Visit; nothing for a sound one."""
    facts = visit_facts(entry)
    problems = too_long(**{name: (facts[name], longest, what) for name, longest, what in TEXTS})
    if not facts["matter"]:
        problems["matter"] = "请写清群众反映的是什么事"
    if sentence := people_problem(entry.people):
        problems["people"] = sentence
    for name, choices, what in (
        ("villager_sex", ("", *Gender.values), "性别"), ("category", Category.values, "类别"),
        ("handling", ("", *Handling.values), "办理方式"),
    ):  # fmt: skip
        if facts[name] not in choices:
            problems[name] = f"{what}请在给出的里面选"
    return problems | decision_problems(Decision(entry.handling, entry.refusal, entry.referral, entry.result))


def visit_facts(entry: Matter) -> dict:
    """Return the fields of Visit that a matter as typed says something about."""
    return {
        "matter": entry.text.strip(), "category": entry.category, "deputy": entry.deputy, "time": entry.came_at,
        "villager_name": entry.villager_name.strip(), "villager_phone": entry.villager_phone.strip(),
        "villager_village": entry.villager_village.strip(), "villager_sex": entry.villager_sex,
        "people": entry.people, "request": entry.request.strip(), "confidential": entry.confidential,
        "handling": entry.handling, "refusal": entry.refusal, "referral": entry.referral.strip(),
        "result": entry.result.strip(),
    }  # fmt: skip


def register_visits(*, log: DutyLog, matters: list[Matter], actor, at: datetime) -> list[Visit]:
    """Give every matter of a log the next number in the station's register of visits, in the log's own transaction.

    Each matter learns its visit. Whether the matters are sound is for the log's service to ask (`entry_problems`).
    """
    return _enter(log.branch, matters, on=log.date, form=log.form, log=log, actor=actor, at=at)


def enter_visit(
    *, branch: Station, entry: Matter, on: date, form: str, log: DutyLog | None, actor, at: datetime
) -> Visit:
    """The same for one visit, of a log or of no log at all."""
    return _enter(branch, [entry], on=on, form=form, log=log, actor=actor, at=at)[0]


def _enter(
    branch: Station, matters: list[Matter], *, on: date, form: str, log: DutyLog | None, actor, at: datetime
) -> list[Visit]:
    if not matters:
        return []
    register = log.register_id if log else branch.parent_id
    visits = []
    for serial, matter in zip(next_numbers(f"visit:{register}:{on.year}", len(matters)), matters, strict=True):
        visit = Visit(
            log=log,
            date=on,
            form=form,
            year=on.year,
            serial=serial,
            recorder=actor,
            recorded_at=at,
            **visit_facts(matter),
        )
        visit.put_at(branch)
        visit.register_id = register
        matter.visit = visit
        visits.append(visit)
    return Visit.objects.bulk_create(visits)
