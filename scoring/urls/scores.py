"""Addresses of scores."""

from django.urls import path

from scoring.views import scores

urlpatterns = [
    path("me/score/", scores.my_score, name="my-score"),
    path("deputies/<slug:code>/score/", scores.deputy_score, name="deputy-score"),
]
