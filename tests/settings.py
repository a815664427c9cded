"""Settings of the test suite: the real ones, with cheap passwords, a data folder per process and an eager queue."""

import os
import tempfile

os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="liaison-test-")
os.environ.setdefault("THROTTLE", "off")

from julu_liaison.settings import *  # noqa: F403

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = os.environ.get("REAL_WORKER") != "1"
CELERY_TASK_EAGER_PROPAGATES = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PUBLIC_PAGE_SECONDS = 0  # tests of the cache set it
if "pool" in DATABASES["default"].get("OPTIONS", {}):  # noqa: F405
    DATABASES["default"]["OPTIONS"]["pool"] |= {"max_size": 12}  # noqa: F405 - eight writers, the test itself, and some to spare
