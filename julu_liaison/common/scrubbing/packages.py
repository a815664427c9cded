"""Files of the newer Office (.docx, .xlsx, .docm, .xlsm): zips of XML parts, joined by relationships (OPC, ECMA-376 part 2).

Macros go and the file becomes the plain kind. Links that are followed on opening (templates, pictures, workbooks elsewhere)
lead nowhere; a link that one clicks stays. What cannot be taken out without breaking the file is refused. What a part is
its relationship, its kind and its content say; its name is whoever made the file's to choose.
"""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from julu_liaison.common.errors import DomainError
from julu_liaison.common.scrubbing.compounds import demand_quiet_compound
from julu_liaison.common.scrubbing.refusals import (
    FETCHES,
    LOCKED,
    NOT_READABLE,
    OLD_SHEETS,
    PROGRAM_INSIDE,
    TOO_MUCH_INSIDE,
)

MEGABYTE = 1024 * 1024
MOST_PARTS, MOST_UNPACKED, MOST_OF_ONE = 5000, 200 * MEGABYTE, 60 * MEGABYTE
DEEPEST = 2  # a workbook behind a chart in a text; deeper ones nobody has
COMPOUND_FILE, ZIP_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
PROGRAM_FILES = (b"MZ", b"\x7fELF", b"{\\rtf", b"FWS", b"CWS", b"ZWS", b"#!")
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<")
XML_NAMES = (".xml", ".vml")
SPACES, SPACE_BEFORE = b" \t\r\n\xef\xbb\xbf", 4096  # XML may begin with them
BROKEN = (
    BadZipFile, zlib.error, etree.XMLSyntaxError, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError,
)  # fmt: skip

