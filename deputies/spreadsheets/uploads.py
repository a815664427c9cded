"""Uploaded registers between preview and confirmation: a folder each, named by a random uid, below the media folder.

`register.xlsx` is the file as it came, `facts.json` whose it is and what for. The owner's own words never become part
of a path. Registers hold personal data: the file goes once it is imported, the folder after a day.
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

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Upload:
    """One uploaded register. `outcome` holds the counts once it has been imported, else None."""

    uid: str
    county: str
    name: str
    started_on: date
    outcome: dict[str, int] | None

    @property
    def file(self) -> Path:
        return _folder(self.uid) / "register.xlsx"


def keep_upload(chunks: Iterable[bytes], *, name: str, owner, county, started_on: date, at: datetime) -> str:
    """Store the file for `owner` and return its uid. Folders older than a day go at the same time."""
    _drop_old(at)
    uid = str(uuid.uuid4())
    folder = _folder(uid)
    folder.mkdir(parents=True)
    with (folder / "register.xlsx").open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    _write_facts(uid, {"owner": owner.pk, "county": county.code, "name": name, "started_on": started_on.isoformat()})
    return uid


def find_upload(uid, *, owner) -> Upload:
    """Return the owner's upload. Raises NotFound for anybody else's, as for one that is not there."""
    try:
        facts = json.loads((_folder(str(uid)) / "facts.json").read_text())
    except FileNotFoundError:
        facts = {}
    if facts.get("owner") != owner.pk:
        raise NotFound("没有找到这次上传,可能已经超过一天,请重新上传。")
    started_on = date.fromisoformat(facts["started_on"])
    return Upload(str(uid), facts["county"], facts["name"], started_on, facts.get("outcome"))


def close_upload(upload: Upload, *, outcome: dict[str, int]) -> None:
    """Remember how the import ended and delete the file."""
    facts = json.loads((_folder(upload.uid) / "facts.json").read_text())
    _write_facts(upload.uid, facts | {"outcome": outcome})
    upload.file.unlink(missing_ok=True)


def _folder(uid: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / uid


def _write_facts(uid: str, facts: dict) -> None:
    (_folder(uid) / "facts.json").write_text(json.dumps(facts, ensure_ascii=False))


def _drop_old(at: datetime) -> None:
    folder = _folder("")
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.stat().st_mtime < (at - KEPT_FOR).timestamp():
            shutil.rmtree(old, ignore_errors=True)
