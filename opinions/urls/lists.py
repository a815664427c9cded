"""Addresses of the list, its export, bulk moves and look-alikes."""

from django.urls import path

from opinions import views

urlpatterns = [
    path("opinions/", views.opinions, name="opinions"),
]
