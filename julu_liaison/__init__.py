"""The project package: settings, URLs, Celery, and the apps that are not domains of their own."""

from julu_liaison.celery import app as celery_app

__all__ = ["celery_app"]
