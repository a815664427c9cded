"""Addresses of lists of scores, ranking, distribution and alerts."""

from django.urls import path

from scoring.views import alerts, distribution, lists

urlpatterns = [
    path("points/", lists.points, name="points"),
    path("points/export.xlsx", lists.points_export, name="points-export"),
    path("points/ranking/", lists.ranking, name="points-ranking"),
    path("points/distribution/", distribution.distribution, name="points-distribution"),
    path("points/alerts/", alerts.alerts, name="points-alerts"),
]
