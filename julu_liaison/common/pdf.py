"""Typst templates and data in, PDF or PNG bytes out. Knows no app: boards, plates and tables come as data.

What a template may rely on: `json(bytes(sys.inputs.data))` is the caller's data, `json(bytes(sys.inputs.fonts))`
the font chains `sans` and `serif`, `json(bytes(sys.inputs.glyphs))` the pictures that stand in for characters
(`/name` black, `/name-coloured` as SVG whose #000000 may be replaced; `with-stand-ins` of print.typ sets them),
`image("/name")` each of the caller's images, and `#import "/print.typ": *` what our sheets share. A template that finds
that something cannot be laid out ends with `panic("REFUSED" + "\\n" + sentences…)`, one Chinese sentence a line.
A county adapts a template by a copy in the folder PRINT_TEMPLATES (see `find_template`).

User text travels as JSON only and is never read as typst code. Every job has a private folder as its root, with
copies of the images under the caller's names: typst follows symbolic links, so nothing of another's may lie there.
"""

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.conf import settings
from PIL import Image

from julu_liaison.common.errors import DomainError
from julu_liaison.common.fonts import (
    SANS_FAMILY,
    SANS_FILE,
    SERIF_FAMILY,
    SERIF_FILE,
    code_points,
    font_files,
    missing_glyphs,
)
from julu_liaison.common.glyph_pictures import glyph_svg
from julu_liaison.common.press import with_bleed_box

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "print"
SHARED = "print.typ"  # found by templates as /print.typ
STANDARD = "a-2b"  # archival PDF; in plain PDF a missing glyph would be silent
REFUSAL = "REFUSED\n"
VERSION = re.compile(r"// version: *(\S+)")
IMAGE_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
MAX_IMAGE_BYTES = 20 * 1024 * 1024
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
EMPTY_PAGES = 5
SHEET_GAP = 24  # px between the sheets of a preview

Data = Mapping[str, Any]
Images = Mapping[str, Path | bytes]
Glyphs = Mapping[str, bytes]  # character → PNG that stands in for it


class PrintRefused(DomainError):
    """Something is not fit to be printed; `messages` are Chinese sentences that say what to mend."""

    title = "还不能印,请先改好下面几处"

    def __init__(self, messages: list[str]):
        super().__init__(";".join(messages))
        self.messages = list(messages)


def find_template(name: str, county_code: str = "") -> Path:
    """The template `name`: the county's own copy, the deployment's, or ours.

    Copies lie in the folder of the setting PRINT_TEMPLATES, those of one county in a folder below of its code.
    """
    own = settings.PRINT_TEMPLATES
    folders = [Path(own) / county_code, Path(own)] if own and county_code else [Path(own)] if own else []
    return next((folder / name for folder in folders if (folder / name).is_file()), TEMPLATES / name)


def template_version(template: Path) -> str:
    """The version of a template and that of what it shares, as `2/1`: from the first line of each, `// version: 2`.

    Whoever changes a design raises it, and what was printed in the old one is due. Without such a line it is 0.
    """
    return "/".join(_first_line_version(file) for file in (template, _shared_beside(template)))


