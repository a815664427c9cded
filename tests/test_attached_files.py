"""Files people attach: only kinds of the office, judged by their content, kept under names of ours."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from activities.models import ActivityFile
from activities.rules.attachments import LONGEST_NAME, MOST_BYTES, kept_file
from activities.services import record_activity
from activities.services.files import attach_file, path_of, remove_file
from activities.states import ActivityKind
from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import AuditLog
from tests.cast import SUNDAY, moment
from tests.office_files import OLD_TABLE, OLD_TEXT, PDF, table_file, text_file
from tests.pictures import encoded, jpeg, picture, telephone_jpeg

AT = moment(SUNDAY)


def package(*parts: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as file:
        for part in parts:
            file.writestr(part, "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.pdf", PDF),
        ("名单.docx", text_file()),
        ("名单.XLSX", table_file()),
        ("通知.doc", OLD_TEXT),
        ("表.xls", OLD_TABLE),
        ("通知.wps", OLD_TEXT),
        ("表.et", OLD_TABLE),
        ("说明.txt", "会议安排".encode("gb18030")),
        ("说明.txt", "会议安排".encode()),
    ],
)
def test_office_files_are_kept_as_they_came(name, content):
    kept = kept_file(name, content)
    assert (kept.name, kept.content) == (name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("程序.exe", b"MZ"),
        ("网页.html", b"<script>"),
        ("图.svg", b"<svg/>"),
        ("没有类型", b"%PDF-1.7"),
        ("通知.pdf", b"<html>"),
        ("通知.pdf", b""),
        ("名单.docx", package("xl/workbook.xml")),
        ("名单.docx", b"PK\x03\x04 broken"),
        ("通知.doc", b"{\\rtf1"),
        ("说明.txt", b"MZ\0\0"),
        ("照片.jpg", b"%PDF-1.7"),
        ("大.pdf", b"%PDF-" + b"0" * MOST_BYTES),
    ],
)
def test_everything_else_is_refused(name, content):
    with pytest.raises(DomainError):
        kept_file(name, content)


def test_a_photo_loses_place_and_camera():
    kept = kept_file("现场.jpeg", telephone_jpeg(6))
    assert kept.name == "现场.jpg" and b"Secret" not in kept.content
    assert kept_file("截图.png", encoded(picture(), "PNG")).name == "截图.jpg"


def test_a_name_is_no_path_and_turns_no_reading_direction():
    assert kept_file("..\\..\\通知\u202e.pdf", PDF).name == "通知.pdf"
    long = kept_file("长" * 300 + ".pdf", PDF).name
    assert len(long) == LONGEST_NAME and long.endswith(".pdf")


@pytest.fixture
def activity(cast, media):
    return record_activity(
        station=cast.gt, kind=ActivityKind.STUDY, title="学习", held_on=SUNDAY, attendance={}, actor=cast.clerk, at=AT
    )


def test_a_file_lies_under_a_random_name_and_goes_with_its_row(cast, activity, media, django_capture_on_commit_callbacks):
    row = ActivityFile(activity=activity)
    attach_file(row=row, owner=activity, name="学习材料.jpg", content=jpeg(), actor=cast.clerk, at=AT)
    path = path_of(row)
    assert path.is_file() and path.is_relative_to(media) and "学习" not in str(path)
    assert (row.name, row.size, row.added_by) == ("学习材料.jpg", path.stat().st_size, cast.clerk)
    assert AuditLog.objects.get(action="attach_file").target_key == str(activity.uid)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(row=row, owner=activity, actor=cast.clerk, at=AT)
    assert not path.exists() and not ActivityFile.objects.exists()


def test_what_cannot_be_saved_leaves_no_file(cast, media):
    with pytest.raises(Exception):  # noqa: B017, PT011 - the row has no owner, whichever way the database says it
        attach_file(row=ActivityFile(), owner=cast.gt, name="通知.pdf", content=PDF, actor=cast.clerk, at=AT)
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_refused_file_names_its_field(cast, activity):
    with pytest.raises(DomainError) as refused:
        attach_file(row=ActivityFile(activity=activity), owner=activity, name="a.exe", content=b"MZ", actor=cast.clerk, at=AT)
    assert "file" in refused.value.fields
