"""Files of the old Office and WPS (.doc, .xls, .wps, .et), and objects embedded in newer ones: compound files (OLE2).

They are looked through and refused, not mended: a rewritten compound file is often one that no program opens.
"""

from collections.abc import Iterator
from io import BytesIO

import olefile

from julu_liaison.common.errors import DomainError
from julu_liaison.common.scrubbing.refusals import LOCKED, NOT_READABLE, OLD_MACROS, OLD_SHEETS, PROGRAM_INSIDE

MACROS = {"macros", "vba", "_vba_project", "_vba_project_cur", "_vba_project_cur_"}
# A packed file of any kind; the old equation editor, known for what was done with it; Flash.
PROGRAMS = {"\x01ole10native", "equation native", "\x01ole10itemname", "shockwaveflash"}
ENCRYPTED = {"encryptedpackage", "encryptioninfo"}
WORKBOOKS = {"workbook", "book"}
BROKEN = (OSError, ValueError, TypeError, IndexError, KeyError, AttributeError, MemoryError, RecursionError)
BOUNDSHEET, FILEPASS, END_OF_GLOBALS = 0x0085, 0x002F, 0x000A
MACRO_SHEETS = (1, 6)  # Excel 4.0 macros, and the modules of Excel 5
MOST_STREAM = 32 * 1024 * 1024
MOST_BOOKS, MOST_RECORDS = 4, 100_000  # an object embedded in a sheet may be a workbook, too


def demand_quiet_compound(content: bytes) -> None:
    """Raise DomainError for a compound file with macros, macro sheets, packed files or a password, or a broken one."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as file:
            streams = file.listdir(streams=True, storages=True)
            _demand_plain_names({part.lower() for path in streams for part in path})
            books = [path for path in streams if path[-1].lower() in WORKBOOKS]
            if len(books) > MOST_BOOKS:  # many names may stand for the same bytes
                raise DomainError(NOT_READABLE)
            for path in books:
                _demand_plain_sheets(_read(file, path))
    except BROKEN as error:
        raise DomainError(NOT_READABLE) from error


def _demand_plain_names(names: set[str]) -> None:
    for found, sentence in ((ENCRYPTED, LOCKED), (MACROS, OLD_MACROS), (PROGRAMS, PROGRAM_INSIDE)):
        if names & found:
            raise DomainError(sentence)


def _read(file: olefile.OleFileIO, path: list[str]) -> bytes:
    """A workbook's stream; none for what is only called so."""
    if file.get_type(path) != olefile.STGTY_STREAM:
        return b""
    with file.openstream(path) as stream:
        return stream.read(MOST_STREAM)


def _demand_plain_sheets(book: bytes) -> None:
    """Read a workbook's list of sheets, which comes before any sheet ([MS-XLS] 2.4.28: BoundSheet8)."""
    for seen, (kind, body) in enumerate(_records(book)):
        if seen == MOST_RECORDS:  # no workbook has so many before its first sheet
            raise DomainError(NOT_READABLE)
        if kind == FILEPASS:
            raise DomainError(LOCKED)
        if kind == BOUNDSHEET and len(body) > 5 and body[5] in MACRO_SHEETS:
            raise DomainError(OLD_SHEETS)
        if kind == END_OF_GLOBALS:
            return


def _records(book: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(book):
        kind, size = int.from_bytes(book[at : at + 2], "little"), int.from_bytes(book[at + 2 : at + 4], "little")
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size
