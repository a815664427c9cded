"""Pictures for tests, made with Pillow or by hand: whole, odd and hostile ones."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SKY, GROUND = (90, 140, 190), (120, 90, 60)


def picture(width: int = 600, height: int = 800, *, mode: str = "RGB") -> Image.Image:
    """The upper half is sky, the lower half ground."""
    image = Image.new("RGB", (width, height), SKY)
    image.paste(GROUND, (0, height // 2, width, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def jpeg(width: int = 600, height: int = 800, **options) -> bytes:
    return encoded(picture(width, height), quality=92, **options)


def telephone_jpeg(orientation: int) -> bytes:
    """A 600×800 portrait as a telephone stores it: turned, with orientation, place, maker and a comment."""
    image = picture()
    turned = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    back = turned[orientation]
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SecretMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 13.0, 0.0), 3: "E", 4: (115.0, 2.0, 0.0)})
    return encoded(
        image.transpose(back) if back is not None else image, exif=exif, comment=b"SecretComment", quality=92
    )


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + _chunk(
        b"IDAT", zlib.compress(b"\0" * 100)
    ) + _chunk(b"IEND", b"")  # fmt: skip


def png_of_16_bits(*values: int, width: int = 300, height: int = 400) -> bytes:
    """One colour in 16 bits a channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA."""
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[len(values)]
    row = b"\0" + struct.pack(f">{len(values)}H", *values) * width
    head = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(row * height)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def png_of_200_megapixels() -> bytes:
    """A real one, 20000×10000 in black and white: 24 KB that unpack to 25 MB, or to 800 in colour."""
    return encoded(Image.new("1", (20000, 10000)), "PNG")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
