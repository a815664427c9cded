"""Files of an activity: notice, material, minutes, photos."""

from datetime import datetime

from django.db import transaction

from activities.models import Activity, ActivityFile
from activities.services.events.announcing import demand_recorder, locked
from activities.services.files import attach_file, remove_file
from activities.states import FileKind
from julu_liaison.common.errors import DomainError

MOST_FILES = 30


@transaction.atomic
def add_activity_file(
    *, activity: Activity, name: str, content: bytes, actor, at: datetime, kind: str = FileKind.MATERIAL
) -> ActivityFile:
    """Attach a file; whoever sees the activity may download it. Raises DomainError(fields={"file": …})."""
    activity = locked(activity)
    demand_recorder(actor, activity.station)
    if kind not in FileKind.values:
        raise DomainError("请选文件的性质。", fields={"kind": "请选文件的性质"})
    if activity.files.count() >= MOST_FILES:
        raise DomainError(f"一个活动最多{MOST_FILES}个文件,请先去掉不用的。", fields={"file": f"最多{MOST_FILES}个文件"})
    row = ActivityFile(activity=activity, kind=kind)
    attach_file(row=row, owner=activity, name=name, content=content, actor=actor, at=at)
    return row


@transaction.atomic
def remove_activity_file(*, row: ActivityFile, actor, at: datetime) -> None:
    """Take a file away."""
    activity = locked(row.activity)
    demand_recorder(actor, activity.station)
    remove_file(row=row, owner=activity, actor=actor, at=at)
