"""What the machine lacks, not the person: a database that is away, a disk that is full or refuses to be written to.

Known from the error itself, and said in the same words at every door (ADR 29). Nothing was done then: what was written goes with
its transaction, files appear whole or not at all.
"""

import errno
from dataclasses import dataclass

from django.db import Error, InterfaceError, OperationalError

RETRY_AFTER = 30  # seconds; for programs that ask again


@dataclass(frozen=True)
class Outage:
    """`status` of an answer over HTTP, and what people read."""

    status: int
    title: str
    sentence: str


AWAY = Outage(503, "暂时办不了,请稍后再试", "数据库暂时没有回答,一般几分钟就好。刚才这一次没有办成,什么也没有丢。")
FULL = Outage(507, "服务器的硬盘满了", "这一次没有存上,以前的都在。请联系管理员清理硬盘,清理好了再做一次。")
UNWRITABLE = Outage(
    503, "服务器现在写不进文件",
    "这一次没有存上,以前的都在。请联系管理员检查硬盘是不是只读、文件夹有没有写的权限,修好了再做一次。",
)  # fmt: skip
BROKEN = Outage(503, "服务器的硬盘读写出错", "这一次没有存上。请马上联系管理员检查硬盘,修好了再做一次。")

OF_FILES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), UNWRITABLE),
    errno.EIO: BROKEN,
}
OF_POSTGRESQL = {"53100": FULL, "25006": UNWRITABLE, "58030": BROKEN}  # SQLSTATE
OF_SQLITE = {
    "SQLITE_BUSY": AWAY, "SQLITE_LOCKED": AWAY, "SQLITE_CANTOPEN": AWAY, "SQLITE_FULL": FULL, "SQLITE_READONLY": UNWRITABLE,
    "SQLITE_IOERR": BROKEN,
}  # fmt: skip


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that the error tells of; None for a mistake of ours or of the person."""
    if isinstance(error, OSError):
        return OF_FILES.get(error.errno or 0)
    return _of_database(error) if isinstance(error, Error) else None


def _of_database(error: Error) -> Outage | None:
    """A missing table is an OperationalError of SQLite, too, and no outage."""
    cause = error.__cause__
    if name := getattr(cause, "sqlite_errorname", ""):
        return next((found for known, found in OF_SQLITE.items() if name.startswith(known)), None)
    known = OF_POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")
    return known or (AWAY if isinstance(error, OperationalError | InterfaceError) else None)
