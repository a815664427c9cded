"""Putting a backup back, and comparing what is there now with what was backed up."""

from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from julu_liaison.accounts.models import ApiToken, Session
from julu_liaison.backup.databases import NAMES, count_rows, load_database
from julu_liaison.backup.keeping import latest_backup
from julu_liaison.backup.making import CANARY
from julu_liaison.backup.manifest import Manifest, damaged_files
from julu_liaison.backup.media import NAME as MEDIA
from julu_liaison.backup.media import check_media, missing_media, unpack_media
from julu_liaison.backup.sealing import SUFFIX, identity_in
from julu_liaison.common.audit.verifying import verify_trail
from julu_liaison.common.errors import Conflict, DomainError
from julu_liaison.common.secrets import unseal
from julu_liaison.notices.services.again import drop_unsent
from scoring.services.ledger.verifying import verify

ACCOUNTS = "accounts_user"
UNTOUCHED = "现有的数据没有动。"


def restore_backup(
    folder: Path, *, at: datetime, identity: Path | None = None, replace: bool = False, trust: bool = False
) -> list[str]:
    """Put the backup (or the newest one below `folder`) in the place of database and files; return what is not as it was.

    Everything is read through before anything is touched, and the database is replaced in one transaction. Who was signed
    in then is not signed in now, and what was waiting to be sent is not sent. `trust`: also a backup without this site's
    mark. Raises Conflict where there is data and `replace` is not set, DomainError where the backup is damaged, not ours,
    of another kind of database, or for another key.
    """
    backup = latest_backup(folder, today=timezone.localdate(at))
    manifest = Manifest.read(backup)
    key = identity_in(identity) if identity else None
    suffix = SUFFIX if manifest.recipient else ""
    database, media = (f"{name}{suffix}" for name in (NAMES.get(manifest.engine, "database"), MEDIA))
    _check_beforehand(backup, manifest, [database, media], trust=trust, sealed=key is not None)
    if not replace and _has_data():
        raise Conflict("数据库里已经有账号和数据。确定要用备份换掉它们,请加 --replace;建议先备份一次现在的数据。")
    check_media(backup / media, key)
    load_database(backup / database, key)
    unpack_media(backup / media, key)
    problems = differences(manifest)
    _end_what_was_going_on(at)
    return problems


def _check_beforehand(backup: Path, manifest: Manifest, needed: list[str], *, trust: bool, sealed: bool) -> None:
    if not manifest.is_ours and not trust:
        raise DomainError(
            f"这份备份没有本系统的印记:可能被改过,也可能 SECRET_KEY 和备份时不一样。请设回原来的 SECRET_KEY 和 FIELD_KEYS;"
            f"确实找不回来、又信得过这份备份,可以加 --trust。{UNTOUCHED}"
        )
    if sealed and not manifest.recipient:
        raise DomainError(f"给了私钥,可这份备份没有加密,请核对是不是拿错了。{UNTOUCHED}")
    if manifest.engine != connection.vendor:
        raise DomainError(f"这是 {manifest.engine} 的备份,现在的数据库是 {connection.vendor},不能混用。{UNTOUCHED}")
    if damaged := damaged_files(backup, manifest, needed):
        raise DomainError(";".join(damaged) + f"。请换一份备份。{UNTOUCHED}")


def _has_data() -> bool:
    with connection.cursor() as cursor:
        if ACCOUNTS not in connection.introspection.table_names(cursor):
            return False
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {ACCOUNTS})")  # noqa: S608 - a name of ours
        return bool(cursor.fetchone()[0])


def differences(manifest: Manifest) -> list[str]:
    """Return a sentence for everything that is not as it was backed up: rows, files, keys, the ledger, the
    audit trail."""
    return [
        *_row_problems(manifest), *missing_media(manifest.media), *_key_problems(manifest), *_ledger_problems(),
        *verify_trail(known=[manifest.audit_end]).problems,
    ]  # fmt: skip


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


def _end_what_was_going_on(at: datetime) -> None:
    """A sign-in that was ended since the backup must not come back, nor a message be sent that was sent since."""
    Session.objects.all().delete()
    ApiToken.objects.all().delete()
    drop_unsent(at=at, why="恢复备份以前没有发的,不再发")
