"""Addresses of activities."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
