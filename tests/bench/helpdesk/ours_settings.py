"""The settings of production, with names of this bench's own on a Redis that others may use."""

import os

from julu_liaison.settings import *  # noqa: F403

KEYS = os.environ["BENCH_KEYS"]
CACHES["default"]["KEY_PREFIX"] = KEYS  # noqa: F405
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": KEYS}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
