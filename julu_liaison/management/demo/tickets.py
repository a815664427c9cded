"""How a ticket of the demo goes its way: steps through `move_opinion`, each at a plausible moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from deputies.models import Deputy
from julu_liaison.accounts.models import User
from julu_liaison.management.demo import proposals, words
from julu_liaison.management.demo.agenda import Agenda
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.words import Said
from opinions.models import Opinion
from opinions.services import move_opinion
from opinions.states import Kind

ASSISTANTS = ("ziran", "nongye", "zhujian", "shuili")
FRESH = 45  # days before today in which a ticket may have got stuck


@dataclass
class Step:
    """One move: who makes it, how many working days after the step before, with what.

    `who`: branch, station, centre, officer or chief; the last two are those of `department` (its code).
    """

    move: str
    who: str
    wait: int
    facts: dict = field(default_factory=dict)
    department: str = ""


def solved_in_branch(rng: Random, said: Said) -> list[Step]:
    return [Step("solve", "branch", rng.randint(1, 4), {"note": said.settled}), *_told(rng), *_rated(rng)]


def solved_at_station(rng: Random, said: Said) -> list[Step]:
    return [_up(rng, "branch"), Step("solve", "station", rng.randint(2, 8), {"note": said.settled}),
            *_told(rng), *_rated(rng)]  # fmt: skip


def by_department(rng: Random, said: Said) -> list[Step]:
    return [*_to_centre(rng), *_handed_over(rng, said), *_rated(rng)]


def to_wrong_department(rng: Random, said: Said) -> list[Step]:
    """The first department returns the ticket, the second one answers."""
    other = "gongan" if said.department != "gongan" else "jiaotong"
    back = Step("return_wrong", "officer", rng.randint(1, 3), {"note": rng.choice(words.WRONG)}, other)
    return [*_to_centre(rng), _transfer(rng, other)[0], back, *_handed_over(rng, said), *_rated(rng)]


def answered_twice(rng: Random, said: Said) -> list[Step]:
    """The villager is not satisfied; the department works on it again."""
    better = replace(said, answered=rng.choice(words.REWORKED))
    again = [*_answer(rng, better, (4, 10)), *_told(rng), *_rated(rng)]
    return [*_to_centre(rng), *_handed_over(rng, said), _unsatisfied(rng), *again]


def asked_back(rng: Random, said: Said) -> list[Step]:
    """The villager is asked for more before the branch can settle it."""
    ask = Step("ask_villager", "branch", rng.randint(1, 2), {"note": rng.choice(words.ASKED)})
    resume = Step("resume", "branch", rng.randint(2, 5), {"note": rng.choice(words.RESUMED)})
    return [ask, resume, *solved_in_branch(rng, said)]


def refused(rng: Random, said: Said) -> list[Step]:
    return [Step("refuse", "branch", rng.randint(1, 3), {"note": rng.choice(words.REFUSED)})]


def voided(rng: Random, said: Said) -> list[Step]:
    return [Step("void", "station", 1, {"note": "同一件事登记了两次,这一份作废。"})]


def suggestion(rng: Random, said: Said, signers: Sequence[Deputy]) -> list[Step]:
    """A deputy's suggestion by way of the station and the centre to its department, three months being its term.

    Every third has a department that assists, some are supervised or get more time; each of its signers rates it.
    """
    check = [Step("accept", "station", rng.randint(0, 2)), Step("escalate", "station", rng.randint(1, 3))]
    assisting = rng.choice(ASSISTANTS) if rng.random() < 0.33 else ""
    assisting = "" if assisting == said.department else assisting
    hand_over = _transfer(rng, said.department, (2, 7), assisting)
    meanwhile = [step for share, steps in _meanwhile(rng, said, assisting) if rng.random() < share for step in steps]
    answer = _answer(rng, said, (5, 20))
    return [*check, *hand_over, *meanwhile, *answer, *_told(rng), *_rated_by(rng, signers)]


def _meanwhile(rng: Random, said: Said, assisting: str) -> list[tuple[float, list[Step]]]:
    """What may happen while the department works on a suggestion: (share, steps)."""
    ask = Step("request_extension", "officer", rng.randint(5, 15), {"note": rng.choice(words.MORE_TIME)}, said.department)
    helps = Step("assist_opinion", "officer", rng.randint(3, 12), {"note": rng.choice(words.ASSISTED)}, assisting)
    return [
        (0.08, [Step("supervise", "centre", rng.randint(2, 8), {"note": rng.choice(words.SUPERVISED)})]),
        (0.9 if assisting else 0, [helps]),
        (0.1, [ask, Step("decide_extension", "centre", 1, {"granted": True})]),
        (0.7, [Step("talk", "officer", rng.randint(1, 6), {"note": rng.choice(words.TALKED)}, said.department)]),
    ]


def _rated_by(rng: Random, signers: Sequence[Deputy]) -> list[Step]:
    ratings = rng.choices(("satisfied", "basic"), (82, 18), k=len(signers))
    return [
        Step("rate", "branch", rng.randint(1, 4), {"rating": rating, "signer": signer})
        for signer, rating in zip(signers, ratings, strict=True)
    ]


LOOSE_ENDS = 11


def under_way(rng: Random, said: Said, number: int) -> list[Step]:
    """Return one of eleven beginnings of a path: waiting for the villager, or so many steps to a closing and back."""
    if number == 0:
        return asked_back(rng, said)[:1]
    return [*_to_centre(rng), *_handed_over(rng, said), _unsatisfied(rng)][: number - 1]


WAYS = (  # (share, path) of the opinions of an ordinary year
    (62, solved_in_branch), (9, solved_at_station), (16, by_department), (2, to_wrong_department),
    (3, answered_twice), (4, asked_back), (3, refused), (1, voided),
)  # fmt: skip


def any_way(rng: Random, said: Said) -> list[Step]:
    """Return the path of one opinion of an ordinary year."""
    return rng.choices([path for _share, path in WAYS], [share for share, _path in WAYS])[0](rng, said)


def _up(rng: Random, who: str) -> Step:
    return Step("escalate", who, rng.randint(1, 3), {"note": rng.choice(words.ESCALATED)})


def _to_centre(rng: Random) -> list[Step]:
    return [_up(rng, "branch"), _up(rng, "station")]


def _handed_over(rng: Random, said: Said) -> list[Step]:
    return [*_transfer(rng, said.department), *_answer(rng, said, (4, 12)), *_told(rng)]


def _transfer(rng: Random, department: str, wait: tuple[int, int] = (0, 2), assisting: str = "") -> list[Step]:
    facts = {"assisting": [assisting]} if assisting else {}
    return [
        Step("transfer", "centre", rng.randint(*wait), facts, department),
        Step("sign_for", "officer", rng.randint(0, 2), {}, department),
    ]


def _answer(rng: Random, said: Said, wait: tuple[int, int]) -> list[Step]:
    facts = {"note": said.answered, "class": rng.choices("ABC", (75, 18, 7))[0]}
    return [
        Step("reply", "officer", rng.randint(*wait), facts, said.department),
        Step("sign_reply", "chief", rng.randint(0, 2), {}, said.department),
    ]


def _told(rng: Random) -> list[Step]:
    return [Step("tell", "branch", rng.randint(0, 2), {"note": rng.choice(words.TOLD)})]


def _rated(rng: Random) -> list[Step]:
    """Most people say how satisfied they are; a few can't be reached; some are called again later."""
    if rng.random() < 0.05:
        return [Step("close", "station", rng.randint(8, 10), {"note": "多次电话联系不上反映人,按已办结处理。"})]
    rating = rng.choices(("satisfied", "basic"), (78, 22))[0]
    steps = [Step("rate", "branch", rng.randint(1, 6), {"rating": rating})]
    if rng.random() < 0.2:
        steps.append(Step("follow_up", "station", rng.randint(4, 9), {"note": rng.choice(words.FOLLOWED_UP)}))
    return steps


