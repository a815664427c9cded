"""Addresses of appeals: the deputy's own, and the desk."""

from django.urls import path

from scoring.views import appeals

urlpatterns = [
    path("me/score/appeals/", appeals.appeals_mine, name="appeals-mine"),
    path("me/score/appeals/<uuid:uid>/withdraw/", appeals.appeal_withdraw, name="appeal-withdraw"),
    path("me/score/appeal/<uuid:uid>/", appeals.appeal_raise, name="appeal-raise"),
    path("me/score/appeal/missing/<int:year>/", appeals.appeal_missing, name="appeal-missing"),
    path("deputies/<slug:code>/score/appeal/<int:year>/", appeals.appeal_missing_for, name="appeal-missing-for"),
    path("points/appeals/", appeals.appeals, name="appeals"),
    path("points/appeals/<uuid:uid>/", appeals.appeal, name="appeal"),
]
