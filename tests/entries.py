"""What villagers send in, as tests make it."""

from datetime import date
from io import BytesIO
from uuid import UUID, uuid4

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from opinions.models import Opinion
from opinions.services.entries import enter_by_villager
from tests.cast import Cast, moment

DAY = date(2026, 3, 2)
AT = moment(DAY)
WORDS = "村西田间道路塌陷,三轮车过不去"
NAME, PHONE = "张三", "19900009999"


def photo(size: tuple[int, int] = (2400, 1800), kind: str = "JPEG") -> bytes:
    """A picture that says where and with what it was taken."""
    picture, target = Image.effect_noise(size, 40).convert("RGB"), BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Secret Camera", "2026:03:01 08:00:00"
    exif.get_ifd(0x8825)[2] = (IFDRational(37), IFDRational(13), IFDRational(0))
    picture.save(target, kind, exif=exif, **({"comment": b"Secret comment"} if kind == "JPEG" else {}))
    return target.getvalue()


def entry(cast: Cast, text: str = WORDS, *, at=AT, branch=None, key: UUID | None = None, **said) -> tuple[Opinion, str]:
    return enter_by_villager(branch=branch or cast.gt01, text=text, form_key=key or uuid4(), at=at, **said)
