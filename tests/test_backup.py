"""Backups of an embedded installation: whole or not at all, and put back as they were; what is kept how long.

PostgreSQL has its own drill: tests/servers/test_restore_drill.py.
"""

import io
import json
from datetime import date, timedelta
from pathlib import Path

import pyrage
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from julu_liaison.backup import forget_backups, latest_backup, make_backup
from julu_liaison.backup.keeping import KEPT_DAYS, day_of, expendable
from julu_liaison.common.errors import DomainError
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


def test_other_keys_and_other_rows_are_told(backup, tmp_path):
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["rows"]["stations_station"] += 1
    manifest["media"]["gone.jpg"] = "0"
    (backup / "manifest.json").write_text(json.dumps(manifest))
    code, said = elsewhere("restore", str(backup), data=tmp_path / "new", SECRET_KEY="another-secret")
    assert code == 1 and "FIELD_KEYS" in said and "stations_station" in said and "gone.jpg" in said


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
    assert not old.exists() and str(latest_backup(folder)) in out.getvalue() and str(old) in out.getvalue()


def test_the_nightly_task(transactional_db, media, folder, settings):
    assert back_up() == ""
    settings.BACKUP_DIR = str(folder)
    assert back_up() == str(latest_backup(folder))


# ---- What is kept ----


@given(st.lists(st.integers(0, 900), max_size=60), st.integers(0, 40))
def test_what_is_kept(ages, later):
    today = date(2026, 11, 30)
    days = sorted({today - timedelta(days=age) for age in ages})
    backups = [Path(f"liaison-{day:%Y%m%d}-013000") for day in days]
    gone = expendable(backups, today)
    kept = [path for path in backups if path not in gone]
    assert [path for path in backups if (today - day_of(path)).days < KEPT_DAYS] == [
        path for path in kept if (today - day_of(path)).days < KEPT_DAYS
    ]
    assert not backups or backups[-1] in kept
    old_kept = [day_of(path) for path in kept[:-1] if (today - day_of(path)).days >= KEPT_DAYS]
    assert len({(day.year, day.month) for day in old_kept}) == len(old_kept)
    # Tidying up later never wants back what an earlier one threw away.
    assert set(expendable(kept, today + timedelta(days=later))) <= set(
        expendable(backups, today + timedelta(days=later))
    )


def test_forgetting_touches_nothing_else(tmp_path):
    names = ["liaison-20200101-013000", "liaison-20261130-013000", "liaison-notes", "photos"]
    for name in names:
        (tmp_path / name).mkdir()
    assert [path.name for path in forget_backups(tmp_path, today=date(2026, 11, 30))] == names[:1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
