"""Addresses of what can be printed of a suggestion."""

from django.urls import path

from opinions.views.papers import ticket_paper

urlpatterns = [
    path("opinions/<uuid:uid>/papers/<slug:paper>.<slug:file_format>", ticket_paper, name="ticket-paper"),
]
