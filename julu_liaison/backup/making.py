"""Making a backup: it appears whole or not at all."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from julu_liaison.backup.databases import NAMES, dump_database
from julu_liaison.backup.keeping import PREFIX
from julu_liaison.backup.manifest import Manifest, digest_of
from julu_liaison.backup.media import NAME as MEDIA
from julu_liaison.backup.media import packing_media
from julu_liaison.backup.sealing import SUFFIX, recipient_of
from julu_liaison.common.audit.sealing import end_of_chain
from julu_liaison.common.errors import DomainError
from julu_liaison.common.outages import outage_of
from julu_liaison.common.secrets import seal

CANARY = "can be read again"


def make_backup(folder: Path, *, at: datetime, recipient: str = "") -> Path:
    """Write a backup of database and files below `folder` and return its own folder there.

    `recipient`: an age public key for which it is encrypted. Raises DomainError with a sentence that says what to do.
    """
    key = recipient_of(recipient)
    target = folder / f"{PREFIX}{timezone.localtime(at):%Y%m%d-%H%M%S}"
    unfinished = folder / f".{target.name}"
    if target.exists():
        raise DomainError(f"{target} 已经有了,请换一个文件夹或过一秒再试。")
    try:
        unfinished.mkdir(parents=True, mode=0o700)
    except FileExistsError as error:
        raise DomainError(f"这一秒已经在备份到 {target} 了,请等它做完。") from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _fill(unfinished, at, recipient, key)
        unfinished.rename(target)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _unwritable(folder: Path, error: OSError) -> DomainError:
    outage = outage_of(error)
    reason = f"{outage.title}({error.strerror})" if outage else error.strerror
    return DomainError(f"备份写不进 {folder}:{reason}。请检查磁盘空间和这个文件夹的写权限。")


def _fill(folder: Path, at: datetime, recipient: str, key) -> None:
    suffix = SUFFIX if key else ""
    database, media = folder / (NAMES[connection.vendor] + suffix), folder / (MEDIA + suffix)
    with packing_media(media, key) as archive:
        archive.add_what_is_new()
        audit_end = end_of_chain()
        rows = dump_database(database, key)
        archive.add_what_is_new()
    manifest = Manifest(
        made_at=at, engine=connection.vendor, rows=rows, media=archive.digests, migrations=latest_migrations(),
        canary=seal(CANARY),
        files={path.name: digest_of(path) for path in (database, media)}, recipient=recipient, audit_end=audit_end,
    )  # fmt: skip
    manifest.write(folder)
    for path in folder.iterdir():
        _to_disk(path)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def latest_migrations() -> dict[str, str]:
    """Return {app: its last migration} of the database as it is."""
    applied = MigrationRecorder(connection).applied_migrations()
    found: dict[str, str] = {}
    for app, name in sorted(applied):
        found[app] = name
    return found
