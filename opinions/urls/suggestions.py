"""Addresses of filing and signing suggestions, their papers."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
