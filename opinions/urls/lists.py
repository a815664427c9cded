"""Addresses of the list of tickets and of its export."""

from django.urls import path

from opinions import views

urlpatterns = [
    path("opinions/", views.opinions, name="opinions"),
    path("opinions/export.xlsx", views.opinions_export, name="opinions-export"),
]
