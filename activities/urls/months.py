"""Addresses of the months whose records are complete."""

from django.urls import path

from activities.views import months

urlpatterns = [
    path("months/", months.months, name="months"),
    path("months/declare/", months.months_declare, name="months-declare"),
    path("months/<int:pk>/take-back/", months.months_take_back, name="months-take-back"),
]
