"""The road case of docs/domain.md §2 through the services: reported, passed up, repaired, told, rated, scored."""

from datetime import date

import pytest

from activities.services import Matter, SundayRow, file_log
from activities.states import Category, Form, Presence
from opinions.services import move_opinion
from opinions.states import State
from scoring.models import PointEntry
from scoring.services import open_scheme, score_of
from tests.cast import moment

DAY = date(2024, 2, 15)

PATH = [  # who, what, with what, where the ticket is then
    ("clerk", "escalate", {"note": "道路属镇域主干田间路"}, State.AT_STATION),
    ("clerk", "escalate", {"note": "请县里协调交通部门"}, State.AT_CENTRE),
    ("staff", "transfer", {"department": "jiaotong"}, State.AT_DEPARTMENT),
    ("officer", "sign_for", {}, State.AT_DEPARTMENT),
    ("officer", "reply", {"note": "已对塌陷路面完成修补,恢复通行。", "class": "A"}, State.REPLIED),
    ("deputy", "tell", {"note": "电话告知"}, State.TOLD),
    ("clerk", "rate", {"rating": "satisfied"}, State.CLOSED),
]


@pytest.fixture
def filed(cast, django_capture_on_commit_callbacks):
    open_scheme(county=cast.county, year=2024, actor=cast.admin)
    row = SundayRow(
        branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=3, form=Form.VISIT,
        households=2, matters=[Matter("安家庄村西田间道路塌陷,影响通行", Category.ROAD, villager_name="张三")],
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        return file_log(row=row, on=DAY, actor=cast.clerk, at=moment(DAY, 17))


def test_road_case_from_log_to_rating(cast, filed):
    ticket = filed.opinions[0]
    assert filed.log.number == ticket.number == "〔2024〕第001号"
    for who, move, facts, state in PATH:
        said = {"department": cast.jiaotong} if "department" in facts else facts
        ticket = move_opinion(opinion=ticket, move=move, actor=getattr(cast, who), at=moment(DAY, 18), **said)
        assert ticket.state == state
    hops = list(ticket.hops.in_order())
    assert [hop.move for hop in hops] == ["register"] + [step[1] for step in PATH]
    assert [hop.to_state for hop in hops][1:] == [step[3] for step in PATH]
    assert ticket.holder is None and ticket.ended_at == moment(DAY, 18)


def test_score_follows_the_log(cast, filed):
    entry = PointEntry.objects.get(deputy=cast.deputy_person)
    assert (entry.points, entry.occurred_on, entry.source) == (1, DAY, "opinion")
    assert score_of(deputy=cast.deputy_person, year=2024).total == 61


def test_deputy_is_asked_to_tell_the_villager(cast, filed):
    ticket = filed.opinions[0]
    move_opinion(opinion=ticket, move="solve", actor=cast.clerk, at=moment(DAY, 18), note="村里已经组织人手填平路面")
    assert cast.deputy.notices.get().text.startswith("官亭镇〔2024〕第001号有答复了")
