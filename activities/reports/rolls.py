"""The attendance of one activity as a workbook (活动签到表)."""

from typing import BinaryIO

from activities.models import Activity
from activities.rules.expected import tally
from activities.services.events import Attendee
from activities.states import Presence
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook

COLUMNS = (
    Column("station", "联络站", width=12), Column("branch", "分站", width=14), Column("code", "编号", width=12),
    Column("name", "姓名", width=10), Column("expected", "应到", width=8), Column("sign_up", "报名", width=10),
    Column("status", "出席情况", width=12), Column("note", "备注", width=28),
)  # fmt: skip


def roll_workbook(target: BinaryIO, activity: Activity, people: list[Attendee]) -> None:
    """Write one row a person and the sums below."""
    found = tally(one.line for one in people)
    sums = (
        f"应到{found.expected}人:到岗{found.present}、迟到{found.late}、早退{found.left_early}、请假{found.on_leave}"
        f"{f'({found.leave_words})' if found.on_leave else ''}、有人顶替{found.substituted}、缺席{found.absent}、"
        f"未填{found.unset};应到以外来了{found.unasked}人"
    )  # fmt: skip
    rows = [*map(_row, people), ["合计", "", "", "", found.expected, "", found.came, sums]]
    heading = f"{activity.title}({activity.held_on:%Y-%m-%d})出席情况"
    write_workbook(target, [Sheet("出席", heading, COLUMNS, rows)])


def roll_name(activity: Activity) -> str:
    title = "".join(sign for sign in activity.title if sign not in '\\/:*?"<>|')[:40]
    return f"{title}-{activity.held_on:%Y-%m-%d}-出席.xlsx"


def _row(one: Attendee) -> list[str]:
    branch = one.branch
    return [
        branch.parent.name if branch else "", branch.name if branch else "", one.deputy.code, one.deputy.name,
        "应到" if one.is_expected else "", one.row.get_sign_up_display(),
        Presence(one.status).label if one.status else "", _note(one),
    ]  # fmt: skip


def _note(one: Attendee) -> str:
    if one.row.stands_in_for:
        return f"替{one.row.stands_in_for.name}"
    return f"由{one.substitute.name}顶替" if one.substitute else one.because
