"""The register of duty logs as a workbook (工作日志登记簿)."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone

from activities.models import DutyLog
from activities.states import LogState
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook

COLUMNS = (
    Column("register", "联络站", width=14), Column("number", "编号", width=16), Column("date", "日期", width=12),
    Column("branch", "分站", width=16), Column("form", "形式", width=12), Column("role", "角色", width=10),
    Column("received", "接待人数", width=10), Column("households", "走访户数", width=10),
    Column("leaflets", "发放资料", width=10), Column("opinions", "意见件数", width=10),
    Column("attendance", "到岗情况", width=40), Column("summary", "内容", width=40),
    Column("recorder", "记录人", width=12), Column("filed", "登记时间", width=18),
    Column("confirmed", "站长确认", width=18), Column("version", "更正次数", width=10),
    Column("state", "状态", width=10), Column("void", "作废原因", width=24),
)  # fmt: skip


def log_workbook(target: Path | BinaryIO, logs: Iterable[DutyLog]) -> None:
    """Write the logs, as `for_register` reads them with their opinions, in the order given."""
    write_workbook(target, [Sheet("工作日志", "工作日志登记簿", COLUMNS, [_row(log) for log in logs])])


def _row(log: DutyLog) -> list[str | int]:
    attendance = "、".join(f"{row.deputy.name}({row.get_status_display()})" for row in log.attendance.all())
    return [
        log.register.name, log.number, log.date.isoformat(), log.branch.name, log.get_form_display(),
        log.get_service_role_display(), log.received, log.households, log.leaflets, len(log.opinions.all()),
        attendance, log.summary, log.recorder.name, _moment(log.filed_at), _moment(log.confirmed_at),
        log.version - 1, log.get_state_display(), log.void_reason if log.state == LogState.VOID else "",
    ]  # fmt: skip


def _moment(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
