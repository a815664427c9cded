"""Addresses of one's own notices."""

urlpatterns: list = []
