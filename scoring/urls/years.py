"""Addresses of a year's publicity, closing and files."""

from django.urls import path

from scoring.views import years

urlpatterns = [
    path("points/years/", years.point_years, name="point-years"),
    path("points/years/<int:year>/", years.point_year, name="point-year"),
    path("points/years/<int:year>/publish/", years.publish, name="point-year-publish"),
    path("points/years/<int:year>/close/", years.close, name="point-year-close"),
    path("points/years/<int:year>/late/", years.late, name="point-year-late"),
    path("points/years/<int:year>/list/", years.publicity, name="point-year-list"),
    path("points/years/<int:year>/list/file/", years.publicity_file, name="point-year-list-file"),
    path("points/years/<int:year>/workbook/", years.workbook, name="point-year-workbook"),
    path("points/years/<int:year>/archive/", years.archive, name="point-year-archive"),
]
