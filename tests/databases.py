"""Test databases made faster: migrated once and copied, and emptied by deleting."""

import fcntl
import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

PREFIX = "julu_liaison_tests_"
KEPT = 4  # as many states of the code; somebody else's working copy may be busy with another one
# A flush lets Django fill these two again with the very rows they have.
DJANGOS_OWN = {"django_content_type", "auth_permission"}


class Migrated:
    """A database as the migrations leave it, kept for whoever needs one next: another worker, or the next run.

    127 migrations take 40 s of the processor, three and four times a `make check`. It is known by everything that it
    may depend on: each app's migrations and all of our own code, which they may call.
    """

    def __init__(self) -> None:
        self.name = PREFIX + _fingerprint()
        self._folder = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._store = (_PostgresStore if connection.vendor == "postgresql" else _SqliteStore)(self.name, self._folder)
        self._lock = None

    def lend(self) -> None:
        """Have the test database begin as a copy; without one, make the others wait until `keep`."""
        lock = (self._folder / f"{connection.vendor}.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if self._store.lend():
            lock.close()
        else:
            self._lock = lock

    def keep(self) -> None:
        """Keep a copy of the test database, just migrated, if there was none."""
        if self._lock:
            self._store.keep()
            self._lock.close()
            self._lock = None


def _fingerprint() -> str:
    found = hashlib.sha256()
    for config in apps.get_app_configs():
        folder = Path(config.path)
        ours = folder.is_relative_to(settings.BASE_DIR) and ".venv" not in folder.parts
        for path in sorted(folder.rglob("*.py") if ours else folder.glob("migrations/*.py")):
            found.update(f"{config.label}/{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


class _SqliteStore:
    """A file, read into the memory where Django is going to look for its test database."""

    def __init__(self, name: str, folder: Path) -> None:
        self._file = folder / f"{name}.sqlite3"

    def lend(self) -> bool:
        if not self._file.exists():
            return False
        # A database in memory lives as long as a connection to it does.
        self._held = sqlite3.connect(connection.creation._get_test_db_name(), uri=True)
        with closing(sqlite3.connect(self._file)) as source:
            source.backup(self._held)
        return True

    def keep(self) -> None:
        unfinished = self._file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        connection.ensure_connection()
        with closing(sqlite3.connect(unfinished)) as target:
            connection.connection.backup(target)
        unfinished.rename(self._file)
        for old in sorted(self._file.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()


class _PostgresStore:
    """A database beside the test databases, which are made with it as their template."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name

    def lend(self) -> bool:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._name])
            found = cursor.fetchone() is not None
        if found:
            connection.settings_dict["TEST"]["TEMPLATE"] = self._name
        return found

    def keep(self) -> None:
        migrated = connection.settings_dict["NAME"]
        connection.close()
        connection.close_pool()  # nobody may be connected to what is copied
        with connection._nodb_cursor() as cursor:
            quote = connection.ops.quote_name
            cursor.execute(f"CREATE DATABASE {quote(self._name)} TEMPLATE {quote(migrated)}")
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC OFFSET %s",
                [PREFIX, KEPT],
            )
            for (old,) in cursor.fetchall():
                cursor.execute(f"DROP DATABASE IF EXISTS {quote(old)}")


def empty_by_deleting() -> None:
    """Let a flush delete rows: TRUNCATE makes new files for each of 100 tables and their indexes, a second a time.

    The lock is TRUNCATE's: whoever still writes, as the server of a page that has been closed, is waited for.
    """
    if connection.vendor == "postgresql":
        type(connection.ops).sql_flush = _deletions


def _deletions(
    self: BaseDatabaseOperations,
    style,
    tables: list[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    assert not reset_sequences, "deleting sets no sequence back"
    names = [self.quote_name(table) for table in sorted(set(tables) - DJANGOS_OWN)]
    lock = f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"
    return ["; ".join([lock, *(f"DELETE FROM {name}" for name in names)])]  # noqa: S608 - names are the models' own
