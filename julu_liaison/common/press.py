"""What a print shop asks of a PDF beyond its content: the bleed's box, and many files in one."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pikepdf

from julu_liaison.common.whole_files import appearing

MM = 72 / 25.4  # points


def with_bleed_box(content: bytes, bleed: float) -> bytes:
    """The PDF with a BleedBox `bleed` mm around each page's TrimBox. The same input gives the same bytes."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            left, bottom, right, top = (float(side) for side in page.trimbox)
            sides = (left - bleed * MM, bottom - bleed * MM, right + bleed * MM, top + bleed * MM)
            page.bleedbox = pikepdf.Array(sides)
        return _saved(pdf)


def bind(target: Path, files: Iterable[Path], *, title: str) -> None:
    """Many PDF files as one, in their order, which appears under `target` when it is complete.

    What makes the first archival (its colours and metadata) stays. Pages are copied as they are, one file at a time.
    """
    first, *rest = files
    with pikepdf.open(first) as pdf:
        for path in rest:
            with pikepdf.open(path) as further:
                pdf.pages.extend(further.pages)
        _untag(pdf)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["dc:title"] = title
        with appearing(target) as unfinished:
            pdf.save(unfinished, deterministic_id=True)


def _untag(pdf: pikepdf.Pdf) -> None:
    """Each file has a structure of its own, and the first one's would be told of every page."""
    for key in ("/StructTreeRoot", "/MarkInfo"):
        if key in pdf.Root:
            del pdf.Root[key]
    for page in pdf.pages:
        if "/StructParents" in page:
            del page["/StructParents"]


def _saved(pdf: pikepdf.Pdf) -> bytes:
    output = BytesIO()
    pdf.save(output, deterministic_id=True)
    return output.getvalue()