MACROS = re.compile(r"(^|/)(vbaproject(signature\w*)?|vbadata|attachedtoolbars)\.(bin|xml)(\.rels)?$")
MACRO_LINKS = ("vbaproject", "vbaprojectsignature", "wordvbadata", "attachedtoolbars")
SHEET_LINKS = ("xlmacrosheet", "xlintlmacrosheet", "dialogsheet")
PROGRAM_LINKS = ("afchunk", "control", "activexcontrolbinary", "package-flash")
MACRO_KIND = re.compile(r"application/vnd\.ms-(word|excel)\.(?:document|sheet|template)\.macroenabled(?:template)?\.main\+xml", re.I)
PLAIN_KINDS = {
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
FIELD_WORDS = ("instrText", "delInstrText", "fldSimple")
FIELD_MARK = "fldChar"
ELSEWHERE = ("ddeLink", "oleLink", "dbPr", "webPr")  # of a workbook: other programs, databases, pages
DDE = re.compile(r"\bDDE(AUTO)?\b")
NOWHERE = "NULL"  # as Word itself writes a link that is gone
CLICKED = re.compile(r"(https?|mailto|tel):|#", re.IGNORECASE)


def scrubbed_package(content: bytes) -> bytes:
    """Return the file without macros and without links followed on opening; as it came where there are none.

    Sizes are checked before anything is unpacked. Raises DomainError for macro sheets, programs or ActiveX inside, DDE and
    other sources of data, or a file that is broken, has a password or unpacks to more than 200 MB, packages in it included.
    """
    return _scrubbed(content, 0, Room(MOST_UNPACKED))


@dataclass
class Room:
    """Bytes that may still be unpacked: one number for a file and all that is packed in it."""

    left: int

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise DomainError(TOO_MUCH_INSIDE)


def _scrubbed(content: bytes, depth: int, room: Room) -> bytes:
    if depth > DEEPEST:
        raise DomainError(PROGRAM_INSIDE)
    try:
        with ZipFile(BytesIO(content)) as package:
            _demand_fit_directory(package)
            room.take(sum(part.file_size for part in package.infolist()))
            changed = {}
            for part in package.infolist():
                before = package.read(part)
                after = None if MACROS.search(part.filename.lower()) else _scrubbed_part(part, before, depth, room)
                if after != before:
                    changed[part.filename] = after
            return _rewritten(package, changed) if changed else content
    except BROKEN as error:
        raise DomainError(NOT_READABLE) from error


def _demand_fit_directory(package: ZipFile) -> None:
    parts = package.infolist()
    sizes = [part.file_size for part in parts]
    if len(parts) > MOST_PARTS or max(sizes, default=0) > MOST_OF_ONE:
        raise DomainError(TOO_MUCH_INSIDE)
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError(LOCKED)
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise ValueError("two parts of one name: which is read depends on the program")


def _scrubbed_part(part: ZipInfo, content: bytes, depth: int, room: Room) -> bytes:
    name = part.filename.lower()
    if name.endswith(".rels"):
        return _edited(content, _plain_relationship)
    if name == "[content_types].xml":
        return _edited(content, _plain_kind)
    if (name.endswith(XML_NAMES) and content) or content[:SPACE_BEFORE].lstrip(SPACES).startswith(XML_STARTS):
        _demand_nothing_elsewhere(content)
    elif content.startswith(COMPOUND_FILE):
        demand_quiet_compound(content)
    elif content.startswith(ZIP_FILE):
        return _scrubbed(content, depth + 1, room)
    elif content.startswith(PROGRAM_FILES):
        raise DomainError(PROGRAM_INSIDE)
    return content


def _edited(content: bytes, edit) -> bytes:
    """The part after `edit` has been at each of its entries (it returns whether it changed anything)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("no office program writes one")
    if not [one for one in list(root) if isinstance(one.tag, str) and edit(one)]:
        return content
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _plain_relationship(one) -> bool:
    """Take a macro's away, and let lead nowhere what is followed without a click."""
    kind, target = one.get("Type", "").lower().rpartition("/")[2], one.get("Target", "")
    if kind in SHEET_LINKS:
        raise DomainError(OLD_SHEETS)
    if kind in PROGRAM_LINKS:
        raise DomainError(PROGRAM_INSIDE)
    if kind in MACRO_LINKS:
        one.getparent().remove(one)
        return True
    is_click = kind == "hyperlink" and CLICKED.match(target)
    if one.get("TargetMode", "").lower() != "external" or target == NOWHERE or is_click:
        return False
    one.set("Target", NOWHERE)
    return True


def _plain_kind(one) -> bool:
    """Take the macros' entries away; what was a file with macros is a plain one."""
    kind = one.get("ContentType", "")
    if "macrosheet" in kind.lower() or "dialogsheet" in kind.lower():
        raise DomainError(OLD_SHEETS)
    if "activex" in kind.lower():
        raise DomainError(PROGRAM_INSIDE)
    if "vbaproject" in kind.lower() or "vbadata" in kind.lower() or MACROS.search(one.get("PartName", "").lower()):
        if "Extension" in one.attrib:  # of all .bin; the others have entries of their own
            one.set("ContentType", "application/octet-stream")
        else:
            one.getparent().remove(one)
        return True
    if found := MACRO_KIND.fullmatch(kind):
        one.set("ContentType", PLAIN_KINDS[found[1].lower()])
        return True
    return False


def _demand_nothing_elsewhere(content: bytes) -> None:
    """Refuse fields and links that start another program or fetch data."""
    wanted = [f"{{*}}{name}" for name in (*FIELD_WORDS, FIELD_MARK, *ELSEWHERE)]
    words: list[str] = []
    for _event, one in etree.iterparse(BytesIO(content), tag=wanted, resolve_entities=False, no_network=True):
        name = etree.QName(one).localname
        if name in ELSEWHERE:
            raise DomainError(FETCHES)
        if name == FIELD_MARK:  # where a field begins or ends, its words do: of one they may come in pieces
            words.append(" ")
        words += [one.text or "", *(f" {value} " for key, value in one.items() if etree.QName(key).localname == "instr")]
    if DDE.search("".join(words).upper()):
        raise DomainError(FETCHES)


def _rewritten(package: ZipFile, changed: dict[str, bytes | None]) -> bytes:
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as kept:
        for part in package.infolist():
            content = changed[part.filename] if part.filename in changed else package.read(part)
            if content is not None:
                kept.writestr(part.filename, content)
    return output.getvalue()
