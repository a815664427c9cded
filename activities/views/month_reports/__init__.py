"""Monthly reports: what waits for whom, one report with its story, the moves, every edition as a file."""

from activities.views.month_reports.desk import month_reports
from activities.views.month_reports.files import month_report_file
from activities.views.month_reports.moves import month_report_move
from activities.views.month_reports.one import month_report

__all__ = ["month_report", "month_report_file", "month_report_move", "month_reports"]
