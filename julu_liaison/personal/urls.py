"""Addresses of what is held of oneself, and of requests to correct it."""

from django.urls import path

from julu_liaison.personal import views

urlpatterns = [
    path("me/data/", views.my_data, name="my-data"),
    path("me/data/file/", views.my_data_file, name="my-data-file"),
    path("me/data/correct/", views.correction_ask, name="correction-ask"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<uuid:uid>/", views.correction, name="correction"),
    path("corrections/<uuid:uid>/<slug:name>/", views.correction_move, name="correction-move"),
]
