"""Addresses of figures and supervision."""

from django.urls import path

from opinions.views.figures import figures
from opinions.views.supervision import opinion_director, supervised

urlpatterns = [
    path("opinions/figures/", figures, name="opinion-figures"),
    path("opinions/<uuid:uid>/director/", opinion_director, name="opinion-director"),
    path("console/supervised/", supervised, name="supervised"),
]
