"""Addresses of duty logs."""

from django.urls import path

from activities.views import late_logs
from activities.views.logs import one, photos, register

urlpatterns = [
    path("station/logs/", register.duty_logs, name="duty-logs"),
    path("station/logs/confirm/", register.confirm, name="duty-logs-confirm"),
    path("station/logs/<uuid:uid>/", one.duty_log, name="duty-log"),
    path("station/logs/<uuid:uid>/correct/", one.duty_log_correct, name="duty-log-correct"),
    path("station/logs/<uuid:uid>/photos/", photos.duty_log_photos, name="duty-log-photos"),
    path("station/logs/<uuid:uid>/photos/<uuid:photo>/", photos.duty_log_photo, name="duty-log-photo"),
    path("console/late-logs/", late_logs.late_logs, name="late-logs"),
]