def _unsatisfied(rng: Random) -> Step:
    return Step("rate", "branch", 2, {"rating": "unsatisfied", "note": rng.choice(words.UNSATISFIED)})


@dataclass
class Way:
    """Plans the steps of tickets. With `must_end` they are drawn together so that all are done before today."""

    demo: Demo
    agenda: Agenda
    rng: Random
    must_end: bool = False

    def walk(self, ticket: Opinion, steps: list[Step]) -> None:
        steps = [step for step in steps if step.move != "sign_reply" or self._is_signed(step)]
        if not self.must_end:
            steps = self._stuck(ticket, steps)
        for step, at in zip(steps, self._moments(ticket.registered_at, steps), strict=True):
            self.agenda.plan(at, partial(self._take, ticket, step))

    def _is_signed(self, step: Step) -> bool:
        return self.demo.departments[step.department].signature_needed

    def _stuck(self, ticket: Opinion, steps: list[Step]) -> list[Step]:
        """Some recent tickets go no further for now: waiting for the villager, or overdue and urged."""
        age = (self.agenda.today - ticket.registered_on).days
        if age > FRESH or self.rng.random() > 0.25:
            return steps
        kept = steps[: self.rng.randrange(min(len(steps), 4) + 1)]
        if kept and kept[-1].move in ("escalate", "transfer", "sign_for", "ask_villager") and self.rng.random() < 0.4:
            kept.append(Step("urge", "centre", 6, {"note": self.rng.choice(words.URGED)}))
        return [step for step in kept if step.move != "urge" or kept[-2].move != "ask_villager"]

    def _moments(self, start: datetime, steps: list[Step]) -> list[datetime]:
        moments, at = [], start
        for step in steps:
            at = self.agenda.later(self.rng, at, step.wait)
            moments.append(at)
        if self.must_end and moments and moments[-1].date() >= self.agenda.today:
            return self._drawn_together(start, len(steps))
        return moments

    def _drawn_together(self, start: datetime, count: int) -> list[datetime]:
        """Spread `count` steps over the days that are left, in order also within one day."""
        days = (self.agenda.today - start.date()).days - 1
        offsets = [max(1, (index + 1) * days // count) for index in range(count)]
        return [
            moment(start.date() + timedelta(days=offset)) + timedelta(minutes=30 * index)
            for index, offset in enumerate(offsets)
        ]

    def _take(self, ticket: Opinion, step: Step, at: datetime) -> None:
        facts = dict(step.facts)
        if step.move == "transfer":
            facts["department"] = self.demo.departments[step.department]
            facts["assisting"] = [self.demo.departments[code] for code in facts.get("assisting", ())]
        if step.move == "supervise":
            facts["director"] = self.rng.choice(self.demo.directors)
        if step.move == "reply" and ticket.kind == Kind.SUGGESTION and facts["class"] == "B":
            facts["promised_on"] = at.date() + timedelta(days=120)
        if step.move == "talk":
            officer, clerk = self._actor(ticket, step), self.demo.clerks[ticket.station_id]
            proposals.talk(ticket, text=facts["note"], officer=officer, clerk=clerk, at=at)
            return
        move_opinion(opinion=ticket, move=step.move, actor=self._actor(ticket, step), at=at, **facts)

    def _actor(self, ticket: Opinion, step: Step) -> User:
        if step.who == "centre":
            return self.demo.staff
        if step.who == "officer":
            return self.demo.officers[step.department]
        if step.who == "chief":
            return self.demo.chiefs[step.department]
        return self.demo.clerks[ticket.station_id]
