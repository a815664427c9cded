"""Backups of an embedded installation: whole or not at all, and put back as they were; what is kept how long.

PostgreSQL has its own drill: tests/servers/test_restore_drill.py.
"""

import io
import json
import os
import stat
import tarfile
from datetime import date, timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from julu_liaison.accounts.services import issue_token
from julu_liaison.backup import forget_backups, latest_backup, make_backup
from julu_liaison.backup.databases import dump_database
from julu_liaison.backup.keeping import day_of, expendable
from julu_liaison.backup.manifest import Manifest, digest_of
from julu_liaison.common.errors import DomainError
from julu_liaison.notices.models import Message
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from julu_liaison.tasks import back_up
from tests.backups import VILLAGER, elsewhere, fill
from tests.cast import SUNDAY, moment

NOW = moment(SUNDAY, 20)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def backup(transactional_db, cast, media, folder) -> Path:
    """A backup of a Sunday."""
    fill(cast)
    return make_backup(folder, at=NOW)


def test_the_drill_a_fresh_machine_has_everything_again(backup, tmp_path):
    code, said = elsewhere("restore", str(backup.parent), data=tmp_path / "new")
    assert code == 0 and "都和备份时一样" in said
    shown = elsewhere("shell", "-c", "from opinions.models import Opinion; print(Opinion.objects.get().villager_name)",
                      data=tmp_path / "new")  # fmt: skip
    assert VILLAGER in shown[1]
    files = {path.name for path in (tmp_path / "new" / "media").rglob("*") if path.is_file()}
    assert files == {"road.jpg", "letter.pdf"}
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and "--replace" in said


def test_a_damaged_backup_is_refused_before_anything_is_touched(backup, tmp_path):
    whole = (backup / "media.tar").read_bytes()
    (backup / "media.tar").write_bytes(whole[:-100])
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and "media.tar" in said and "没有动" in said
    assert not (tmp_path / "new" / "liaison.sqlite3").exists() and not (tmp_path / "new" / "media").exists()


def test_what_is_not_as_it_was_is_told(backup, tmp_path):
    manifest = Manifest.read(backup)
    manifest.rows["stations_station"] += 1
    manifest.media["gone.jpg"] = "0"
    manifest.write(backup)
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and "stations_station" in said and "gone.jpg" in said


def test_a_forged_or_foreign_backup_is_refused_unless_trusted(backup, tmp_path):
    forged = json.loads((backup / "manifest.json").read_text()) | {"rows": {}}
    (backup / "manifest.json").write_text(json.dumps(forged))
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and "印记" in said and not (tmp_path / "new" / "liaison.sqlite3").exists()
    code, said = elsewhere("restore", str(backup), "--trust", data=tmp_path / "new", SECRET_KEY="another-secret")
    assert code == 1 and "FIELD_KEYS" in said and (tmp_path / "new" / "liaison.sqlite3").exists()


@pytest.mark.parametrize("name", ["database.sqlite3", "media.tar"])
def test_every_file_must_be_vouched_for(backup, tmp_path, name):
    manifest = Manifest.read(backup)
    del manifest.files[name]
    manifest.write(backup)
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and name in said and "没有动" in said


def test_an_archive_that_climbs_out_is_refused_before_anything_is_touched(backup, tmp_path):
    with tarfile.open(backup / "media.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../../climbed.txt"))
    manifest = Manifest.read(backup)
    manifest.files["media.tar"] = digest_of(backup / "media.tar")
    manifest.write(backup)
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new")
    assert code == 1 and "media.tar" in said and "没有动" in said


def test_who_was_signed_in_and_what_waited_stays_behind(transactional_db, cast, media, folder, tmp_path):
    notify(users=[cast.clerk], kind=Kind.TICKET, text="旧通知", at=NOW)
    Message.objects.create(channel="mail", user=cast.clerk, created_at=NOW, due_at=NOW)
    issue_token(user=cast.clerk)
    made = make_backup(folder, at=NOW)
    code, _said = elsewhere("restore", str(made), data=tmp_path / "new")
    assert code == 0
    look = (
        "from julu_liaison.notices.models import *; from julu_liaison.accounts.models import *;"
        "print(ApiToken.objects.count(), Message.objects.get().state, Notice.objects.filter(routed_at=None).count())"
    )
    assert elsewhere("shell", "-v0", "-c", look, data=tmp_path / "new")[1].strip() == "0 dropped 0"


