"""Files that people attach to an activity, a work plan …: stored below MEDIA_ROOT under a random name, never by theirs."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils._os import safe_join

from activities.models import AttachedFile
from activities.rules.attachments import Kept, kept_file
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import write_atomically


@transaction.atomic
def attach_file(*, row: Any, owner, name: str, content: bytes, actor, at: datetime) -> Any:
    """Store an upload and save the unsaved `row` (an AttachedFile) that names it, e.g. `ActivityFile(activity=…)`.

    The service of the owner asks for permission, holds its lock and calls this last, inside its own transaction:

        attach_file(row=PlanFile(plan=plan), owner=plan, name=upload.name, content=upload.read(), actor=actor, at=at)

    `row.added_by` is set to `actor`; the audit row names `owner`. Raises DomainError(fields={"file": …}) for a kind
    that is not accepted, a file over 20 MB or one that isn't what its name says. Without the commit no file stays.
    """
    try:
        kept = kept_file(name, content)
    except DomainError as error:
        raise DomainError(error.message, fields={"file": error.message}) from error
    return store_file(row=row, owner=owner, kept=kept, actor=actor, at=at)


@transaction.atomic
def store_file(*, row: Any, owner, kept: Kept, actor, at: datetime) -> Any:
    """Do the same with a file that was made fit to be kept already."""
    stem = uuid.uuid4().hex
    row.file, row.name, row.size = f"attached/{stem[:2]}/{stem}{kept.suffix}", kept.name, len(kept.content)
    row.added_by, row.added_at = actor, at
    path = path_of(row)
    try:
        write_atomically(path, kept.content)
        row.save(force_insert=True)
        audit.record("attach_file", actor=actor, target=owner, at=at, file=str(row.uid), size=row.size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


@transaction.atomic
def remove_file(*, row: Any, owner, actor, at: datetime) -> None:
    """Take an attached file away, for good once the transaction commits. The owner's service asks for permission."""
    path = path_of(row)
    audit.record("remove_file", actor=actor, target=owner, at=at, file=str(row.uid))
    row.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def path_of(row: AttachedFile) -> Path:
    """Where the file lies; inside MEDIA_ROOT or not at all."""
    return Path(safe_join(settings.MEDIA_ROOT, row.file))
