"""The drill on PostgreSQL: backed up while a clerk goes on filing, put back into another database, compared."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pyrage
import pytest
from django.conf import settings
from django.db import connection, connections

from activities.models import DutyLog
from activities.services import SundayRow, file_log
from activities.states import Presence
from julu_liaison.backup import make_backup
from julu_liaison.backup.manifest import Manifest
from tests.backups import VILLAGER, elsewhere, fill
from tests.cast import SUNDAY, moment

LOGS = "activities_dutylog"


@pytest.fixture
def other_database(transactional_db):
    """An empty database on the same server; yields its DATABASE_URL."""
    with another_database("template0") as url:
        yield url


@contextmanager
def another_database(template: str) -> Iterator[str]:
    """The DATABASE_URL of a database of the test's own beside the test database."""
    known, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_drill"
    with psycopg.connect(host=known["HOST"], port=known["PORT"] or 5432, user=known["USER"], password=known["PASSWORD"],
                         dbname="postgres", autocommit=True) as server:  # fmt: skip
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        locale = "LOCALE 'C.UTF-8'" if template == "template0" else ""  # any other template has its own
        server.execute(f'CREATE DATABASE "{name}" {locale} TEMPLATE "{template}"')
        password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
        yield f"postgres://{known['USER']}{password}@{known['HOST']}:{known['PORT'] or 5432}/{name}"
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def filing_goes_on(cast):
    """Logs filed by another connection until the block is left."""
    stop, first = threading.Event(), threading.Event()

    def go_on():
        row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, matters=[])
        while not stop.is_set():
            file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 18))
            first.set()
        connections.close_all()

    thread = threading.Thread(target=go_on)
    yield lambda: (thread.start(), first.wait(20))
    stop.set()
    thread.join(20)


def test_the_drill(transactional_db, cast, media, tmp_path, other_database, filing_goes_on):
    fill(cast)
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(str(key))
    filing_goes_on()
    before = DutyLog.objects.count()
    backup = make_backup(tmp_path / "backups", at=moment(SUNDAY, 20), recipient=str(key.to_public()))
    counted = Manifest.read(backup).rows[LOGS]
    assert before <= counted <= DutyLog.objects.count()

    there = {"DATABASE_URL": other_database, "SECRET_KEY": settings.SECRET_KEY}
    code, said = elsewhere(
        "restore", str(backup), "--identity", str(tmp_path / "key.txt"), data=tmp_path / "new", **there
    )
    assert code == 0 and "都和备份时一样" in said
    for command in ("check_data", "check_tree", "verify_ledger"):
        assert elsewhere(command, data=tmp_path / "new", **there) == (0, "")
    look = "from opinions.models import Opinion; from activities.models import DutyLog as L; " \
        "print(Opinion.objects.get().villager_name, L.objects.count())"  # fmt: skip
    assert elsewhere("shell", "-v0", "-c", look, data=tmp_path / "new", **there)[1].strip() == f"{VILLAGER} {counted}"
    code, said = elsewhere(
        "restore", str(backup), "--identity", str(tmp_path / "key.txt"), data=tmp_path / "new", **there
    )
    assert code == 1 and "--replace" in said

    # What cannot be put back leaves everything as it is.
    (tmp_path / "other.txt").write_text(str(pyrage.x25519.Identity.generate()))
    programs = tmp_path / "bin"
    programs.mkdir()
    for more, env, expected in (
        ([], {}, "--identity"),
        (["--identity", str(tmp_path / "other.txt")], {}, "换一个私钥"),
        (["--identity", str(tmp_path / "key.txt")], {"PATH": str(programs)}, "pg_restore"),
    ):
        code, said = elsewhere("restore", str(backup), "--replace", *more, data=tmp_path / "new", **there | env)
        assert code == 1 and expected in said
        assert str(counted) in elsewhere("shell", "-v0", "-c", look, data=tmp_path / "new", **there)[1]
    code, said = elsewhere(
        "restore", str(backup), "--replace", "--identity", str(tmp_path / "key.txt"), data=tmp_path / "new", **there
    )
    assert code == 0


def test_a_password_never_stands_in_the_list_of_processes(transactional_db, media, tmp_path, monkeypatch):
    seen = []

    class Done:
        returncode, stderr = 1, b"connection refused"

    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "geheim-42")
    monkeypatch.setattr(
        "julu_liaison.backup.databases.subprocess.run",
        lambda arguments, **options: seen.append((arguments, options)) or Done,
    )
    with pytest.raises(Exception, match="connection refused"):
        make_backup(tmp_path / "backups", at=moment(SUNDAY, 20))
    arguments, options = seen[0]
    assert "geheim-42" not in " ".join(arguments) and options["env"]["PGPASSWORD"] == "geheim-42"
    assert list((tmp_path / "backups").iterdir()) == []
