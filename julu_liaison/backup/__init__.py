"""Backups: database and media in one folder with a manifest, made while people work, restored and compared.

A backup is a folder `liaison-YYYYMMDD-HHMMSS` with `database.dump` (pg_dump's own format; `database.sqlite3` of an embedded
installation), `media.tar` and `manifest.json`; with a recipient the first two end in `.age` (https://age-encryption.org).
"""

from julu_liaison.backup.keeping import backups_in, forget_backups, latest_backup
from julu_liaison.backup.making import make_backup
from julu_liaison.backup.restoring import restore_backup

__all__ = ["backups_in", "forget_backups", "latest_backup", "make_backup", "restore_backup"]
