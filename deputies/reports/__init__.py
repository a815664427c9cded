"""Performance files of deputies (履职档案): gathered from the records, as page, PDF and Word."""

from deputies.reports.archive import Archive, archive_of, archives_of, for_reader
from deputies.reports.bundles import branch_archives, make_files, printable, served_there
from deputies.reports.files import CONTENT_TYPES, archive_file, archive_name, binding_name, binding_pdf
from deputies.reports.papers import levels_in, role_words, score_words

__all__ = [
    "CONTENT_TYPES",
    "Archive",
    "archive_file",
    "archive_name",
    "archive_of",
    "archives_of",
    "binding_name",
    "binding_pdf",
    "branch_archives",
    "for_reader",
    "levels_in",
    "make_files",
    "printable",
    "role_words",
    "score_words",
    "served_there",
]
