"""The register of visits as a workbook (接待登记簿). Who came is not in it: a file goes where nobody records looks."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from activities.models import Visit
from activities.states import LogState
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook

COLUMNS = (
    Column("register", "联络站", width=14), Column("number", "编号", width=16), Column("date", "日期", width=12),
    Column("time", "时间", width=8), Column("branch", "分站", width=16), Column("form", "形式", width=12),
    Column("deputy", "接待代表", width=12), Column("people", "人数", width=8), Column("matter", "反映的事", width=44),
    Column("category", "类别", width=12), Column("request", "诉求", width=24), Column("handling", "办理方式", width=16),
    Column("refusal", "不受理的原因", width=18), Column("referral", "告知去哪里", width=24), Column("result", "结果", width=28),
    Column("opinion", "意见编号", width=16), Column("state", "意见状态", width=12), Column("told", "告知日期", width=12),
    Column("how", "怎么告知的", width=12), Column("satisfaction", "满意度", width=10), Column("recorder", "记录人", width=12),
    Column("void", "作废原因", width=24),
)  # fmt: skip


def visit_workbook(target: Path | BinaryIO, visits: Iterable[Visit]) -> None:
    """Write the visits, as `for_register` reads them, in the order given."""
    write_workbook(target, [Sheet("接待登记", "接待登记簿", COLUMNS, [_row(visit) for visit in visits])])


def _row(visit: Visit) -> list[str | int]:
    ticket = getattr(visit, "opinion", None)
    return [
        visit.register.name, visit.number, visit.date.isoformat(), f"{visit.time:%H:%M}" if visit.time else "",
        visit.branch.name, visit.get_form_display(), visit.deputy.name if visit.deputy else "", visit.people,
        visit.matter, visit.get_category_display(), visit.request, visit.get_handling_display(),
        visit.get_refusal_display(), visit.referral, visit.result, ticket.number if ticket else "",
        ticket.get_state_display() if ticket else "", visit.told_on.isoformat() if visit.told_on else "",
        visit.told_how, visit.get_satisfaction_display(), visit.recorder.name,
        visit.void_reason if visit.state == LogState.VOID else "",
    ]  # fmt: skip
