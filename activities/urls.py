from django.urls import path

from activities import views

urlpatterns = [
    path("", views.station_home, name="station-home"),
    path("logs/<uuid:uid>/", views.duty_log, name="duty-log"),
    path("sunday/", views.sunday, name="sunday"),
    path("sunday/<str:day>/", views.sunday_sheet, name="sunday-sheet"),
    path("sunday/<str:day>/check/", views.sunday_check, name="sunday-check"),
    path("sunday/<str:day>/file/", views.sunday_file, name="sunday-file"),
    path("sunday/<str:day>/done/", views.sunday_done, name="sunday-done"),
    path("sunday/<str:day>/print/", views.sunday_print, name="sunday-print"),
]
