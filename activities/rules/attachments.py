"""Which uploaded files are kept, judged by what is in them and never by the name alone. Pure: bytes in, bytes out."""

import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from julu_liaison.common.errors import DomainError
from julu_liaison.common.pictures import original_jpeg, read_picture
from julu_liaison.common.scrubbing import NOT_READABLE, demand_quiet_compound, scrubbed_package, scrubbed_pdf

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
LONGEST_NAME = 120

PICTURES = (".jpg", ".jpeg", ".png")
OLD_OFFICE = (".doc", ".xls", ".wps", ".et")  # WPS writes the same compound files as the old Office
NEW_OFFICE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
WITH_MACROS = {".docm": ".docx", ".xlsm": ".xlsx"}  # kept as the plain kind, without them
ACCEPTED = (".pdf", *NEW_OFFICE, *WITH_MACROS, *OLD_OFFICE, *PICTURES, ".txt")
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

KINDS_IN_WORDS = "PDF、Word、Excel、WPS、JPG、PNG 和 TXT"
WRONG_KIND = f"这种文件不收,请用 {KINDS_IN_WORDS} 文件。"
NOT_WHAT_IT_SAYS = NOT_READABLE
TOO_LARGE = f"文件最大{MOST_BYTES // MEGABYTE}MB,请缩小或分成几个再上传。"
EMPTY = "文件是空的,请重新选一个。"


@dataclass(frozen=True)
class Kept:
    """A file fit to be kept: the name people see, the ending on disk, the bytes."""

    name: str
    suffix: str
    content: bytes


def kept_file(name: str, content: bytes) -> Kept:
    """Return what is kept of an upload. Pictures are drawn anew, so that place and camera stay behind; macros, scripts and
    what else acts by itself is taken out of the office's files (common/scrubbing), and nothing else is changed.

    Raises DomainError with a sentence for the uploader.
    """
    name = _tidy(name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in ACCEPTED:
        raise DomainError(WRONG_KIND)
    if not content:
        raise DomainError(EMPTY)
    if len(content) > MOST_BYTES:
        raise DomainError(TOO_LARGE)
    if suffix in PICTURES:
        return Kept(_renamed(name, ".jpg"), ".jpg", original_jpeg(read_picture(content)))
    if suffix in WITH_MACROS:
        name, suffix = _renamed(name, WITH_MACROS[suffix]), WITH_MACROS[suffix]
    if not _is_what_it_says(suffix, content):
        raise DomainError(NOT_WHAT_IT_SAYS)
    return Kept(name, suffix, _scrubbed(suffix, content))


def _renamed(name: str, suffix: str) -> str:
    return str(PurePosixPath(name).with_suffix(suffix))


def _scrubbed(suffix: str, content: bytes) -> bytes:
    if suffix == ".pdf":
        return scrubbed_pdf(content)
    if suffix in NEW_OFFICE:
        return scrubbed_package(content)
    if suffix in OLD_OFFICE:
        demand_quiet_compound(content)
    return content


def _tidy(name: str) -> str:
    """The last part of a path, without invisible characters (one can turn the reading direction), not too long."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if not unicodedata.category(sign).startswith("C")).strip()
    path = PurePosixPath(name)
    return name if len(name) <= LONGEST_NAME else path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix


def _is_what_it_says(suffix: str, content: bytes) -> bool:
    if suffix == ".pdf":
        return b"%PDF-" in content[:1024]
    if suffix in OLD_OFFICE:
        return content.startswith(COMPOUND_FILE)
    if suffix in NEW_OFFICE:
        return _is_office_package(content, NEW_OFFICE[suffix])
    return _is_text(content)


def _is_office_package(content: bytes, part: str) -> bool:
    """A zip with the part such a document has."""
    try:
        with ZipFile(BytesIO(content)) as package:
            parts = [name.lower() for name in package.namelist()]
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    return part in parts


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for coding in ("utf-8", "gb18030"):
        try:
            content.decode(coding)
        except UnicodeDecodeError:
            continue
        return True
    return False
