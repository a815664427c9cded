"""Addresses of the register of visits."""

from django.urls import path

from activities.views.visits import adding, one, register, villager

urlpatterns = [
    path("station/visits/", register.visits, name="visits"),
    path("station/visits/add/", adding.visit_add, name="visit-add"),
    path("station/visits/<uuid:uid>/", one.visit, name="visit"),
    path("station/visits/<uuid:uid>/reveal/", one.visit_reveal, name="visit-reveal"),
    path("station/visits/<uuid:uid>/print/", one.visit_print, name="visit-print"),
    path("station/visits/<uuid:uid>/villager/", villager.visit_villager, name="visit-villager"),
    path("station/visits/<uuid:uid>/<slug:name>/", one.visit_act, name="visit-act"),
]
