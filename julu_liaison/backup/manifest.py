"""What a backup says of itself: how many rows each table had, the digest of every file, and that it is one of ours."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from julu_liaison.common.errors import DomainError

NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """`files` and `media` map a name to its SHA-256; `rows` a table to its count; `canary` is a sealed word, by which a
    restored installation finds out whether it has the keys of this one; `migrations` the last one of each app.

    `audit_end` is the last seal of the audit trail (`number:digest`) as the database was copied: who cuts off the trail's tail later
    cannot cut it off here.

    `mark` is an HMAC of all the rest under the site's SECRET_KEY: who can only write to the backups' disk makes none.
    """

    made_at: datetime
    engine: str  # postgresql or sqlite
    rows: dict[str, int]
    media: dict[str, str]
    migrations: dict[str, str]
    canary: str
    files: dict[str, str] = field(default_factory=dict)
    recipient: str = ""
    audit_end: str = ""
    mark: str = ""

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(self._said() | {"mark": self._mark()}, indent=1, sort_keys=True))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises DomainError where there is none, or none of ours."""
        try:
            said = json.loads((folder / NAME).read_text())
            return cls(**(said | {"made_at": datetime.fromisoformat(said["made_at"])}))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DomainError(f"{folder}里没有可用的备份(缺少或读不出 {NAME}),请核对文件夹。") from error

    @property
    def is_ours(self) -> bool:
        return hmac.compare_digest(self.mark, self._mark())

    def _said(self) -> dict:
        said = asdict(self) | {"made_at": self.made_at.isoformat()}
        del said["mark"]
        if not self.audit_end:  # backups from before there were seals say nothing of it
            del said["audit_end"]
        return said

    def _mark(self) -> str:
        words = json.dumps(self._said(), sort_keys=True).encode()
        return hmac.new(f"backup:{settings.SECRET_KEY}".encode(), words, "sha256").hexdigest()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged_files(folder: Path, manifest: Manifest, needed: list[str]) -> list[str]:
    """Return a sentence for every file of the backup that is missing or not as it was written."""
    problems = [f"备份说明里没有文件 {name}" for name in needed if name not in manifest.files]
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"备份里缺少文件 {name}")
        elif digest_of(path) != digest:
            problems.append(f"备份里的文件 {name} 和备份时不一样,可能复制时损坏了")
    return problems
