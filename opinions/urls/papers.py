"""Addresses of what can be printed of a ticket."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
