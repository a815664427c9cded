"""Addresses of terms and their effect."""

from django.urls import path

from opinions.views import clocks, terms

urlpatterns = [
    path("opinions/<uuid:uid>/clock/", clocks.opinion_clock, name="opinion-clock"),
    path("console/terms/", terms.terms, name="terms"),
    path("console/terms/add/", terms.term_add, name="term-add"),
    path("console/terms/<int:pk>/", terms.term, name="term"),
    path("console/terms/<int:pk>/drop/", terms.term_drop, name="term-drop"),
]
