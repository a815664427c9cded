"""Addresses for villagers: saying what is wrong, asking how far it is."""

urlpatterns: list = []
