"""Addresses of filing and signing suggestions."""

from django.urls import path

from opinions.views import suggestions

urlpatterns = [
    path("me/suggestions/new/", suggestions.my_suggestion_new, name="my-suggestion-new"),
    path("station/suggestions/new/", suggestions.suggestion_new, name="suggestion-new"),
    path("opinions/<uuid:uid>/cosigners/", suggestions.suggestion_cosigners, name="suggestion-cosigners"),
    path("opinions/<uuid:uid>/cosigners/<str:code>/", suggestions.suggestion_cosigner, name="suggestion-cosigner"),
    path("opinions/<uuid:uid>/talks/new/", suggestions.consultation_new, name="consultation-new"),
    path("opinions/<uuid:uid>/talks/<int:pk>/sign/", suggestions.consultation_sign, name="consultation-sign"),
]
