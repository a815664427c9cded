"""Addresses of the working calendar."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
