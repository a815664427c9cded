"""What may be entered of a visit: why a matter is refused and where to go instead, what was done about it at once."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time

from activities.states import Handling, RefusalReason

LONGEST_MATTER, LONGEST_REQUEST, LONGEST_REFERRAL, LONGEST_RESULT = 2000, 200, 120, 300
MOST_PEOPLE = 999
# Where the villager is sent instead; shown before it is written, to be changed as the case needs it.
REFERRALS: dict[str, str] = {
    RefusalReason.LITIGATION: "请到审理这件事的人民法院反映",
    RefusalReason.REVIEW: "请到受理申请的行政复议机关反映",
    RefusalReason.ARBITRATION: "请到受理的仲裁委员会反映",
    RefusalReason.PETITION: "请到县信访局,或正在办理的部门反映",
    RefusalReason.PRIVATE: "请到村(社区)人民调解委员会调解,也可以拨打12348咨询",
    RefusalReason.OTHER: "",
}
# What somebody looks up a villager for; chosen, not typed, because the reason is kept for the auditor.
REVEAL_PURPOSES = ("告知结果", "回访", "核对登记", "帮群众办事")
TIME = re.compile(r"([01]?\d|2[0-3])[:点时.]([0-5]\d)?分?")


@dataclass(frozen=True)
class Decision:
    """What was decided about a matter on the spot. `handling` OPINION: it becomes a ticket."""

    handling: str = Handling.OPINION
    refusal: str = ""
    referral: str = ""
    result: str = ""


# One choice says it all: a ticket (the usual), dealt with at once, or refused for a reason.
WAYS: list[tuple[str, list[tuple[str, str]]]] = [
    ("", [(Handling.OPINION.value, str(Handling.OPINION.label))]),
    ("不用转办", [(way.value, str(way.label)) for way in (Handling.ANSWERED, Handling.SETTLED)]),
    ("不受理", [(reason.value, f"不受理:{reason.label}") for reason in RefusalReason]),
]
WAY_LABELS: dict[str, str] = {value: label for _group, pairs in WAYS for value, label in pairs}


def decided(way: str, said: str) -> Decision:
    """Return the decision that a choice of WAYS and what the villager was told make together.

    A refusal without words sends the villager where REFERRALS says.
    """
    if way in RefusalReason.values:
        return Decision(Handling.REFERRED, way, said or REFERRALS[way])
    return Decision(way or Handling.OPINION, result=said)


def decision_problems(decision: Decision) -> dict[str, str]:
    """Return what does not go together, by field: no refusal without saying where to go instead."""
    problems = {}
    if decision.refusal and decision.handling != Handling.REFERRED:
        problems["handling"] = "选了不受理的原因,就不能再转办,请去掉一样"
    elif decision.handling == Handling.REFERRED and not decision.refusal:
        problems["refusal"] = "不受理的请选原因"
    if decision.refusal and not decision.referral.strip():
        problems["referral"] = "不受理的请写明告诉群众去哪里反映"
    if decision.referral and not decision.refusal:
        problems["refusal"] = "写了去哪里反映,请选不受理的原因"
    if decision.result and decision.handling == Handling.OPINION:
        problems["result"] = "转为意见办理的,结果写在意见里;当场办了的请选当场解答或当场解决"
    return problems | too_long(
        referral=(decision.referral, LONGEST_REFERRAL, "去哪里反映"), result=(decision.result, LONGEST_RESULT, "结果")
    )


def too_long(**texts: tuple[str, int, str]) -> dict[str, str]:
    """Return a sentence for every field whose (text, longest, what it is) is too long."""
    return {
        name: f"{what}请控制在{longest}字以内" for name, (text, longest, what) in texts.items() if len(text) > longest
    }


def people_problem(people: int | None) -> str:
    """A sentence unless so many people can have come together."""
    return "" if people is not None and 1 <= people <= MOST_PEOPLE else f"来了几个人请填1到{MOST_PEOPLE}"


def time_of(text: str) -> time | None:
    """Read a time of day as people type it (9:30, 9点, full-width); None when it is none."""
    match = TIME.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    return time(int(match[1]), int(match[2] or 0)) if match else None
