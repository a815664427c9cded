"""Addresses of activities."""

from django.urls import path

from activities.views import events

urlpatterns = [
    path("station/activities/", events.activities, name="activities"),
    path("station/activities/new/", events.activity_new, name="activity-new"),
    path("station/activities/<uuid:uid>/", events.activity, name="activity"),
    path("station/activities/<uuid:uid>/edit/", events.activity_edit, name="activity-edit"),
    path("station/activities/<uuid:uid>/cancel/", events.activity_cancel, name="activity-cancel"),
    path("station/activities/<uuid:uid>/calls/", events.activity_calls, name="activity-calls"),
    path("station/activities/<uuid:uid>/attendance/", events.attendance, name="activity-attendance"),
    path("station/activities/<uuid:uid>/attendance.xlsx", events.attendance_file, name="activity-attendance-file"),
    path("station/activities/<uuid:uid>/own-people/", events.own_people, name="activity-own-people"),
    path("station/activities/<uuid:uid>/files/", events.file_add, name="activity-files"),
    path("station/activities/<uuid:uid>/files/<uuid:file>/", events.file_download, name="activity-file"),
    path("station/activities/<uuid:uid>/files/<uuid:file>/remove/", events.file_remove, name="activity-file-remove"),
    path("me/activities/", events.my_activities, name="my-activities"),
    path("me/activities/<uuid:uid>/", events.my_activity, name="my-activity"),
]
