"""The register of service records as a workbook."""

from collections.abc import Iterable
from io import BytesIO

from activities.models import ServiceRecord
from activities.states import LogState
from julu_liaison.common.spreadsheets import Column, Sheet, write_workbook

COLUMNS = [
    Column("register", "登记的联络站", width=14), Column("number", "编号", width=16), Column("date", "日期", width=12),
    Column("branch", "分站", width=20), Column("kind", "类别", width=10), Column("role", "角色", width=9),
    Column("deputies", "代表", width=20), Column("text", "做了什么", width=44), Column("received", "服务群众人数", width=8),
    Column("households", "走访户数", width=8), Column("leaflets", "发放资料份数", width=8),
    Column("recorder", "记录人", width=12), Column("state", "状态", width=8), Column("void_reason", "作废原因", width=24),
]  # fmt: skip


def services_workbook(rows: Iterable[ServiceRecord], year: int) -> bytes:
    """All columns of the register, void records with their reason; needs register, branch, deputies, recorder fetched."""
    buffer = BytesIO()
    write_workbook(buffer, [Sheet("服务记录", f"{year}年服务记录", COLUMNS, [_cells(row) for row in rows])])
    return buffer.getvalue()


def _cells(row: ServiceRecord) -> list[str | int]:
    counts = row.state != LogState.VOID  # what is void is no figure to be summed up
    return [
        row.register.name, row.number, row.date.isoformat(), row.branch.parent.name + row.branch.name,
        row.get_kind_display(), row.get_service_role_display(), "、".join(one.name for one in row.deputies.all()), row.text,
        row.received if counts else 0, row.households if counts else 0, row.leaflets if counts else 0,
        row.recorder.name, row.get_state_display(), row.void_reason,
    ]  # fmt: skip
