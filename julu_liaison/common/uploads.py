"""Uploaded registers between preview and confirmation: a folder each, named by a random uid, below the media folder.

`register.xlsx` is the file as it came, `facts.json` whose it is and what for, `passwords.sealed` the first passwords of
accounts that it opened, until they are taken away. The owner's own words never become part of a path. Registers hold
personal data: the file goes once it is imported, the folder after a day.
"""

import json
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from julu_liaison.common.errors import NotFound
from julu_liaison.common.secrets import seal, unseal
from julu_liaison.common.whole_files import appearing

KEPT_FOR = timedelta(days=1)
NOT_THERE = "没有找到这次上传,可能已经超过一天,请重新上传。"


@dataclass(frozen=True)
class Upload:
    """One uploaded register. `outcome` holds the counts once it has been imported, `job` the uid of the work that does it."""

    uid: str
    kind: str
    county: str
    name: str
    started_on: date
    outcome: dict[str, int] | None = None
    job: str = ""

    @property
    def file(self) -> Path:
        return _folder(self.uid) / "register.xlsx"

    @property
    def has_passwords(self) -> bool:
        return _passwords(self.uid).is_file()


def keep_upload(chunks: Iterable[bytes], *, kind: str, name: str, owner, county, started_on: date, at: datetime) -> str:
    """Store the file for `owner` and return its uid. Folders older than a day go at the same time."""
    forget_uploads(at - KEPT_FOR)
    uid = str(uuid.uuid4())
    folder = _folder(uid)
    facts = {"owner": owner.pk, "kind": kind, "county": county.code, "name": name, "started_on": started_on.isoformat()}
    try:
        folder.mkdir(parents=True, mode=0o700)
        with (folder / "register.xlsx").open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        _write_facts(uid, facts | {"kept_at": at.timestamp()})
    except OSError:  # a disk that is full is not filled further by half a register
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return uid


def find_upload(uid, *, owner, at: datetime) -> Upload:
    """Return the owner's upload. Raises NotFound for anybody else's, as for one that is not there."""
    facts = _read_facts(str(uid))
    if facts.get("owner") != owner.pk or facts["kept_at"] < (at - KEPT_FOR).timestamp():
        raise NotFound(NOT_THERE)
    return Upload(
        str(uid), facts["kind"], facts["county"], facts["name"], date.fromisoformat(facts["started_on"]),
        facts.get("outcome"), facts.get("job", ""),
    )  # fmt: skip


def hand_to_job(upload: Upload, *, job) -> None:
    """Remember which work in the background imports it."""
    _write_facts(upload.uid, _read_facts(upload.uid) | {"job": str(job.uid)})


def close_upload(upload: Upload, *, outcome: dict[str, int]) -> None:
    """Remember how the import ended and delete the file."""
    _write_facts(upload.uid, _read_facts(upload.uid) | {"outcome": outcome})
    upload.file.unlink(missing_ok=True)


def keep_passwords(upload: Upload, rows: Iterable[tuple[str, str, str]]) -> None:
    """Keep (account, name, first password) sealed until `take_passwords`, or until the folder goes."""
    with appearing(_passwords(upload.uid)) as unfinished:
        unfinished.write_text(seal(json.dumps([list(row) for row in rows], ensure_ascii=False)))


def take_passwords(upload: Upload) -> list[list[str]]:
    """Return what `keep_passwords` kept, and forget it: passwords are shown once. Raises NotFound the second time."""
    taken = _passwords(upload.uid).with_suffix(".taken")
    try:
        _passwords(upload.uid).rename(taken)  # of two clicks at once one finds nothing
    except FileNotFoundError as error:
        raise NotFound("首次密码已经下载过了;没有收好的话,请在账号里逐个重发。") from error
    rows = json.loads(unseal(taken.read_text()))
    taken.unlink()
    return rows


def forget_uploads(before: datetime) -> int:
    """Remove the folders not touched since `before`; returns how many."""
    folder = _folder("")
    old = [one for one in folder.iterdir() if one.stat().st_mtime < before.timestamp()] if folder.is_dir() else []
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)


def _folder(uid: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / uid


def _passwords(uid: str) -> Path:
    return _folder(uid) / "passwords.sealed"


def _read_facts(uid: str) -> dict:
    try:
        return json.loads((_folder(uid) / "facts.json").read_text())
    except FileNotFoundError:
        return {}


def _write_facts(uid: str, facts: dict) -> None:
    with appearing(_folder(uid) / "facts.json") as unfinished:
        unfinished.write_text(json.dumps(facts, ensure_ascii=False))
