"""Addresses of the villager's own link, redaction, files."""

from django.urls import path

from opinions.views import feedback, files

urlpatterns = [
    path("f/<str:token>/", feedback.villager_link, name="villager-link"),
    path("opinions/<uuid:uid>/slip/", feedback.feedback_slip, name="opinion-slip"),
    path("opinions/<uuid:uid>/redact/", feedback.redact_opinion, name="opinion-redact"),
    path("opinions/<uuid:uid>/originals/", feedback.opinion_originals, name="opinion-originals"),
    path("opinions/<uuid:uid>/files/<uuid:file>/", files.opinion_file, name="opinion-file"),
]
