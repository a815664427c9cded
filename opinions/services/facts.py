"""What a move is told: whether it is all there and makes sense, and how it is kept in the history."""

from datetime import date

from activities.states import Category, Rating
from deputies.models import Deputy
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.texts import clean_lines
from julu_liaison.common.workflow import Move
from opinions.models import Director, Opinion
from opinions.permissions import at_its_station, looks_after_it
from opinions.rules import LEAST_ANSWER
from opinions.services.effects import longest_extension
from opinions.services.suggestions.judging import owing_signers, signers_of
from opinions.states import ENDED, Kind, ReplyClass
from stations.models import Department, Station

ANSWERS = ("solve", "reply")
SENTENCES = {
    "note": "请写明原因或办理情况",
    "department": "请选承办部门",
    "class": "请选办理类别(A、B、C、D)",
    "rating": "请选满意、基本满意或不满意",
    "into": "请选并入哪一件",
    "granted": "请选同意或不同意延期",
    "category": "类别请从列表里选",
}
NOT_THEIRS = "没有找到要并入的那一件,或者它不由您管理,请核对编号"


def checked_facts(step: Move, ticket: Opinion, facts: dict, actor, on: date) -> dict:
    """Return the facts that were given on the day `on`, with what follows from them filled in.

    Raises DomainError with a sentence for every field that is missing or wrong, Conflict where other tickets forbid it.
    """
    given = {name: value for name, value in facts.items() if value not in (None, "", [], ())}
    given.setdefault("note", "")
    given["note"] = clean_lines(str(given["note"]))
    problems = {name: SENTENCES[name] for name in step.needs if given.get(name) in (None, "")}
    if step.name == "request_extension":
        _settle_amount(ticket, given, problems)
    if step.name == "rate":
        _settle_signer(ticket, given, actor, problems)
    if "promised_on" in given:
        _check_promise(given, on, problems)
    if "branch" in given:
        _settle_branch(ticket, given, on, problems)
    if step.name == "void" and ticket.merged_here.exists():
        raise Conflict(
            f"有别的办件并入了{ticket.number},作废后它们就没有答复了,不能作废。", state=ticket.state, moves=[]
        )
    for name, check in CHECKS.items():
        if name in given and name not in problems:
            sentence = check(step, ticket, given[name], actor, given)
            if sentence:
                problems[name] = sentence
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    if not given["note"]:
        del given["note"]
    return given


def worded(facts: dict) -> dict:
    """The facts beside the note as the hop keeps them: codes and plain values, never a person's words twice."""
    return {name: _plain(value) for name, value in facts.items() if name not in ("note", "text")}


def _plain(value):
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Opinion):
        return str(value.uid)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Director):
        return str(value)
    return getattr(value, "code", value)


def _settle_amount(ticket: Opinion, given: dict, problems: dict) -> None:
    """The longest extension there is, unless less is asked for."""
    longest = longest_extension(ticket)
    amount = given.setdefault("amount", longest)
    if longest == 0:
        problems["amount"] = "这一环节不能延期"
    elif not isinstance(amount, int) or not 1 <= amount <= longest:
        problems["amount"] = f"最多延长{longest},请填1到{longest}的数"


def _settle_signer(ticket: Opinion, given: dict, actor, problems: dict) -> None:
    """Who rates a suggestion: the one named, else the signer who is at it, else its lead. Each once an answer, each for
    oneself; clerk and county for anybody."""
    if ticket.kind != Kind.SUGGESTION:
        given.pop("signer", None)
        return
    signers = signers_of(ticket)
    own = next((person for person in signers if actor is not None and person.user_id == actor.pk), ticket.deputy)
    signer = given.setdefault("signer", own)
    if actor is None or not isinstance(signer, Deputy) or signer not in signers:
        problems["signer"] = "请选这件建议的领衔代表或附议代表"
    elif signer.user_id != actor.pk and not looks_after_it(actor, ticket):
        problems["signer"] = "只能登记您本人的评价"
    elif signer not in owing_signers(ticket):
        problems["signer"] = f"{signer.name}已经评价过这份答复,请选还没有评价的代表"


