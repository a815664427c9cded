"""Addresses of one ticket."""

from django.urls import path

from opinions import views

urlpatterns = [
    path("opinions/<uuid:uid>/", views.opinion, name="opinion"),
    path("opinions/<uuid:uid>/move/<slug:name>/", views.opinion_move, name="opinion-move"),
]
