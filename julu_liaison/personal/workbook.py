"""The copy to take away (个人信息保护法 art. 45): one sheet that explains, one for each line of the register with values."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook
from julu_liaison.personal.looks import Look
from julu_liaison.personal.reading import Section, titles_of, values_of

OVERVIEW = (
    ("title", "有什么", 24), ("count", "多少条", 8), ("purpose", "做什么用", 30), ("basis", "凭什么", 26), ("kept", "存多久", 36),
    ("seen_by", "谁能看到", 40),
)  # fmt: skip
LOOKS = (("what", "做了什么", 24), ("office", "什么岗位的人", 20), ("times", "几次", 8), ("last", "最近一次", 18))


@transaction.atomic
def hand_out_own_data(*, user, sections: Sequence[Section], looks: Sequence[Look], at: datetime) -> bytes:
    """Return the workbook with everything that is held of `user`, and record that they took it.

    No third person's data is in it: of lines about villagers only how many rows there are.
    """
    written = BytesIO()
    write_workbook(written, [_overview(user, sections, at), _looks(looks), *_lines(user, sections)])
    audit.record("take_own_data", actor=user, target=user, at=at, lines=len(sections))
    return written.getvalue()


def _columns(titled) -> list[Column]:
    return [Column(key, title, width=width) for key, title, width in titled]


def _overview(user, sections: Sequence[Section], at: datetime) -> Sheet:
    rows = [
        [one.held.title, one.count, one.held.purpose, one.held.basis, one.held.kept, one.held.seen_by] for one in sections
    ]
    return Sheet("总表", f"{user.name}的个人信息", _columns(OVERVIEW), rows, note="群众的姓名、电话和反映的事不在里面。")


def _looks(looks: Sequence[Look]) -> Sheet:
    rows = [[one.what, one.office, one.times, f"{one.last:%Y-%m-%d}"] for one in looks]
    return Sheet("谁看过改过", "近一年谁看过、改过", _columns(LOOKS), rows)


def _lines(user, sections: Sequence[Section]):
    for section in sections:
        if section.held.shown:
            columns = [Column(str(index), title, width=20) for index, title in enumerate(titles_of(section.held))]
            yield Sheet(section.held.title[:31], section.held.title, columns, values_of(section.held, user))
