"""Addresses of leave, swaps and duty preferences."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
