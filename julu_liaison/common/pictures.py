"""Portraits: from whatever somebody uploads to clean JPEGs cut 3:4. Pure: bytes in, bytes out; knows no app.

The order matters: kind and width × height from the file's head → decode → shrink → upright → sRGB → flatten on
white. What leaves this module carries no metadata of the file that came in: no place, no date, no camera, no comment.
"""

import struct
import zlib
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageCms, UnidentifiedImageError

from julu_liaison.common.errors import DomainError

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_PIXELS = 60_000_000  # a telephone's 50 megapixels; a JPEG is decoded at a fraction of that
MOST_PIXELS_WHOLE = 16_000_000  # the other kinds are decoded whole, at up to 8 bytes a pixel and more on the way
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")  # what cameras, WeChat and scanners give; every further decoder is a risk
RATIO = (3, 4)
SMALL = (240, 320)  # for screens
PRINT = (900, 1200)  # 76 × 102 mm at 300 dpi
DPI = 300
LONGEST_SIDE = 2400  # of the original that is kept for cutting again
LONGEST_ON_SCREEN = 1600
ABOVE_THE_MIDDLE = 2 / 5  # of what is cut off in height, this share is cut off above: heads are in the upper half

# What Pillow raises for broken or hostile files; there is no common base.
UNREADABLE = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError, struct.error, zlib.error,
    OverflowError, RuntimeError, MemoryError, AssertionError,
)  # fmt: skip
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
ORIENTATION = 0x0112
SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L")
HEIC_KINDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")

NO_PICTURE = "这个文件不是照片,或者已经损坏,请用 JPG 或 PNG 格式的照片。"
BROKEN = "这张照片已经损坏,打不完整,请找原来的照片重新上传。"
TOO_LARGE_FILE = f"照片文件最大{MOST_BYTES // MEGABYTE}MB,请缩小一些再上传。"
TOO_MANY_PIXELS = (
    f"照片的像素太多了,JPG 最多{MOST_PIXELS // 1_000_000}00万像素,PNG 等最多{MOST_PIXELS_WHOLE // 1_000_000}00万像素,"
    "请缩小一些再上传。"
)
HEIC = (
    "这是苹果手机的 HEIC 格式,打不开。请在手机上把照片发到微信或邮件再保存,就是 JPG 了;"
    "以后可以在“设置—相机—格式”里选“兼容性最佳”。"
)  # fmt: skip
GIF = "GIF 动图不能当照片,请用 JPG 或 PNG 格式的照片。"


class Crop(NamedTuple):
    """What is cut out of a picture, in its pixels; width : height is exactly 3 : 4."""

    left: int
    top: int
    width: int
    height: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.width, self.top + self.height


class Head(NamedTuple):
    """What a picture's head says, before anything is decoded."""

    width: int
    height: int
    mode: str


# ---- Reading -------------------------------------------------------------------------------------------------------


def read_head(content: bytes) -> Head:
    """Return the size and mode of a picture without decoding it. Raises DomainError for what is no fit picture."""
    with _opened(content) as picture:
        return Head(*picture.size, picture.mode)


def read_picture(content: bytes) -> Image.Image:
    """Return the picture upright, in sRGB, flattened on white, at most 2400 pixels long, without any metadata.

    Raises DomainError, with a sentence for the uploader, for anything that is not a whole picture of a kind in
    FORMATS with at most 20 MB and 60 megapixels (16 where it is no JPEG).
    """
    with _opened(content) as picture:
        try:
            return _clean(picture)
        except UNREADABLE as error:
            raise DomainError(BROKEN) from error


