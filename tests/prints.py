"""Looking at printed files, and running the commands that print, for the tests."""

import re
from io import BytesIO, StringIO
from pathlib import Path

from django.core.management import call_command
from PIL import Image
from pypdf import PdfReader

MM = 72 / 25.4  # points


def run_printing(command: str, out: Path, *arguments: str) -> tuple[list[list[str]], int]:
    """Run the command; return its lines, split at the tabs, and its exit code."""
    output, code = StringIO(), 0
    try:
        call_command(command, "--out", str(out), *arguments, stdout=output)
    except SystemExit as ended:
        code = ended.code
    return [line.split("\t") for line in output.getvalue().splitlines()], code


def reader_of(pdf: bytes | Path) -> PdfReader:
    return PdfReader(BytesIO(pdf) if isinstance(pdf, bytes) else pdf)


def printed_text(pdf: bytes | Path) -> str:
    """All of its text without the white space, which only says where lines were broken."""
    return re.sub(r"[\s\u2060]+", "", "".join(page.extract_text() for page in reader_of(pdf).pages))


def page_sizes(pdf: bytes | Path) -> list[tuple[int, int]]:
    """Width and height of each page in mm."""
    return [
        (round(float(page.mediabox.width) / MM), round(float(page.mediabox.height) / MM))
        for page in reader_of(pdf).pages
    ]


def box_in_mm(pdf: bytes | Path, name: str) -> tuple[int, int]:
    """Width and height of a box of the first page: `/TrimBox`, `/BleedBox`."""
    left, bottom, right, top = (float(side) for side in reader_of(pdf).pages[0][name])
    return round((right - left) / MM), round((top - bottom) / MM)


def only_embedded_subsets(pdf: bytes | Path) -> bool:
    fonts = [font.get_object() for page in reader_of(pdf).pages for font in page["/Resources"]["/Font"].values()]
    files = [font["/DescendantFonts"][0]["/FontDescriptor"].keys() & {"/FontFile2", "/FontFile3"} for font in fonts]
    return bool(fonts) and all(files) and all(re.match(r"/[A-Z]{6}\+", font["/BaseFont"]) for font in fonts)


def picture_of(png: bytes | Path) -> Image.Image:
    return Image.open(BytesIO(png) if isinstance(png, bytes) else png).convert("RGB")
