"""Addresses of departments: inbox, drafts, sample answers, answer links."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
