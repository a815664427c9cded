"""2024 as the article tells it, built from records: its figures are sums, none is stored."""

from datetime import date
from random import Random

from activities.states import Category, Form, Presence
from julu_liaison.management.demo import tickets
from julu_liaison.management.demo.county import Demo
from julu_liaison.management.demo.matters import DEPARTMENTS
from julu_liaison.management.demo.places import ROAD_BRANCH, ROAD_VILLAGE, shares
from julu_liaison.management.demo.words import ACTIVITIES, Said
from julu_liaison.management.demo.year import OUTDOORS, Session, Year

FIRST, AFTER = date(2024, 1, 1), date(2025, 1, 1)
ACTIVITY_COUNT, LOGS, RECEIVED = 105, 144, 632
SOLVED_IN_BRANCH, TO_DEPARTMENTS = 50, 23
SUGGESTION_COUNT, LAST_SUGGESTION = 161, date(2024, 11, 15)
LEAFLETS_AT_ACTIVITIES, LEAFLETS_AT_LOGS = 12_800, 2_560
HOUSEHOLDS_AT_LOGS = 108  # the other 50 were visited at activities

ROAD_DAY = date(2024, 2, 15)
ROAD = Said(
    text="安家庄村西田间道路年久失修,部分路面塌陷,群众出行和农机下地都不方便,反映强烈,请尽快修补。",
    category=Category.ROAD,
    village=ROAD_VILLAGE,
    settled="",
    answered="已会同官亭镇实地勘查,对塌陷路面完成修补并压实,恢复通行。",
    department=DEPARTMENTS[Category.ROAD],
)


def tell(demo: Demo, rng: Random) -> None:
    """Let the year 2024 happen with exactly the article's numbers."""
    year = Year.of(demo, rng, first=FIRST, today=AFTER, must_end=True)
    year.publish_rosters(AFTER.replace(year=2024, month=12))
    for session in _sessions(year):
        year.hold(session)
    publicity = ACTIVITY_COUNT // len(ACTIVITIES) * sum(row[3] for row in ACTIVITIES)
    year.hold_activities(ACTIVITY_COUNT, leaflets=shares(rng, LEAFLETS_AT_ACTIVITIES, publicity))
    year.file_suggestions(SUGGESTION_COUNT, LAST_SUGGESTION)
    year.happen()


def _sessions(year: Year) -> list[Session]:
    """Choose the sessions that were logged, share the year's totals among them, add the road case."""
    rng = year.rng
    chosen = rng.sample(year.sessions(), LOGS - 1)
    for session, received, leaflets in zip(
        chosen, shares(rng, RECEIVED - 1, len(chosen)), shares(rng, LEAFLETS_AT_LOGS, len(chosen)), strict=True
    ):
        session.received, session.leaflets = received, leaflets
    outdoors = chosen[:26]
    for session, households in zip(outdoors, shares(rng, HOUSEHOLDS_AT_LOGS - 1, len(outdoors)), strict=True):
        session.form, session.households = rng.choice(OUTDOORS), households
    paths = [tickets.solved_in_branch] * SOLVED_IN_BRANCH + [tickets.by_department] * (TO_DEPARTMENTS - 1)
    for path in paths:
        session = rng.choice(chosen)
        session.said.append(year.matter(session.branch))
        session.paths.append(path)
    return [*chosen, _road_session(year)]


def _road_session(year: Year) -> Session:
    """2024-02-15: a deputy of 官亭镇第一分站 visits 安家庄村 and learns of the collapsed field road."""
    branch = year.demo.branch(ROAD_BRANCH)
    visitor = year.demo.members[branch.pk][1]
    return Session(
        branch, ROAD_DAY, [], Form.VISIT, received=1, households=1, said=[ROAD], paths=[tickets.by_department],
        attendance={visitor: Presence.PRESENT},
    )  # fmt: skip
