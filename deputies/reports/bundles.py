"""The files of a whole branch: whose they are, and each as PDF and Word."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from deputies.models import Deputy, Membership
from deputies.permissions import can_bundle_archives, is_oneself, oversees_branch
from deputies.reports.archive import Archive, archives_of, first_and_last, for_reader
from deputies.reports.files import CONTENT_TYPES, archive_file, archive_name
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.pdf import PrintRefused, write_atomically
from stations.models import Station


@dataclass(frozen=True)
class Made:
    """What became of one deputy's files: those that are there, and as sentences what kept others from being made."""

    archive: Archive
    paths: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def branch_archives(branch: Station, year: int, *, reader, on: date) -> list[Archive]:
    """The files of all who served at the branch in the year and whom `reader` sees, head first. Raises NotAllowed.

    The number of queries does not depend on how many they are.
    """
    if not can_bundle_archives(reader, branch):
        raise NotAllowed("整个分站的履职档案由站长、所在联络站和县人大办公室打包。")
    oversees = oversees_branch(reader, branch)
    archives = archives_of(_people(branch, year, reader), year)
    return [for_reader(one, whole=oversees or is_oneself(reader, one.deputy), on=on) for one in archives]


def served_there(year: int, reader):
    """Memberships that counted in the year, of the deputies whom `reader` sees."""
    return Membership.objects.visible_to(reader).overlapping(*first_and_last(year))


def _people(branch: Station, year: int, reader) -> list[Deputy]:
    """Each once, whoever was head in the year before all others."""
    rows = served_there(year, reader).filter(branch=branch).heads_first().select_related("deputy")
    return list({row.deputy_id: row.deputy for row in rows}.values())


def make_files(archive: Archive, *, number: int, folder: Path, at: datetime) -> Made:
    """Write `<number>-<name>-….pdf` and `.docx` into `folder`; what was finished before an interruption stays."""
    made = Made(archive)
    for file_format in CONTENT_TYPES:
        path = folder / f"{number:02d}-{archive_name(archive, file_format)}"
        try:
            if not path.is_file():
                write_atomically(path, archive_file(archive, file_format, at))
            made.paths.append(path)
        except PrintRefused as refusal:
            made.problems.extend(refusal.messages)
    return made


def printable(made: Iterable[Made]) -> list[Archive]:
    """The files that can stand in the binding."""
    return [one.archive for one in made if not one.problems]