def _first_line_version(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        match = VERSION.fullmatch(lines.readline().strip())
    return match[1] if match else "0"


def render_pdf(*, template: Path, data: Data, images: Images | None = None, glyphs: Glyphs | None = None) -> bytes:
    """PDF/A-2b with embedded font subsets. The same input gives the same bytes. Raises PrintRefused.

    Where `data["sheet"]["bleed"]` is a number of mm, the sheet has bleed and crop marks, and its boxes say so.
    """
    content = _compiled(template, data, images or {}, glyphs or {}, format="pdf", pdf_standards=STANDARD)
    bleed = data.get("sheet", {}).get("bleed", 0)
    return with_bleed_box(content, bleed) if bleed else content


def render_png(
    *, template: Path, data: Data, images: Images | None = None, glyphs: Glyphs | None = None, ppi: float = 72
) -> bytes:
    """Preview by the same engine: PNG, `ppi` pixels an inch, sheets one below the other. Raises PrintRefused."""
    pages = _compiled(template, data, images or {}, glyphs or {}, format="png", ppi=ppi)
    return pages if isinstance(pages, bytes) else _stacked(pages)


def write_atomically(path: Path, content: bytes) -> None:
    """Let a finished file appear under `path` at once, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o640)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def image_content(source: Path | bytes) -> bytes:
    """The bytes of an image that may be printed: JPEG or PNG; SVG only if it comes as bytes of our own making.

    Raises PrintRefused for links, devices, oversized files and anything that is not what it should be.
    """
    content = source if isinstance(source, bytes) else _plain_file_content(source)
    own_svg = isinstance(source, bytes) and content.startswith(b"<svg")
    if not own_svg and not content.startswith(SIGNATURES):
        raise PrintRefused(["照片不是 JPG 或 PNG 图片,请重新上传"])
    return content


def _plain_file_content(path: Path) -> bytes:
    """Content of a regular file; a symbolic link could bring in a file that is nobody's photo."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise PrintRefused(["照片文件找不到或打不开,请重新上传"]) from error
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_IMAGE_BYTES:
            raise PrintRefused(["照片文件太大或不是普通文件,请重新上传"])
        return file.read()


@dataclass(frozen=True)
class _Engine:
    """A typst compiler with its fonts, kept for the life of the process (loading takes longer than a board)."""

    compiler: typst.Compiler
    fonts: str  # JSON {"sans": [family …], "serif": [family …]}


# A Compiler carries the state of its current job, so jobs of one process take turns.
_turn = Lock()


@lru_cache(maxsize=1)
def _engine(files: tuple[Path, ...]) -> _Engine:
    # Typst takes folders of fonts, not files; what else lies there is never named in a chain, so never used.
    folders = list(dict.fromkeys(str(file.resolve().parent) for file in files))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
    return _Engine(compiler, json.dumps(_chains(fonts, files)))


def _chains(fonts: typst.Fonts, files: tuple[Path, ...]) -> dict[str, list[str]]:
    """Families in the order in which a glyph is looked for, ours first."""
    faces = reversed(fonts.fonts())  # so that of a collection the first face wins
    family = {Path(face.path): face.family for face in faces if face.path}
    further = [family[file.resolve()] for file in files if file not in (SANS_FILE, SERIF_FILE)]
    return {"sans": [SANS_FAMILY, SERIF_FAMILY, *further], "serif": [SERIF_FAMILY, SANS_FAMILY, *further]}


def _compiled(template: Path, data: Data, images: Images, glyphs: Glyphs, **options) -> Any:
    _refuse_missing_glyphs(data, glyphs)
    with tempfile.TemporaryDirectory(prefix="print-") as folder, _turn:
        root = Path(folder)
        for name, source in images.items():
            _place(root, name, source)
        _place_shared(root, template)
        engine = _engine(font_files())
        inputs = {
            "data": json.dumps(data, sort_keys=True), "fonts": engine.fonts,
            "glyphs": json.dumps(_placed_glyphs(root, glyphs, data)),
        }  # fmt: skip
        try:
            output, warnings = engine.compiler.compile_with_warnings(
                input=template.read_bytes(), root=folder, sys_inputs=inputs, timestamp=0, **options
            )
        except typst.TypstError as error:
            raise PrintRefused(_sentences(error.message)) from error
        finally:
            _forget(engine.compiler)
    if warnings:
        raise PrintRefused([f"排版有疑问,没有印出,请告诉管理员:{warning.message}" for warning in warnings])
    return output


def _forget(compiler: typst.Compiler) -> None:
    """Typst keeps a job's intermediate results, 40 MB a board, for ten more compilations; empty pages pass for
    those. Measured over 72 boards: 250 MB instead of 670, and no slower."""
    for _ in range(EMPTY_PAGES):
        compiler.compile(input=b"#set page(width: 1mm, height: 1mm, margin: 0mm)", sys_inputs=None, format="pdf")


def _place(root: Path, name: str, source: Path | bytes) -> None:
    if not IMAGE_NAME.fullmatch(name):
        raise ValueError(f"image name {name!r}: lower-case letters, digits and hyphens only")
    (root / name).write_bytes(image_content(source))


def _place_shared(root: Path, template: Path) -> None:
    """What sheets share, beside the job's images: the copy that lies with the template, or ours."""
    (root / SHARED).write_bytes(_shared_beside(template).read_bytes())


def _shared_beside(template: Path) -> Path:
    beside = template.with_name(SHARED)
    return beside if beside.is_file() else TEMPLATES / SHARED


def _placed_glyphs(root: Path, glyphs: Glyphs, data: Data) -> list[tuple[str, str]]:
    """Put the pictures of characters that the data needs into the job's folder: (character, name) of each."""
    needed = sorted(set(glyphs).intersection(set().union(*_texts(data))))
    placed = [(character, f"glyph-{ord(character):x}") for character in needed]
    for character, name in placed:
        _place(root, name, glyphs[character])
        _place(root, f"{name}-coloured", glyph_svg(glyphs[character]))
    return placed


def _sentences(message: str) -> list[str]:
    """What the template refused, or what typst itself had to say."""
    _, refused, sentences = message.partition(REFUSAL)
    return sentences.split("\n") if refused else [f"排版没有完成,请告诉管理员:{message}"]


def _refuse_missing_glyphs(data: Data, glyphs: Glyphs) -> None:
    """The last check; callers who know whose text it is check before, and name the person and the field."""
    missing = dict.fromkeys(character for text in _texts(data) for character in missing_glyphs(text, besides=glyphs))
    if missing:
        raise PrintRefused([f"字库里没有{code_points(missing)},印出来会缺字,请先核对"])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _stacked(pages: list[bytes]) -> bytes:
    """Several pages as one picture."""
    sheets = [Image.open(BytesIO(page)).convert("RGB") for page in pages]
    height = sum(sheet.height for sheet in sheets) + SHEET_GAP * (len(sheets) - 1)
    picture = Image.new("RGB", (max(sheet.width for sheet in sheets), height), "#5f6670")
    top = 0
    for sheet in sheets:
        picture.paste(sheet, (0, top))
        top += sheet.height + SHEET_GAP
    output = BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()
