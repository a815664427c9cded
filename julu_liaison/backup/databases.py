"""The database's part: one consistent copy with the number of rows of each table, and back again.

PostgreSQL: pg_dump reads the very snapshot in which the rows are counted, so the two agree while people go on working.
SQLite: VACUUM INTO is such a copy by itself.
"""

import errno
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, connections, transaction

from julu_liaison.backup.sealing import reading, writing
from julu_liaison.common.errors import DomainError
from julu_liaison.common.whole_files import appearing

NAMES = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
FULL = os.strerror(errno.ENOSPC)  # how PostgreSQL's programs say it, too
DROP_ALL = b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


def dump_database(path: Path, recipient) -> dict[str, int]:
    """Write the database to `path` and return {table: rows} of that very copy. Raises DomainError."""
    return _dump_sqlite(path, recipient) if connection.vendor == "sqlite" else _dump_postgresql(path, recipient)


def load_database(path: Path, identity) -> None:
    """Put what `path` holds in the place of everything in the database, all or nothing. Raises DomainError."""
    if connection.vendor == "sqlite":
        _load_sqlite(path, identity)
    else:
        _load_postgresql(path, identity)


def count_rows() -> dict[str, int]:
    """Return {table: rows} of the database as it is now."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our tables
            found[table] = cursor.fetchone()[0]
    return found


def _dump_postgresql(path: Path, recipient) -> dict[str, int]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        rows = count_rows()
        with writing(path, recipient) as file:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", stdout=file)
    return rows


def _load_postgresql(path: Path, identity) -> None:
    """The dump becomes a script first, which tells whether it can be read at all; the script then runs in one
    transaction, dropping included. It lies in DATA_DIR for as long, like the database itself does on its own disk."""
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as script:
        script.write(DROP_ALL)
        script.flush()
        with reading(path, identity) as file:
            _run("pg_restore", "--no-owner", "--no-privileges", "--file=-", stdin=file, stdout=script)
        script.seek(0)
        connections.close_all()
        said = ("--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet", "--no-psqlrc", "--file=-")
        _run("psql", *said, stdin=script, stdout=subprocess.DEVNULL)


def _run(command: str, *arguments: str, stdin: BinaryIO | None = None, stdout: BinaryIO | int | None = None) -> None:
    """Run one of PostgreSQL's programs against our database; the password goes by the environment, not by `ps`.

    Raises DomainError, and OSError for a disk that is full.
    """
    program = shutil.which(command)
    if program is None:
        raise DomainError(f"本机没有 {command},请安装和数据库同版本的 postgresql-client。")
    known = connection.settings_dict
    said = {"PGHOST": known["HOST"], "PGPORT": known["PORT"], "PGUSER": known["USER"], "PGPASSWORD": known["PASSWORD"],
            "PGDATABASE": known["NAME"]}  # fmt: skip
    env = os.environ | {"LC_MESSAGES": "C"} | {name: str(value) for name, value in said.items() if value}
    call = [program, *arguments]  # all of them our own words
    done = subprocess.run(call, env=env, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, check=False)  # noqa: S603 - PostgreSQL's own programs, no shell
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip()[-500:]
        if FULL in why:
            raise OSError(errno.ENOSPC, FULL)
        raise DomainError(f"{command} 没有成功:{why}")


def _dump_sqlite(path: Path, recipient) -> dict[str, int]:
    """The copy is made beside the database, where it lies in the clear anyway, and only what is sealed leaves that disk."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        copy = Path(folder) / "copy.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        rows = _rows_of_sqlite(copy)
        with copy.open("rb") as source, writing(path, recipient) as file:
            shutil.copyfileobj(source, file)
    return rows


def _rows_of_sqlite(copy: Path) -> dict[str, int]:
    database = sqlite3.connect(copy)
    try:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = sorted(name for (name,) in names)
        count = "SELECT count(*) FROM {}"
        return {table: database.execute(count.format(f'"{table}"')).fetchone()[0] for table in tables}
    finally:
        database.close()


def _load_sqlite(path: Path, identity) -> None:
    target = Path(connection.settings_dict["NAME"])
    connections.close_all()
    with reading(path, identity) as source, appearing(target) as unfinished:
        with unfinished.open("wb") as file:
            shutil.copyfileobj(source, file)
        try:
            _rows_of_sqlite(unfinished)
        except sqlite3.DatabaseError as error:
            raise DomainError("备份里的数据库读不出来,请换一份备份。现有的数据没有动。") from error
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
