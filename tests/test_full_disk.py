"""A disk that is full or read-only: a clear sentence, nothing half written, nothing lost; and as if nothing had been once there is room."""

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from activities.models import LogPhoto
from activities.services import SundayRow, file_log
from activities.states import Presence
from deputies.models import Edition
from deputies.services import put_photo
from julu_liaison.common.models import Job, TaskRun
from julu_liaison.common.outages import FULL, UNWRITABLE
from julu_liaison.tasks import back_up
from tests.cast import SUNDAY, moment
from tests.disks import Disk
from tests.pictures import jpeg
from tests.test_import_page import GOOD, workbook

pytestmark = [pytest.mark.once, pytest.mark.django_db]

TROUBLES = {"full": FULL, "read_only": UNWRITABLE}


@pytest.fixture
def disk(settings, tmp_path):
    """Everything that people send or order is kept here."""
    disk = Disk(tmp_path / "disk")
    settings.MEDIA_ROOT = disk.folder / "media"
    yield disk
    disk.remove()


@pytest.fixture(params=TROUBLES)
def trouble(request, disk):
    """Make the disk full or read-only: `with trouble() as said:` the outage that people must be told of."""

    def begin():
        return getattr(disk, request.param)()

    begin.outage = TROUBLES[request.param]
    return begin


def said(answer, outage) -> None:
    assert answer.status_code == outage.status, answer.content.decode()
    assert outage.title in answer.text and outage.sentence in answer.text and "请联系管理员" in outage.sentence


def test_a_portrait_keeps_what_it_was(cast, signed_in, disk, trouble, django_capture_on_commit_callbacks):
    person = cast.deputy_person
    put_photo(deputy=person, content=jpeg(), actor=cast.staff, at=moment(SUNDAY))
    person.refresh_from_db()
    before, names = disk.files(), (person.photo, person.photo_small, person.photo_original)
    client, page = signed_in(cast.staff), reverse("deputy-photo-edit", args=[person.code])

    def send():
        return client.post(page, {"do": "upload", "file": SimpleUploadedFile("p.jpg", jpeg(700, 900))})

    with trouble():
        said(send(), trouble.outage)
    person.refresh_from_db()
    assert (disk.files(), (person.photo, person.photo_small, person.photo_original)) == (before, names)
    with django_capture_on_commit_callbacks(execute=True):
        assert send().status_code == 302
    person.refresh_from_db()
    assert person.photo != names[0] and len(disk.files()) == len(before)


def test_photos_of_a_reception_are_all_there_or_none(cast, signed_in, disk, trouble):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT})
    log = file_log(row=row, on=SUNDAY, actor=cast.clerk, at=moment(SUNDAY, 18)).log
    client = signed_in(cast.clerk)
    address = reverse("duty-log-photos", args=[log.uid])

    def send():
        return client.post(address, {"photos": [SimpleUploadedFile(f"{n}.jpg", jpeg()) for n in (1, 2)]})

    with trouble():
        said(send(), trouble.outage)
    assert (disk.files(), LogPhoto.objects.count()) == ({}, 0)
    assert send().status_code == 302 and (len(disk.files()), LogPhoto.objects.count()) == (2, 2)


def test_an_uploaded_register_is_there_or_not(cast, signed_in, disk, trouble):
    client = signed_in(cast.staff)

    def send():
        return client.post(reverse("console-import"), {
            "file": SimpleUploadedFile("名册.xlsx", workbook(GOOD)), "started_on": "2026-03-01",
        })  # fmt: skip

    with trouble():
        said(send(), trouble.outage)
    assert disk.files() == {} and not any((disk.folder / "media").rglob("*-*"))
    assert send().status_code == 302 and len(disk.files()) == 2


def test_an_archive_of_portraits_leaves_no_job_and_no_half_of_itself(cast, signed_in, disk, trouble):
    client = signed_in(cast.staff)
    archive = SimpleUploadedFile("照片.zip", b"PK" + b"\0" * 9000)
    with trouble():
        said(client.post(reverse("console-photos"), {"station": "GT", "file": archive}), trouble.outage)
    assert disk.files() == {} and not Job.objects.exists()


@pytest.mark.parametrize(
    ("page", "fields"),
    [("boards", {"product": "board", "station": "GT", "size": "A3", "do": "due", "package": "zip", "copies": "1"}),
     ("reports", {"month": "2026-03", "station": "GT"})],
)  # fmt: skip
def test_ordered_work_ends_with_the_reason_and_can_be_ordered_again(
    cast, signed_in, disk, trouble, page, fields, django_capture_on_commit_callbacks
):
    client = signed_in(cast.clerk)

    def order() -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            address = client.post(reverse(page), fields).url
        return Job.objects.get(uid=address.rstrip("/").rpartition("/")[2])

    with trouble():
        stopped = order()
        assert (stopped.state, stopped.error) == (Job.State.REFUSED, trouble.outage.sentence)
        assert trouble.outage.sentence in client.get(reverse("job", args=[stopped.uid])).text
    assert disk.files() == {} and not Edition.objects.exists()
    again = order()
    assert (again.state, again.error) == (Job.State.DONE, "") and disk.files()


def test_a_backup_leaves_nothing_half_and_the_health_page_tells(transactional_db, cast, signed_in, settings, disk, trouble):
    settings.BACKUP_DIR = str(disk.folder / "backups")
    with trouble():
        with pytest.raises(CommandError, match=f"备份写不进 .*:{trouble.outage.title}.*请检查磁盘空间"):
            call_command("backup", settings.BACKUP_DIR, stdout=StringIO())
        assert back_up.delay().failed()
        assert disk.files() == {}
    assert TaskRun.objects.get(task=back_up.name).is_failed
    page = signed_in(cast.staff).get(reverse("health")).text
    assert "有1项定时任务上次出错了" in page
    assert back_up.delay().get() and TaskRun.objects.get(task=back_up.name).succeeded_at
