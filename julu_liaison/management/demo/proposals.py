"""What surrounds the demo's suggestions: congress sessions, directors, signers, talks, departments' sample answers."""

from datetime import date, datetime
from random import Random

from deputies.models import Deputy
from julu_liaison.accounts.models import User
from julu_liaison.management.demo.county import Demo, moment
from julu_liaison.management.demo.matters import DEPARTMENTS, MATTERS
from julu_liaison.management.demo.names import NameGiver
from opinions.models import Opinion, SampleAnswer
from opinions.services.offices.samples import keep_sample
from opinions.services.registries import add_director, add_session
from opinions.services.suggestions.consulting import record_consultation, sign_consultation
from opinions.services.suggestions.cosigning import confirm_cosigner
from opinions.states import ContactWish

TERM, FIRST_YEAR_OF_TERM = "第十七届", 2022
POSITIONS = ("主任", "副主任", "副主任")
SIGNERS = (0, 0, 1, 1, 2, 3)  # so many sign with the lead


def convene(demo: Demo, *, first: date, today: date) -> None:
    """Every year's meeting of the congress in the last days of February, from the year before the first day on."""
    for year in range(first.year - 1, today.year + 1):
        starts_on = date(year, 2, 24)
        if starts_on <= today:
            add_session(
                county=demo.centre, term=TERM, ordinal=year - FIRST_YEAR_OF_TERM + 1, starts_on=starts_on,
                ends_on=date(year, 2, 27), actor=demo.admin,
            )  # fmt: skip


def choose_directors(rng: Random, demo: Demo, names: NameGiver) -> None:
    for order, position in enumerate(POSITIONS, 1):
        director = add_director(
            county=demo.centre, name=names.person(rng).name, position=f"县人大常委会{position}", official_order=order,
            actor=demo.admin,
        )  # fmt: skip
        demo.directors.append(director)


def keep_sample_answers(demo: Demo, *, first: date) -> None:
    """Two answers of each department for what it is asked most."""
    for category, code in DEPARTMENTS.items():
        for number, (_matter, _settled, answered) in enumerate(MATTERS[category][:2], 1):
            sample = SampleAnswer(
                department=demo.departments[code], category=category, title=f"{category.label}{number}",
                text=answered.replace("{n}", "若干"),
            )  # fmt: skip
            keep_sample(sample=sample, actor=demo.chiefs[code], at=moment(first))


def choose_signers(rng: Random, demo: Demo, lead: Deputy, people: list[Deputy]) -> list[Deputy]:
    others = [deputy for deputy in people if deputy.pk != lead.pk]
    return rng.sample(others, min(rng.choice(SIGNERS), len(others)))


def sign(ticket: Opinion, *, clerk: User, at: datetime) -> list[Deputy]:
    """Let the clerk note the co-signers' signatures on paper; return all signers, the lead first."""
    rows = list(ticket.cosigners.select_related("deputy").order_by("pk"))
    for row in rows:
        confirm_cosigner(cosigner=row, actor=clerk, at=at)
    return [ticket.deputy, *(row.deputy for row in rows)]


def talk(ticket: Opinion, *, text: str, officer: User, clerk: User, at: datetime) -> None:
    """The department's talk with the deputy, and the signature under it."""
    row = record_consultation(
        opinion=ticket, held_on=at.date(), way=ContactWish.MEETING, text=text, actor=officer, at=at
    )
    sign_consultation(consultation=row, actor=clerk, at=at)
