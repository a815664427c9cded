"""A deputy's portrait: put, cut again, taken away (照片).

Three files under a random name of ours, below MEDIA_ROOT: the original (upright, without metadata), the cut for print
and the one for screens. New files are written before the row that names them, old ones removed after the commit.
"""

import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils._os import safe_join
from PIL.Image import Image

from deputies.models import Deputy
from deputies.permissions import can_put_photo
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.pictures import (
    Crop,
    default_crop,
    fitted_crop,
    original_jpeg,
    print_jpeg,
    read_head,
    read_picture,
    small_jpeg,
)

FILES = ("photo", "photo_small", "photo_original")
COLUMNS = (*FILES, "photo_crop")


def put_photo(*, deputy: Deputy, content: bytes, actor, at: datetime, crop: Crop | None = None) -> Deputy:
    """Give the deputy the portrait in `content`, cut a little above the middle unless `crop` says where.

    Raises NotAllowed, and DomainError for a file that is no fit picture (see `common.pictures`).
    """
    _demand_putter(actor, deputy)
    image = read_picture(content)
    wanted = crop or default_crop(*image.size)
    fitted = fitted_crop(wanted.left, wanted.top, wanted.width, *image.size)
    original = _file_name("original")
    kept = {original: original_jpeg(image)}
    return _replaced(deputy, original, kept, image, fitted, actor=actor, at=at, action="put_photo")


def crop_photo(*, deputy: Deputy, crop: Crop, actor, at: datetime | None = None) -> Deputy:
    """Cut the portrait again from its original; a frame that sticks out or isn't 3:4 is moved to the nearest fit."""
    _demand_putter(actor, deputy)
    image = original_of(deputy)
    fitted = fitted_crop(crop.left, crop.top, crop.width, *image.size)
    if deputy.photo_crop == list(fitted):
        return deputy
    return _replaced(deputy, deputy.photo_original, {}, image, fitted, actor=actor, at=at, action="crop_photo")


@transaction.atomic
def remove_photo(*, deputy: Deputy, actor, reason: str, at: datetime | None = None) -> Deputy:
    """Take the portrait away; its files are deleted. The consent to publish one is a matter of its own."""
    _demand_putter(actor, deputy)
    if not reason.strip():
        raise DomainError("请写明为什么去掉照片。", fields={"reason": "请写原因"})
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    _save(fresh, dict.fromkeys(FILES, "") | {"photo_crop": None}, actor)
    audit.record(
        "remove_photo", actor=actor, target=fresh, county_code=fresh.county.code, at=at, reason=reason.strip()[:200]
    )
    return fresh


def original_of(deputy: Deputy) -> Image:
    """Return the picture the portrait is cut from. Raises Conflict where there is none (any more)."""
    path = _path(deputy.photo_original) if deputy.photo_original else None
    if path is None or not path.is_file():
        raise Conflict("没有可以裁剪的原照片,请重新上传一张。")
    return read_picture(path.read_bytes())


def original_size(deputy: Deputy) -> tuple[int, int] | None:
    """Width and height of the picture the portrait is cut from; None where there is none."""
    path = _path(deputy.photo_original) if deputy.photo_original else None
    return read_head(path.read_bytes())[:2] if path is not None and path.is_file() else None


def _demand_putter(actor, deputy: Deputy) -> None:
    if not can_put_photo(actor, deputy):
        raise NotAllowed("照片由县人大办公室、代表所在的联络站或代表本人上传。")


def _replaced(deputy: Deputy, original: str, kept: dict, image: Image, crop: Crop, *, actor, at, action: str) -> Deputy:
    photo, small = _file_name("print"), _file_name("small")
    files = {**kept, photo: print_jpeg(image, crop), small: small_jpeg(image, crop)}
    columns = {"photo": photo, "photo_small": small, "photo_original": original, "photo_crop": list(crop)}
    try:
        for name, content in files.items():
            write_atomically(_path(name), content)
        return _recorded(deputy, columns, is_new=bool(kept), actor=actor, at=at, action=action)
    except BaseException:
        _delete(files)
        raise


@transaction.atomic
def _recorded(deputy: Deputy, columns: dict, *, is_new: bool, actor, at, action: str) -> Deputy:
    fresh = Deputy.objects.select_for_update().get(pk=deputy.pk)
    if not is_new and fresh.photo_original != columns["photo_original"]:
        raise Conflict(f"{fresh.name}的照片刚由别人换过,请看看新的再裁。")
    _save(fresh, columns, actor)
    audit.record(action, actor=actor, target=fresh, county_code=fresh.county.code, at=at)
    return fresh


def _save(fresh: Deputy, columns: dict, actor) -> None:
    old = {getattr(fresh, name) for name in FILES} - {columns[name] for name in FILES}
    for name, value in columns.items():
        setattr(fresh, name, value)
    save_traced(fresh, actor=actor, update_fields=list(COLUMNS))
    transaction.on_commit(lambda: _delete(old))


def _file_name(kind: str) -> str:
    name = uuid.uuid4().hex
    return f"photos/{name[:2]}/{name}-{kind}.jpg"


def _path(name: str) -> Path:
    return Path(safe_join(settings.MEDIA_ROOT, name))


def _delete(names) -> None:
    for name in filter(None, names):
        _path(name).unlink(missing_ok=True)
