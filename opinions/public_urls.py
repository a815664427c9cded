"""Addresses for villagers: saying what is wrong, asking how far it is."""

from django.urls import path

from julu_liaison.common.middleware import takes_body
from opinions import public_views
from opinions.public_views import MOST_BYTES

# Of what is a little too large the view itself says so, with its form.
urlpatterns = [
    path("b/<slug:code>/say/", takes_body(4 * MOST_BYTES)(public_views.opinion_say), name="opinion-say"),
    path("b/<slug:code>/said/", public_views.opinion_said, name="opinion-said"),
    path("ask/", public_views.opinion_ask, name="opinion-ask"),
]
