"""Addresses for villagers: saying what is wrong, asking how far it is."""

from django.urls import path

from opinions import public_views

urlpatterns = [
    path("b/<slug:code>/say/", public_views.opinion_say, name="opinion-say"),
    path("b/<slug:code>/said/", public_views.opinion_said, name="opinion-said"),
    path("ask/", public_views.opinion_ask, name="opinion-ask"),
]
