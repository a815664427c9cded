"""Addresses of rosters, reception days and calendar feeds."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
