"""Addresses of the villager's own link, redaction, files."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
