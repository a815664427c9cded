"""Addresses of the monthly reports."""

from django.urls import path

from activities.views import month_reports, reports

REPORT = "month-reports/<str:code>/<str:month>/"

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("month-reports/", month_reports.month_reports, name="month-reports"),
    path(REPORT, month_reports.month_report, name="month-report"),
    path(f"{REPORT}<slug:move>/", month_reports.month_report_move, name="month-report-move"),
    path(f"{REPORT}<int:number>.<str:kind>", month_reports.month_report_file, name="month-report-file"),
]
