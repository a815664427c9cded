"""Photos of one session (日志照片): optional, made anew from what was uploaded, without place or camera data."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from activities.models import DutyLog, LogPhoto
from activities.permissions import can_correct_log
from activities.services.files import path_of
from activities.states import LogState
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.pictures import original_jpeg, read_picture

MOST_PHOTOS = 6
LONGEST_SIDE = 1600  # pixels: enough for a screen and a page of A4, a few hundred KB


@transaction.atomic
def add_log_photos(*, log: DutyLog, files: Sequence[bytes], actor, at: datetime) -> list[LogPhoto]:
    """Put pictures to a log, all or none. They are named by us: a file's own name may be a villager's.

    The filing limit binds neither this nor taking one away: photos change no figure, and they come in late.
    Raises NotAllowed, Conflict for a void log, DomainError(fields={"photos": …}) for too many or for no picture.
    """
    log = _held(log, actor)
    if log.state == LogState.VOID:
        raise Conflict("这篇工作日志已经作废,不能再加照片。")
    there = log.photos.count()
    if not files:
        raise _refused("请选照片")
    if there + len(files) > MOST_PHOTOS:
        raise _refused(f"一篇日志最多{MOST_PHOTOS}张照片,现在已有{there}张,请少选几张或先去掉几张")
    pictures = [_picture(content, place) for place, content in enumerate(files, start=1)]
    return _stored(log, pictures, actor, at)


@transaction.atomic
def remove_log_photo(*, photo: LogPhoto, actor, at: datetime) -> None:
    """Take a photo away; its file goes with the commit."""
    log = _held(photo.log, actor)
    row = LogPhoto.objects.select_for_update().filter(pk=photo.pk).first()
    if row is None:
        raise Conflict("这张照片刚由别人去掉了。")
    path = path_of(row)
    audit.record("remove_log_photo", actor=actor, target=log, at=at, photo=str(row.uid))
    row.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _held(log: DutyLog, actor) -> DutyLog:
    log = DutyLog.objects.select_for_update().get(pk=log.pk)
    if not can_correct_log(actor, log):
        raise NotAllowed("照片由所在联络站或本站站长上传。")
    return log


def _refused(sentence: str) -> DomainError:
    return DomainError(f"{sentence}。", fields={"photos": sentence})


def _picture(content: bytes, place: int) -> bytes:
    try:
        image = read_picture(content)
    except DomainError as error:
        raise DomainError(error.message, fields={"photos": f"第{place}张:{error.message}"}) from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return original_jpeg(image)


def _stored(log: DutyLog, pictures: list[bytes], actor, at: datetime) -> list[LogPhoto]:
    rows: list[LogPhoto] = []
    written: list[Path] = []
    try:
        for content in pictures:
            stem = uuid.uuid4().hex
            row = LogPhoto(
                log=log, file=f"log-photos/{stem[:2]}/{stem}.jpg", size=len(content), added_by=actor, added_at=at
            )
            row.name = f"{log.date:%Y%m%d}-{stem[:6]}.jpg"
            written.append(path_of(row))
            write_atomically(written[-1], content)
            row.save(force_insert=True)
            rows.append(row)
        audit.record("add_log_photos", actor=actor, target=log, at=at, photos=[str(row.uid) for row in rows])
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return rows
