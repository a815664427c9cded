"""A line of the list of monthly reports: how far it is, in words, and what this person may do with it."""

from collections.abc import Collection
from dataclasses import dataclass

from activities.forms.month_reports import StepForm
from activities.models import MonthReport
from activities.services.month_reports import Progress
from activities.states import ReportState
from activities.workflow import month_label, month_moves_open_to
from julu_liaison.common.workflow import Move
from stations.permissions import is_head_of

TAGS = {ReportState.CONFIRMED: " tag-todo", ReportState.ACCEPTED: " tag-ok", ReportState.LOCKED: " tag-ok"}
NEXT = {
    ReportState.DRAFT: "等站长确认", ReportState.CONFIRMED: "等联络站审核", ReportState.ACCEPTED: "等县里锁定", ReportState.LOCKED: "",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """`progress` seen by one person. `below`: a station's branches; `waiting`: how many of them are not confirmed."""

    progress: Progress
    moves: list[Move]
    is_own: bool = False
    below: int = 0
    waiting: int = 0

    @property
    def report(self) -> MonthReport:
        return self.progress.report

    @property
    def state_words(self) -> str:
        return "确认以后有改动" if self._is_confirmed_anew else state_words(self.report)

    @property
    def tag(self) -> str:
        return " tag-warn" if self.progress.changed else TAGS.get(self.report.state, " tag-warn")

    @property
    def _is_confirmed_anew(self) -> bool:
        return bool(self.progress.changed) and self.report.state == ReportState.CONFIRMED

    @property
    def step_words(self) -> str:
        return month_label(self.progress.step.move)

    @property
    def next_words(self) -> str:
        if self.report.branch_id and self.progress.changed:
            return "请站长再确认一次"
        if self.report.branch_id or self.report.state != ReportState.DRAFT:
            return NEXT[self.report.state]
        return f"还差{self.waiting}个分站确认" if self.waiting else "等联络站审核"

    @property
    def confirm(self) -> StepForm | None:
        """The form for the head's word, where there is something to say."""
        return None if self.progress.is_ready else self._form("confirm")

    @property
    def confirm_label(self) -> str:
        again = "再" if self.progress.changed else ""
        return f"{again}确认无误" if self.is_own else f"站长纸上签字,{again}代记"

    @property
    def accept(self) -> StepForm | None:
        return self._form("accept")

    def _form(self, name: str) -> StepForm | None:
        move = next((move for move in self.moves if move.name == name), None)
        return StepForm(move=move, initial={"seen": self.progress.seen}) if move else None


def row_of(user, progress: Progress, below: Collection[MonthReport] = ()) -> Row:
    """`below`: the reports of a station's branches."""
    report = progress.report
    own = report.branch_id is not None and is_head_of(user, report.branch_id)
    waiting = sum(one.state == ReportState.DRAFT for one in below)
    return Row(progress, month_moves_open_to(user, report), own, len(below), waiting)


def state_words(report: MonthReport) -> str:
    """The state as it is called at the report's own level: a station's month waits for its acceptance, not for a head."""
    if report.state == ReportState.DRAFT and not report.branch_id:
        return "待审核" if report.station_id else "待锁定"
    return report.get_state_display()
