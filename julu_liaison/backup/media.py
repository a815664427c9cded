"""The files' part: everything below MEDIA_ROOT as one archive, and back again."""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from julu_liaison.backup.manifest import digest_of
from julu_liaison.backup.sealing import reading, writing
from julu_liaison.common.errors import DomainError

NAME = "media.tar"
LEFT_OUT = "imports"  # registers on their way in, of a day at most, full of personal data


class MediaArchive:
    """An archive that is added to twice: before the database is copied and after.

    What the copied rows name is in it either way, also if it was deleted or came meanwhile.
    """

    def __init__(self, archive: tarfile.TarFile):
        self._archive = archive
        self.digests: dict[str, str] = {}

    def add_what_is_new(self) -> None:
        for path in media_files():
            name = path.relative_to(settings.MEDIA_ROOT).as_posix()
            if name not in self.digests:
                self._add(path, name)

    def _add(self, path: Path, name: str) -> None:
        try:
            file = path.open("rb")
        except FileNotFoundError:  # deleted under our hands: nobody's any more
            return
        with file:
            info = self._archive.gettarinfo(arcname=name, fileobj=file)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            source = _Hashing(file)
            self._archive.addfile(info, source)
        self.digests[name] = source.digest.hexdigest()


class _Hashing:
    """Reads a file and keeps the digest of what was read."""

    def __init__(self, file: BinaryIO):
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


@contextmanager
def packing_media(path: Path, recipient) -> Iterator[MediaArchive]:
    with writing(path, recipient) as file, tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        yield MediaArchive(archive)


def check_media(path: Path, identity) -> None:
    """Read the whole archive once without writing anything. Raises DomainError for one that cannot be put back."""
    root = str(settings.MEDIA_ROOT)
    try:
        with reading(path, identity) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            for member in archive:
                tarfile.data_filter(member, root)
    except tarfile.TarError as error:
        raise DomainError(f"{path.name} 读不出来,或者里面有不该有的文件,请换一份备份。现有的数据没有动。") from error


def unpack_media(path: Path, identity) -> None:
    """Put the files of the archive where they were; what lies there beside them stays. Raises DomainError."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    try:
        with reading(path, identity) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            archive.extractall(root, filter="data")
    except tarfile.TarError as error:
        raise DomainError(f"{path.name} 读不出来,文件没有恢复完整,请换一份备份。") from error


def media_files() -> Iterator[Path]:
    """Every whole file below MEDIA_ROOT, in order; half-written ones are hidden."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        is_whole = path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        if is_whole and path.relative_to(root).parts[0] != LEFT_OUT:
            yield path


def missing_media(digests: dict[str, str]) -> list[str]:
    """Return a sentence for every file that is not there, or not as it was."""
    root, problems = Path(settings.MEDIA_ROOT), []
    for name, digest in digests.items():
        path = root / name
        if not path.is_file():
            problems.append(f"文件 {name} 没有恢复出来")
        elif digest_of(path) != digest:
            problems.append(f"文件 {name} 和备份时不一样")
    return problems
