"""Addresses of duty logs."""

from django.urls import path

from activities.views import logs

urlpatterns = [
    path("station/logs/<uuid:uid>/", logs.duty_log, name="duty-log"),
]
