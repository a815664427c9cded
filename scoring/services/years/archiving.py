"""The kept archive of a closed year, and who took what away."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import NotFound
from scoring.models import Scheme, YearClosing, YearResult

FOLDER = "points"


def archive_name(closing: YearClosing) -> str:
    """The archive's name below MEDIA_ROOT: one for each state of the results, so it is never written over."""
    scheme = closing.scheme
    corrections = YearResult.objects.filter(closing=closing).exclude(appeal=None).count()
    said = f"更正{corrections}次后" if corrections else "结账时"
    return f"{FOLDER}/{scheme.county.code}/{scheme.year}/{scheme.year}年履职积分存档-{said}-{closing.digest[:8]}.zip"


def archive_path(closing: YearClosing) -> Path | None:
    """The kept file, if there is one."""
    if not closing.archive:
        return None
    path = Path(settings.MEDIA_ROOT) / closing.archive
    return path if path.is_file() else None


@transaction.atomic
def keep_archive(*, closing: YearClosing, name: str, digest: str, actor, at: datetime) -> None:
    """Note where the finished archive lies, and the SHA-256 of the whole file."""
    closing = YearClosing.objects.select_related("scheme__county").select_for_update(of=("self",)).get(pk=closing.pk)
    closing.archive = name
    closing.save(update_fields=["archive"])
    audit.record("keep_archive", actor=actor, target=closing.scheme, at=at, file=name, sha256=digest)


def hand_out_archive(*, closing: YearClosing, actor, at: datetime) -> Path:
    """Return the archive and record who took it. Raises NotFound."""
    path = archive_path(closing)
    if path is None:
        raise NotFound("存档还没有做好,请在年度页面上做一次。")
    hand_out_file(scheme=closing.scheme, file=path.name, actor=actor, at=at)
    return path


def hand_out_file(*, scheme: Scheme, file: str, actor, at: datetime) -> None:
    """Record who took a file with everybody's points."""
    audit.record("download", actor=actor, target=scheme, at=at, file=file)
