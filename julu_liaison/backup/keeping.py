"""Which backups are kept: every one of the last days, then one a month."""

import re
import shutil
from datetime import date, datetime
from pathlib import Path

from julu_liaison.common.errors import DomainError

PREFIX = "liaison-"
OURS = re.compile(PREFIX + r"(\d{8})-\d{6}")
KEPT_DAYS = 30
KEPT_MONTHS = 12


def backups_in(folder: Path) -> list[Path]:
    """Return the backups below `folder`, oldest first."""
    return sorted(path for path in folder.iterdir() if OURS.fullmatch(path.name)) if folder.is_dir() else []


def latest_backup(folder: Path) -> Path:
    """Return `folder` itself if it is a backup, else the newest below it. Raises DomainError where there is none."""
    if OURS.fullmatch(folder.resolve().name):
        return folder
    found = backups_in(folder)
    if not found:
        raise DomainError(f"{folder} 里没有备份,请核对文件夹。")
    return found[-1]


def day_of(backup: Path) -> date:
    return datetime.strptime(backup.name[len(PREFIX) :][:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone


def forget_backups(folder: Path, *, today: date) -> list[Path]:
    """Delete what is no longer kept; return what went. Never the newest one."""
    old = expendable(backups_in(folder), today)
    for path in old:
        shutil.rmtree(path)
    return old


def expendable(backups: list[Path], today: date) -> list[Path]:
    """Of `backups`, oldest first, those that are neither of the last 30 days nor the first of one of the last 12 months."""
    kept: set[Path] = set(backups[-1:])
    months: set[tuple[int, int]] = set()
    for backup in backups:
        day = day_of(backup)
        month = (day.year, day.month)
        age_in_months = (today.year - day.year) * 12 + today.month - day.month
        is_first = month not in months
        months.add(month)
        if (today - day).days < KEPT_DAYS or (is_first and age_in_months <= KEPT_MONTHS):
            kept.add(backup)
    return [backup for backup in backups if backup not in kept]
