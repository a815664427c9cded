"""Which backups are kept: every one of the last days, then one a month."""

import re
import shutil
from datetime import date, datetime
from pathlib import Path
from time import time

from julu_liaison.common.errors import DomainError

PREFIX = "liaison-"
OURS = re.compile(PREFIX + r"(\d{8})-\d{6}")
KEPT_DAYS = 30
KEPT_MONTHS = 12
STALE = 86_400  # seconds


def day_of(backup: Path) -> date | None:
    """The day in a backup's name; None for a folder that is none of ours."""
    found = OURS.fullmatch(backup.name)
    try:
        return datetime.strptime(found[1], "%Y%m%d").date() if found else None  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def backups_in(folder: Path) -> list[Path]:
    """Return the backups below `folder`, oldest first."""
    return sorted(path for path in folder.iterdir() if day_of(path)) if folder.is_dir() else []


def latest_backup(folder: Path, *, today: date) -> Path:
    """Return `folder` itself if it is a backup, else the newest below it that is not of the future. Raises DomainError
    where there is none."""
    if day_of(folder.resolve()):
        return folder
    found = [path for path in backups_in(folder) if _day(path) <= today]
    if not found:
        raise DomainError(f"{folder} 里没有备份,请核对文件夹。")
    return found[-1]


def _day(backup: Path) -> date:
    day = day_of(backup)
    assert day is not None, "only backups have a day"
    return day


def forget_backups(folder: Path, *, today: date) -> list[Path]:
    """Delete what is no longer kept, and what killed runs have left; return what went. Never the newest one."""
    old = expendable(backups_in(folder), today)
    unfinished = [path for path in folder.iterdir() if path.name.startswith(f".{PREFIX}") and _is_stale(path)]
    for path in [*old, *unfinished]:
        shutil.rmtree(path)
    return [*old, *unfinished]


def _is_stale(path: Path) -> bool:
    """Nobody has written there for a day."""
    return path.stat().st_mtime < time() - STALE


def expendable(backups: list[Path], today: date) -> list[Path]:
    """Of `backups`, oldest first, those that are neither of the last 30 days nor the first of one of the last 12 months."""
    kept: set[Path] = set(backups[-1:])
    months: set[tuple[int, int]] = set()
    for backup in backups:
        day = _day(backup)
        month = (day.year, day.month)
        age_in_months = (today.year - day.year) * 12 + today.month - day.month
        is_first = month not in months
        months.add(month)
        if (today - day).days < KEPT_DAYS or (is_first and age_in_months <= KEPT_MONTHS):
            kept.add(backup)
    return [backup for backup in backups if backup not in kept]
