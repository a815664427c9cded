"""Addresses of rosters, reception days and calendar feeds."""

from django.urls import path

from activities.views import feeds, rosters

urlpatterns = [
    path("station/roster/", rosters.roster, name="roster"),
    path("station/roster/<int:pk>/", rosters.roster_day, name="roster-day"),
    path("station/roster/add/", rosters.roster_add, name="roster-add"),
    path("station/roster/move/", rosters.roster_move, name="roster-move"),
    path("station/roster/calls/", rosters.roster_calls, name="roster-calls"),
    path("station/roster/print/", rosters.roster_print, name="roster-print"),
    path("station/roster/file/", rosters.roster_file, name="roster-file"),
    path("station/roster/calendar/", rosters.roster_calendar, name="roster-calendar"),
    path("station/announcements/", rosters.announcements, name="announcements"),
    path("console/roster/", rosters.console_roster, name="console-roster"),
    path("me/roster/", rosters.my_roster, name="my-roster"),
    path("me/calendar/", rosters.my_calendar, name="my-calendar"),
    path("feeds/<uuid:token>.ics", feeds.calendar_feed, name="calendar-feed"),
]
