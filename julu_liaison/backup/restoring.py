"""Putting a backup back, and comparing what is there now with what was backed up."""

from pathlib import Path

from django.core.management import call_command
from django.db import connection

from julu_liaison.backup.databases import NAMES, count_rows, load_database
from julu_liaison.backup.keeping import latest_backup
from julu_liaison.backup.making import CANARY
from julu_liaison.backup.manifest import Manifest, damaged_files
from julu_liaison.backup.media import NAME as MEDIA
from julu_liaison.backup.media import missing_media, unpack_media
from julu_liaison.backup.sealing import SUFFIX, identity_in
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.secrets import unseal
from scoring.services.ledger.verifying import verify

ACCOUNTS = "accounts_user"


def restore_backup(folder: Path, *, identity: Path | None = None, replace: bool = False) -> list[str]:
    """Put the backup (or the newest one below `folder`) in the place of database and files; return what is not as it was.

    The files' digests are checked before anything is touched. Raises Conflict where there is data and `replace` is not
    set, DomainError where the backup is damaged, of another kind of database, or for another key.
    """
    backup = latest_backup(folder)
    manifest = Manifest.read(backup)
    _check_beforehand(backup, manifest, replace)
    key = identity_in(identity) if identity else None
    suffix = SUFFIX if manifest.recipient else ""
    load_database(backup / (NAMES[manifest.engine] + suffix), key)
    unpack_media(backup / (MEDIA + suffix), key)
    return differences(manifest)


def _check_beforehand(backup: Path, manifest: Manifest, replace: bool) -> None:
    if damaged := damaged_files(backup, manifest):
        raise DomainError(";".join(damaged) + "。请换一份备份,现有的数据没有动。")
    if manifest.engine != connection.vendor:
        raise DomainError(
            f"这是 {manifest.engine} 的备份,现在的数据库是 {connection.vendor},不能混用。现有的数据没有动。"
        )
    if not replace and _has_data():
        raise Conflict("数据库里已经有账号和数据。确定要用备份换掉它们,请加 --replace;建议先备份一次现在的数据。")


def _has_data() -> bool:
    with connection.cursor() as cursor:
        if ACCOUNTS not in connection.introspection.table_names(cursor):
            return False
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {ACCOUNTS})")  # noqa: S608 - a name of ours
        return bool(cursor.fetchone()[0])


def differences(manifest: Manifest) -> list[str]:
    """Return a sentence for everything that is not as it was backed up: rows, files, keys, the ledger."""
    return [*_row_problems(manifest), *missing_media(manifest.media), *_key_problems(manifest), *_ledger_problems()]


def _row_problems(manifest: Manifest) -> list[str]:
    now = count_rows()
    return [
        f"表 {table} 备份时有{count}行,恢复后有{now.get(table, 0)}行"
        for table, count in manifest.rows.items()
        if now.get(table) != count
    ]


def _key_problems(manifest: Manifest) -> list[str]:
    """Whether this installation's keys open what that one sealed."""
    try:
        readable = unseal(manifest.canary) == CANARY
    except ValueError:
        readable = False
    return [] if readable else [
        "群众的姓名和电话打不开:请把原来机器上的 SECRET_KEY 和 FIELD_KEYS 也设成一样的(它们不在备份里,要另外保管)"
    ]  # fmt: skip


def _ledger_problems() -> list[str]:
    """The points ledger, after an older database has been brought up to the program that reads it."""
    call_command("migrate", interactive=False, verbosity=0)
    return list(verify())
