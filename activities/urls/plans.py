"""Addresses of work plans, livelihood projects, service records and exemptions."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