def _check_promise(given: dict, on: date, problems: dict) -> None:
    """A day by which it will be done goes with class B, which says that it is being done."""
    if given.get("class") != ReplyClass.B:
        problems["promised_on"] = "只有B类才填承诺哪天办成,请删掉日期或选B"
    elif given["promised_on"] < on:
        problems["promised_on"] = "承诺的日期已经过去了,请填今天以后的日期"


def _settle_branch(ticket: Opinion, given: dict, on: date, problems: dict) -> None:
    """What a villager sent to the wrong branch goes to another one of the same station; the branch it is at is no change."""
    branch = given["branch"]
    if not ticket.from_web:
        problems["branch"] = "只有群众网上反映的才在受理时选分站"
    elif not _is_branch_beside(branch, ticket, on):
        problems["branch"] = "请选本站在用的分站;归别的联络站的请用“不予受理”,写明可以到哪里反映"
    elif branch.pk == ticket.branch_id:
        del given["branch"]


def _is_branch_beside(branch, ticket: Opinion, on: date) -> bool:
    return isinstance(branch, Station) and branch.parent_id == ticket.station_id and branch.is_open(on)


def _note_is_enough(step: Move, ticket: Opinion, note: str, actor, given: dict) -> str:
    if step.name in ANSWERS and len(note) < LEAST_ANSWER:
        return f"请写明怎么办的、办到什么程度,至少{LEAST_ANSWER}个字"
    if given.get("rating") == Rating.UNSATISFIED and not note:
        return "不满意请写原因,好让承办单位重新办理"
    if step.name == "decide_extension" and given.get("granted") is False and not note:
        return "不同意延期请写明原因"
    return ""


def _may_receive(step: Move, ticket: Opinion, department, actor, given: dict) -> str:
    if not _is_office(department, ticket):
        return "请选本县在用的承办部门"
    if step.name == "reassign" and department.pk == ticket.department_id:
        return f"现在就由{department.name}承办,请选别的部门"
    return ""


def _may_assist(step: Move, ticket: Opinion, offices, actor, given: dict) -> str:
    if not all(_is_office(office, ticket) for office in offices):
        return "请选本县在用的协办部门"
    if given.get("department") in offices:
        return "主办部门不用再选成协办部门"
    return ""


def _is_office(department, ticket: Opinion) -> bool:
    return isinstance(department, Department) and department.is_active and department.county_id == ticket.county_id


def _is_other_open_ticket(step: Move, ticket: Opinion, into, actor, given: dict) -> str:
    if not isinstance(into, Opinion) or into.county_id != ticket.county_id or not looks_after_it(actor, into):
        return NOT_THEIRS
    into.refresh_from_db(fields=["state", "version", "merged_into"])
    if into.is_unchecked and not at_its_station(actor, into):
        return NOT_THEIRS
    if into.pk == ticket.pk:
        return "不能并入它自己"
    if into.kind != ticket.kind:
        return "社情民意和代表建议不能互相并案"
    if into.state in ENDED:
        return f"{into.number}已经结束,不能再并进去"
    return ""


def _is_director(step: Move, ticket: Opinion, director, actor, given: dict) -> str:
    fits = isinstance(director, Director) and director.is_active and director.county_id == ticket.county_id
    return "" if fits else "请选在任的督办领导"


CHECKS = {
    "note": _note_is_enough,
    "department": _may_receive,
    "assisting": _may_assist,
    "class": lambda step, ticket, value, *_more: "" if value in ReplyClass.values else SENTENCES["class"],
    "rating": lambda step, ticket, value, *_more: "" if value in Rating.values else SENTENCES["rating"],
    "category": lambda step, ticket, value, *_more: "" if value in Category.values else SENTENCES["category"],
    "granted": lambda step, ticket, value, *_more: "" if isinstance(value, bool) else SENTENCES["granted"],
    "into": _is_other_open_ticket,
    "director": _is_director,
}
