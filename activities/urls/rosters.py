"""Addresses of rosters, reception days and calendar feeds."""

from django.urls import path

from activities.views import feeds

urlpatterns = [
    path("feeds/<uuid:token>.ics", feeds.calendar_feed, name="calendar-feed"),
]
