"""Addresses of the villager's own link and data, redaction, files."""

from django.urls import path

from opinions.views import feedback, files, own_data, villagers

urlpatterns = [
    path("f/<str:token>/", feedback.villager_link, name="villager-link"),
    path("f/<str:token>/data/", own_data.villager_data, name="villager-data"),
    path("opinions/villagers/", villagers.villager_requests, name="villager-requests"),
    path("opinions/<uuid:uid>/villager/", villagers.opinion_villager, name="opinion-villager"),
    path("opinions/<uuid:uid>/villager/<uuid:request_uid>/", villagers.opinion_villager_request, name="opinion-villager-request"),
    path("console/villagers/", villagers.villagers_found, name="villagers-found"),
    path("opinions/<uuid:uid>/slip/", feedback.feedback_slip, name="opinion-slip"),
    path("opinions/<uuid:uid>/redact/", feedback.redact_opinion, name="opinion-redact"),
    path("opinions/<uuid:uid>/originals/", feedback.opinion_originals, name="opinion-originals"),
    path("opinions/<uuid:uid>/files/<uuid:file>/", files.opinion_file, name="opinion-file"),
]
