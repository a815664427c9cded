"""The embedded installation's cache: Django's files, in which counting is one step as it is in Redis."""

import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks


class CountingFileCache(FileBasedCache):
    """`add` and `incr` of Django's look and then write; between the two another request looks as well."""

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        with self._alone():
            return super().add(key, value, timeout, version)

    def incr(self, key, delta=1, version=None):
        """Add `delta` to a number; when it runs out stays as it was set. Raises ValueError where there is none."""
        with self._alone():
            value, left = self.get(key, None, version), self._left(key, version)
            if value is None or left <= 0:
                raise ValueError(f"there is no {key}")
            self.set(key, value + delta, left, version)
            return value + delta

    def _left(self, key, version) -> float:
        """Seconds until the key runs out."""
        try:
            with Path(self._key_to_file(key, version)).open("rb") as file:  # type: ignore[attr-defined]
                expiry = pickle.load(file)  # noqa: S301 - Django's own file in the site's own folder
        except FileNotFoundError:
            return 0
        return expiry - time.time() if expiry else float("inf")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process or thread adds or counts meanwhile."""
        self._createdir()  # type: ignore[attr-defined]
        with (Path(self._dir) / "lock").open("wb") as file:  # type: ignore[attr-defined]
            locks.lock(file, locks.LOCK_EX)
            try:
                yield
            finally:
                locks.unlock(file)
