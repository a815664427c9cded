"""Fixtures every test may use."""

import os

import pytest

from tests.cast import Cast, build_cast

# Playwright's event loop lives in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def cast(db) -> Cast:
    """The small county of tests/cast.py."""
    return build_cast()


@pytest.fixture
def signed_in(client):
    """Sign a user of the cast in: `signed_in(cast.clerk).get(...)` (force_login: axes wants a request)."""

    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def media(settings, tmp_path):
    """A media folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT
