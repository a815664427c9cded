"""Addresses of this part of the points."""

urlpatterns: list = []
