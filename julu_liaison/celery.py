"""The Celery application; with no REDIS_URL it runs on a folder of files, so a single PC needs no broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "julu_liaison.settings")

app = Celery("julu_liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
