"""Addresses of terms and their effect."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
