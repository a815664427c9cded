"""QR codes (二维码) for boards, pages and papers. Black on white with the quiet zone that phones need."""

from io import BytesIO

import segno

QUIET_ZONE = 4  # modules; the standard's minimum
CORRECTION = "m"  # survives about 15 % of dirt and scratches


def qr_svg(text: str) -> bytes:
    """SVG without XML declaration, one unit a module, scales freely; needs neither script nor inline style."""
    return _saved(text, kind="svg", xmldecl=False, svgclass=None, lineclass=None, light="#fff", omitsize=True)


def _saved(text: str, **options) -> bytes:
    # make_qr, not make: for a short text make() may give a Micro QR, which WeChat does not read.
    code = segno.make_qr(text, error=CORRECTION)
    output = BytesIO()
    code.save(output, border=QUIET_ZONE, **options)
    return output.getvalue()
