"""Zip archives from strangers, read without ever writing one of their names to disk. Knows no app.

Limits hold for what is actually unpacked, not for what the archive says of itself.
"""

import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from julu_liaison.common.errors import DomainError

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 2000
MOST_DIRECTORY = 2 * MEGABYTE  # 2,000 entries with long names; read before the library reads it into memory
MOST_UNPACKED = 2048 * MEGABYTE
END, END_SIZE, END_OF_64 = b"PK\x05\x06", 22, b"PK\x06\x07"
LONGEST_COMMENT = 0xFFFF
IN_UTF8, ENCRYPTED = 0x800, 0x1
LITTER = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
FIRST_CJK = "\u2e80"
PUNCTUATION = "·•‧—–…“”‘’"  # stands in Chinese file names too

NO_ARCHIVE = "这个文件不是 zip 压缩包,或者已经损坏,请重新压缩成 zip 再上传。"
TOO_MANY = f"压缩包里的文件太多了,最多{MOST_ENTRIES}个,请分几次上传。"
TOO_MUCH = f"压缩包解开后超过{MOST_UNPACKED // MEGABYTE}MB,后面的没有再读,请分几次上传。"


class EntryRefused(DomainError):
    """One file in the archive can't be used; the others can."""


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its path as typed by whoever packed it, in characters; never a path on this machine."""

    path: str
    info: ZipInfo

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folders(self) -> str:
        return self.path.rpartition("/")[0]


class Archive:
    """An open archive. `read` refuses what is unsafe or too large, one entry at a time."""

    def __init__(self, package: ZipFile):
        self._package = package
        self._left = MOST_UNPACKED

    def entries(self) -> list[Entry]:
        """The files, without folders and what operating systems leave behind."""
        found = [Entry(_path_of(info), info) for info in self._package.infolist() if not info.is_dir()]
        return [entry for entry in found if not LITTER.search(entry.path)]

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the content of an entry. Raises EntryRefused; DomainError once the archive unpacks to too much."""
        self.demand_plain(entry)
        if entry.info.file_size > most:
            raise EntryRefused(f"文件超过{most // MEGABYTE}MB,请缩小一些。")
        content = self._unpacked(entry, most + 1)
        if len(content) > most:
            raise EntryRefused(f"文件超过{most // MEGABYTE}MB,请缩小一些。")
        return content

    @staticmethod
    def demand_plain(entry: Entry) -> None:
        """Refuse links, devices, passwords, rare compressions, and names that point out of the archive."""
        steps = entry.path.split("/")
        if ".." in steps or steps[0] == "" or re.match("[A-Za-z]:", entry.path):
            raise EntryRefused("文件名里带有指向别处的路径,没有采用。")
        kind = stat.S_IFMT(entry.info.external_attr >> 16)
        if kind and not stat.S_ISREG(kind):
            raise EntryRefused("这是一个链接,不是照片,没有采用。")
        if entry.info.flag_bits & ENCRYPTED:
            raise EntryRefused("压缩包设了密码,请去掉密码重新压缩。")
        if entry.info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise EntryRefused("压缩方式读不了,请用“zip”格式、标准压缩方式重新压缩。")

    def _unpacked(self, entry: Entry, most: int) -> bytes:
        try:
            with self._package.open(entry.info) as file:
                content = file.read(min(most, self._left + 1))
        except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise EntryRefused("文件在压缩包里已经损坏,请重新压缩。") from error
        self._left -= len(content)
        if self._left < 0:
            raise DomainError(TOO_MUCH)
        return content


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open the zip at `path`. Raises DomainError for what is no zip, or one with too many files in it."""
    with path.open("rb") as file:
        _demand_small_directory(file)
        try:
            package = ZipFile(file)
        except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise DomainError(NO_ARCHIVE) from error
        with package:
            if len(package.infolist()) > MOST_ENTRIES:
                raise DomainError(TOO_MANY)
            yield Archive(package)


def _demand_small_directory(file: BinaryIO) -> None:
    """Refuse an archive whose table of contents would fill the memory: the library reads it all on opening.

    The end record is looked for as `zipfile` does. The 64-bit form is for archives larger than we take.
    """
    size = file.seek(0, 2)
    file.seek(max(size - END_SIZE - LONGEST_COMMENT - 20, 0))
    tail = file.read()
    start = len(tail) - END_SIZE
    if not (tail[start:].startswith(END) and tail.endswith(b"\0\0")):
        start = tail.rfind(END)
    end = tail[start : start + END_SIZE] if start >= 0 else b""
    if len(end) < END_SIZE:
        raise DomainError(NO_ARCHIVE)
    is_64 = tail[max(start - 20, 0) : start].startswith(END_OF_64)
    if is_64 or int.from_bytes(end[12:16], "little") > MOST_DIRECTORY:
        raise DomainError(TOO_MANY)


def _path_of(info: ZipInfo) -> str:
    """The name in characters. Chinese Windows writes GBK without saying so, and some others UTF-8 without saying so.

    Two Chinese characters in GBK often happen to be valid UTF-8 of Greek or Arabic letters; only one that reads as
    Chinese is taken for UTF-8.
    """
    name = info.orig_filename
    if not info.flag_bits & IN_UTF8:
        raw = name.encode("cp437", "replace")
        name = _utf8_of(raw) or raw.decode("gb18030", "replace")
    return name.partition("\0")[0].replace("\\", "/")


def _utf8_of(raw: bytes) -> str | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    foreign = [sign for sign in text if not (sign.isascii() or sign >= FIRST_CJK or sign in PUNCTUATION)]
    return text if not foreign and (text.isascii() or max(text) >= FIRST_CJK) else None
