"""Addresses of figures and supervision."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
