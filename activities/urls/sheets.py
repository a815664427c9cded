"""Addresses of the station's home and the Sunday sheet."""

from django.urls import path

from activities.views import drafts, home, sheets

urlpatterns = [
    path("station/", home.station_home, name="station-home"),
    path("station/sunday/", sheets.sunday, name="sunday"),
    path("station/sunday/<str:day>/", sheets.sunday_sheet, name="sunday-sheet"),
    path("station/sunday/<str:day>/draft/", drafts.sunday_draft, name="sunday-draft"),
    path("station/sunday/<str:day>/check/", sheets.sunday_check, name="sunday-check"),
    path("station/sunday/<str:day>/file/", sheets.sunday_file, name="sunday-file"),
    path("station/sunday/<str:day>/done/", sheets.sunday_done, name="sunday-done"),
    path("station/sunday/<str:day>/print/", sheets.sunday_print, name="sunday-print"),
]
