"""Addresses of filing and signing suggestions."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
