"""Performance files of deputies (履职档案): gathered from the records, as page, PDF and Word."""

from deputies.reports.archive import Archive, archive_of, archives_of, for_reader
from deputies.reports.files import CONTENT_TYPES, archive_docx, archive_file, archive_name, archive_pdf, binding_pdf

__all__ = [
    "CONTENT_TYPES",
    "Archive",
    "archive_docx",
    "archive_file",
    "archive_name",
    "archive_of",
    "archive_pdf",
    "archives_of",
    "binding_pdf",
    "for_reader",
]
