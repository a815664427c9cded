"""What a print shop asks of a PDF beyond its content: the bleed's box, and many files in one."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pikepdf

MM = 72 / 25.4  # points


def with_bleed_box(content: bytes, bleed: float) -> bytes:
    """The PDF with a BleedBox `bleed` mm around each page's TrimBox. The same input gives the same bytes."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            left, bottom, right, top = (float(side) for side in page.trimbox)
            page.bleedbox = [left - bleed * MM, bottom - bleed * MM, right + bleed * MM, top + bleed * MM]
        return _saved(pdf)


def bound(files: Iterable[Path], *, title: str) -> bytes:
    """Many PDF files as one, in their order; what makes the first archival (its colours and metadata) stays."""
    first, *rest = files
    with pikepdf.open(first) as pdf:
        for path in rest:
            with pikepdf.open(path) as further:
                pdf.pages.extend(further.pages)
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = title
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    output = BytesIO()
    pdf.save(output, deterministic_id=True)
    return output.getvalue()
