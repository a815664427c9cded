"""Addresses of registering and importing at the desk."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
