"""Addresses of the monthly reports."""

from django.urls import path

from activities.views import reports

urlpatterns = [path("reports/", reports.reports, name="reports")]
