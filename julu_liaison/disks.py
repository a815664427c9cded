"""Where an installation keeps things, and how much room is left there: data, backups, and the database if it is on this machine."""

import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, transaction

from julu_liaison.backup import backups_in
from julu_liaison.backup.keeping import day_of

GIB = 2**30
LEAST_FREE = 2 * GIB  # a county's boards and the archive of a year take less than one
BACKUP_AGE = timedelta(days=2)
LOCAL = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Disk:
    """One file system, in bytes, and what of ours lies there (`数据`, `备份`, `数据库`)."""

    what: str
    free: int
    total: int

    @property
    def is_low(self) -> bool:
        return self.free < LEAST_FREE

    @property
    def words(self) -> str:
        return f"还剩{self.free / GIB:.1f} GB,共{self.total / GIB:.0f} GB"


def disks() -> list[Disk]:
    """The file systems of this machine that fill up, the one with the data first; what cannot be looked at is left out."""
    places = {"数据": Path(settings.DATA_DIR), "备份": _backups(), "数据库": _database_folder()}
    found: dict[int, tuple[list[str], Path]] = {}
    for what, folder in places.items():
        try:
            device = os.stat(folder).st_dev if folder else None
        except OSError:
            continue
        if folder and device is not None:
            found.setdefault(device, ([], folder))[0].append(what)
    return [_disk("、".join(names), folder) for names, folder in found.values()]


def _disk(what: str, folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    return Disk(what, usage.free, usage.total)


def _backups() -> Path | None:
    return Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None


def _database_folder() -> Path | None:
    """Known for a server on this machine that lets our role know; in a container of its own it is not."""
    if connection.vendor != "postgresql" or connection.settings_dict["HOST"] not in LOCAL:
        return None
    with connection.cursor() as cursor:  # for other roles the view has no such row
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        row = cursor.fetchone()
    return Path(row[0]) if row else None


def database_size() -> int | None:
    """Bytes of the database; None where it does not tell."""
    if connection.vendor != "postgresql":
        name = Path(connection.settings_dict["NAME"])
        return name.stat().st_size if name.is_file() else None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]
    except Error:
        return None


@dataclass(frozen=True)
class LastBackup:
    """How the backups stand: `day` of the newest, None where there is none or the folder can't be read."""

    is_set: bool
    day: date | None
    today: date

    @property
    def is_late(self) -> bool:
        return self.is_set and (self.day is None or self.day < self.today - BACKUP_AGE)


def last_backup(*, today: date) -> LastBackup:
    """Backups of a day that has not come yet were made while the clock was wrong, and say nothing."""
    folder = _backups()
    if folder is None:
        return LastBackup(False, None, today)
    try:
        days = [day for path in backups_in(folder) if (day := day_of(path)) and day <= today]
    except OSError:
        days = []
    return LastBackup(True, max(days, default=None), today)