def test_encrypted_for_one_key(transactional_db, cast, media, folder, tmp_path):
    fill(cast)
    right, wrong = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    made = make_backup(folder, at=NOW, recipient=str(right.to_public()))
    assert sorted(path.name for path in made.iterdir()) == ["database.sqlite3.age", "manifest.json", "media.tar.age"]
    assert all(b"SQLite format" not in path.read_bytes() for path in made.iterdir())
    for key, expected in ((None, "--identity"), (wrong, "换一个私钥"), (right, "都和备份时一样")):
        arguments = ["restore", str(made)]
        if key:
            (tmp_path / "key.txt").write_text(f"# created today\n{key}\n")
            arguments += ["--identity", str(tmp_path / "key.txt")]
        code, said = elsewhere(*arguments, data=tmp_path / "new")
        assert expected in said and (code == 0) == (key is right)


def test_a_backup_that_fails_leaves_nothing(transactional_db, media, folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("julu_liaison.backup.making.dump_database", full)
    with pytest.raises(DomainError, match="磁盘空间"):
        make_backup(folder, at=NOW)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("recipient", "sentence"), [("age1nonsense", "BACKUP_RECIPIENT"), ("", "里没有备份")])
def test_commands_say_what_is_wrong(db, media, folder, recipient, sentence):
    folder.mkdir()
    with pytest.raises(CommandError, match=sentence):
        call_command("backup", folder, recipient=recipient) if recipient else call_command("restore", folder)


def test_the_command_tidies_up(transactional_db, media, folder):
    old = folder / "liaison-20200101-013000"
    old.mkdir(parents=True)
    out = io.StringIO()
    call_command("backup", folder, recipient="", tidy=True, stdout=out)
    assert (
        not old.exists() and str(latest_backup(folder, today=date.max)) in out.getvalue() and str(old) in out.getvalue()
    )


def test_the_nightly_task(transactional_db, media, folder, settings):
    assert back_up() == ""
    settings.BACKUP_DIR = str(folder)
    assert back_up() == str(latest_backup(folder, today=date.max))


# ---- What is kept ----


@given(st.sets(st.integers(0, 900), max_size=60), st.integers(0, 40))
def test_what_is_kept(ages, later):
    today = date(2026, 11, 30)
    days = sorted(today - timedelta(days=age) for age in ages)
    backups = [Path(f"liaison-{day:%Y%m%d}-013000") for day in days]
    gone = {day_of(path) for path in expendable(backups, today)}
    firsts = {
        min(day for day in days if (day.year, day.month) == month) for month in {(day.year, day.month) for day in days}
    }
    for day in days:
        is_first_of_the_year = day in firsts and (today.year - day.year) * 12 + today.month - day.month <= 12
        is_kept = (today - day).days < 30 or is_first_of_the_year or day == days[-1]
        assert (day in gone) != is_kept, day
    # Tidying up later never wants back what an earlier one threw away.
    kept = [path for path in backups if day_of(path) not in gone]
    after = today + timedelta(days=later)
    assert set(expendable(kept, after)) <= set(expendable(backups, after))


def test_forgetting_touches_nothing_else(tmp_path):
    names = ["liaison-20200101-013000", "liaison-20261130-013000", "liaison-20261399-000000", "liaison-notes", "photos"]
    for name in names:
        (tmp_path / name).mkdir()
    assert [path.name for path in forget_backups(tmp_path, today=date(2026, 11, 30))] == names[:1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_what_killed_runs_left_goes_too_and_what_is_being_made_stays(tmp_path):
    old, new = tmp_path / ".liaison-20261128-013000", tmp_path / ".liaison-20261130-013000"
    for path in (old, new):
        path.mkdir()
    os.utime(old, (0, 0))
    assert forget_backups(tmp_path, today=date(2026, 11, 30)) == [old] and new.exists()


def test_a_backup_of_the_future_is_not_the_latest(tmp_path):
    for name in ("liaison-20261129-013000", "liaison-20991231-000000"):
        (tmp_path / name).mkdir()
    assert latest_backup(tmp_path, today=date(2026, 11, 30)).name == "liaison-20261129-013000"


def test_nobody_else_reads_a_backup_and_what_came_meanwhile_is_in_it(
    transactional_db, cast, media, folder, monkeypatch
):
    def meanwhile(*arguments):
        (media / "late.jpg").write_bytes(b"came while the database was copied")
        return dump_database(*arguments)

    media.mkdir(parents=True)
    monkeypatch.setattr("julu_liaison.backup.making.dump_database", meanwhile)
    made = make_backup(folder, at=NOW)
    assert "late.jpg" in Manifest.read(made).media
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
