"""Pictures of single characters: from a scan or screenshot to black ink on nothing. Pure: bytes in, bytes out."""

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageFilter, ImageOps

from julu_liaison.common.errors import DomainError
from julu_liaison.common.pictures import MEGABYTE, read_picture

MOST_BYTES = 5 * MEGABYTE
SIDE = 512  # pixels of what is kept
LEAST_SIDE = 200  # of the character as it came: on a board of 240×120 cm a name is some 40 mm high
MARGIN = 0.05  # on each side, as characters of a font have
CONTRAST = 80  # of 255, between paper and ink
INK, PAPER = 90, 165  # of 255, contrast stretched: below is ink, above paper, between the edge of a stroke
INK_SHARES = (0.015, 0.6)  # of the square: a thin 一 has 0.03, the boldest 田 0.56
MOST_KEPT = 60_000  # bytes; a clean character has 5,000 to 20,000
SPECK = 3  # pixels; smaller is dust

TOO_LARGE = f"字图最大{MOST_BYTES // MEGABYTE}MB,请缩小一些再上传。"
NO_INK = "图上几乎看不到字。请用白底(或透明底)黑字的图,图上只有这一个字。"
ALL_INK = "图上几乎全是黑的,不像一个字。请用白底(或透明底)黑字的图,图上只有这一个字。"
TOO_NOISY = "图的底色太花,分不出笔画。请用白底黑字、干净的图。"


def glyph_png(content: bytes) -> bytes:
    """Return the character in `content` as a PNG of 512×512 pixels: black on transparent, trimmed, in the middle.

    Raises DomainError, with a sentence for the uploader, for what is no picture, shows no character or is blurred.
    """
    if len(content) > MOST_BYTES:
        raise DomainError(TOO_LARGE)
    ink = _ink(read_picture(content))
    box = ink.filter(ImageFilter.MedianFilter(SPECK)).point(lambda value: 255 if value > 127 else 0).getbbox()
    if box is None:
        raise DomainError(NO_INK)
    longest = max(box[2] - box[0], box[3] - box[1])
    if longest < LEAST_SIDE:
        raise DomainError(f"图上的字只有{longest}像素大,印出来会发虚。请换一张字至少有{LEAST_SIDE}像素大的图。")
    square = _squared(ink.crop(box), longest)
    _demand_character(square)
    return _png(square)


def glyph_svg(png: bytes) -> bytes:
    """The character as an SVG for print, in the colour #000000, which a template may replace by another."""
    picture = b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"><mask id="ink" mask-type="alpha"'
        f' maskUnits="userSpaceOnUse" x="0" y="0" width="{SIDE}" height="{SIDE}"><image width="{SIDE}" height="{SIDE}"'
        f' href="data:image/png;base64,{picture}"/></mask>'
        f'<rect width="{SIDE}" height="{SIDE}" fill="#000000" mask="url(#ink)"/></svg>'
    ).encode()


def _ink(image: Image.Image) -> Image.Image:
    """How much ink there is at each pixel, 0 to 255; paper that is grey or yellow is paper all the same."""
    grey = image.convert("L")
    darkest, lightest = _extremes(grey.filter(ImageFilter.MedianFilter(SPECK)))
    if lightest - darkest < CONTRAST:
        raise DomainError(ALL_INK if lightest < CONTRAST else NO_INK)
    stretched = ImageOps.autocontrast(grey, cutoff=(0, 1))
    return stretched.point(lambda value: round(255 * min(max((PAPER - value) / (PAPER - INK), 0), 1)))


def _extremes(grey: Image.Image) -> tuple[int, int]:
    shades = [shade for shade, count in enumerate(grey.histogram()) if count]
    return shades[0], shades[-1]


def _squared(ink: Image.Image, longest: int) -> Image.Image:
    """In the middle of a square with a margin: 一 stays as thin as it is."""
    side = round(longest / (1 - 2 * MARGIN))
    square = Image.new("L", (side, side), 0)
    square.paste(ink, ((side - ink.width) // 2, (side - ink.height) // 2))
    return square.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _demand_character(square: Image.Image) -> None:
    share = sum(value * count for value, count in enumerate(square.histogram())) / 255 / SIDE**2
    least, most = INK_SHARES
    if share < least:
        raise DomainError(NO_INK)
    if share > most:
        raise DomainError(ALL_INK)


def _png(square: Image.Image) -> bytes:
    target = BytesIO()
    Image.merge("LA", (Image.new("L", square.size, 0), square)).save(target, "PNG", optimize=True)
    if target.tell() > MOST_KEPT:
        raise DomainError(TOO_NOISY)
    return target.getvalue()