def _opened(content: bytes) -> Image.Image:
    if len(content) > MOST_BYTES:
        raise DomainError(TOO_LARGE_FILE)
    _refuse_known_kinds(content)
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise DomainError(TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise DomainError(NO_PICTURE) from error
    except UNREADABLE as error:
        raise DomainError(BROKEN) from error
    if picture.width * picture.height > (MOST_PIXELS if picture.format == "JPEG" else MOST_PIXELS_WHOLE):
        raise DomainError(TOO_MANY_PIXELS)
    return picture


def _refuse_known_kinds(content: bytes) -> None:
    """Kinds that people do send, with a sentence that helps them more than 'no picture'."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_KINDS:
        raise DomainError(HEIC)
    if content.startswith(b"GIF8"):
        raise DomainError(GIF)


def _clean(picture: Image.Image) -> Image.Image:
    profile, turn = picture.info.get("icc_profile"), UPRIGHT.get(_orientation(picture))
    picture.draft(picture.mode, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a half or a quarter
    image = _plain_mode(picture)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image = _flat(_in_srgb(image.transpose(turn) if turn is not None else image, profile))
    image.info.clear()
    return image


def _orientation(picture: Image.Image) -> int:
    """How the camera was held; a damaged note about it is no reason to refuse a whole picture."""
    try:
        return picture.getexif().get(ORIENTATION, 1)
    except UNREADABLE:
        return 1


def _plain_mode(picture: Image.Image) -> Image.Image:
    """In a mode that can be scaled: L, CMYK, RGB or RGBA."""
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in SIXTEEN_BITS:
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in ("RGB", "L", "CMYK"):
        picture.load()
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the picture's own profile means them; without one, or with a damaged one, as they are."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
            return done if done is not None else image
        except (ImageCms.PyCMSError, *UNREADABLE):
            pass  # a profile that does not fit the picture
    return image.convert(mode)


def _flat(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


# ---- Cutting -------------------------------------------------------------------------------------------------------


def default_crop(width: int, height: int) -> Crop:
    """Return the largest 3:4 of a picture: in the middle across, a little above the middle in height.

    Raises DomainError for a picture that is too small for the screen's copy.
    """
    largest = min(width // RATIO[0], height // RATIO[1])
    if largest * RATIO[0] < SMALL[0]:
        raise DomainError(f"照片只有{width}×{height}像素,太小了,请换一张至少{SMALL[0]}×{SMALL[1]}像素的。")
    wide, high = largest * RATIO[0], largest * RATIO[1]
    return Crop((width - wide) // 2, int((height - high) * ABOVE_THE_MIDDLE), wide, high)


def fitted_crop(left: int, top: int, wide: int, width: int, height: int) -> Crop:
    """Return the 3:4 nearest to what was asked for that lies inside a picture of width × height pixels."""
    largest = default_crop(width, height).width // RATIO[0]
    unit = min(max(wide // RATIO[0], SMALL[0] // RATIO[0]), largest)
    wide, high = unit * RATIO[0], unit * RATIO[1]
    return Crop(min(max(left, 0), width - wide), min(max(top, 0), height - high), wide, high)


def moved_crop(crop: Crop, move: str, width: int, height: int) -> Crop:
    """Return `crop` one step on: up, down, left, right; larger or smaller (of the face, not of the frame), reset."""
    if move == "reset":
        return default_crop(width, height)
    step, grow = max(width, height) // 50, {"larger": -1, "smaller": 1}.get(move, 0) * max(crop.width // 12, RATIO[0])
    across = {"left": -step, "right": step}.get(move, 0) - grow // 2
    along = {"up": -step, "down": step}.get(move, 0) - grow * RATIO[1] // RATIO[0] // 2
    return fitted_crop(crop.left + across, crop.top + along, crop.width + grow, width, height)


# ---- Writing -------------------------------------------------------------------------------------------------------


def original_jpeg(image: Image.Image) -> bytes:
    """What is kept to be cut again, of a picture from `read_picture`."""
    return _jpeg(image, quality=92)


def screen_jpeg(image: Image.Image) -> bytes:
    """What is kept of a photo that is evidence and no more: at most 1600 pixels long, a few hundred KB."""
    shown = image.copy()
    shown.thumbnail((LONGEST_ON_SCREEN, LONGEST_ON_SCREEN), Image.Resampling.LANCZOS)
    return _jpeg(shown, quality=80)


def print_jpeg(image: Image.Image, crop: Crop, most: tuple[int, int] = PRINT) -> bytes:
    """The cut for print: at most `most` pixels (900×1200), never enlarged, marked with 300 dpi."""
    cut = image.crop(crop.box)
    cut.thumbnail(most, Image.Resampling.LANCZOS)
    return _jpeg(cut, quality=90, dpi=(DPI, DPI))


def small_jpeg(image: Image.Image, crop: Crop) -> bytes:
    """The cut for screens, 240×320."""
    return _jpeg(image.resize(SMALL, Image.Resampling.LANCZOS, box=crop.box), quality=82)


def _jpeg(image: Image.Image, **options) -> bytes:
    target = BytesIO()
    image.save(target, "JPEG", optimize=True, **options)
    return target.getvalue()
