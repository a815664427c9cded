"""Photos of a log: made anew without metadata, few, seen by whoever sees the log, gone with their file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from activities.models import LogPhoto
from activities.services import MOST_PHOTOS, SundayRow, add_log_photos, file_log, remove_log_photo, void_log
from activities.states import Presence
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.models import AuditLog
from tests.cast import SUNDAY, moment
from tests.pictures import jpeg, telephone_jpeg

pytestmark = pytest.mark.usefixtures("media")
AT = moment(SUNDAY)


@pytest.fixture
def log(cast):
    row = SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, received=1)
    return file_log(row=row, on=SUNDAY, actor=cast.clerk, at=AT).log


def add(cast, log, count=1, **changes):
    given = {"files": [jpeg()] * count, "actor": cast.clerk, "at": AT}
    return add_log_photos(log=log, **(given | changes))


def files_in(media) -> list:
    return sorted(path for path in media.rglob("*") if path.is_file())


def test_what_is_kept_is_ours_alone(cast, log, media):
    content = telephone_jpeg(6)
    assert b"SecretComment" in content
    row = add(cast, log, files=[content])[0]
    kept = (media / row.file).read_bytes()
    assert b"SecretComment" not in kept and not Image.open(media / row.file).getexif()
    assert max(Image.open(media / row.file).size) <= 1600
    assert (row.size, row.added_by, row.added_at) == (len(kept), cast.clerk, AT)
    assert row.name.startswith("20260301-")


def test_at_most_six_and_all_or_none(cast, log, media):
    add(cast, log, 5)
    with pytest.raises(DomainError, match="现在已有5张"):
        add(cast, log, 2)
    with pytest.raises(DomainError, match="不是照片"):
        add(cast, log, files=[b"%PDF-1.7"])
    add(cast, log)
    assert LogPhoto.objects.count() == MOST_PHOTOS == len(files_in(media))


def test_a_bad_picture_among_good_ones_is_named_and_nothing_stays(cast, log, media):
    with pytest.raises(DomainError) as error:
        add(cast, log, files=[jpeg(), b"GIF89a"])
    assert error.value.fields["photos"].startswith("第2张:")
    assert not LogPhoto.objects.exists() and files_in(media) == []


@pytest.mark.parametrize("role", ["admin", "auditor", "stranger", "deputy", "officer"])
def test_only_the_stations_clerk_and_the_branchs_head_put_and_remove(cast, log, role):
    row = add(cast, log)[0]
    with pytest.raises(NotAllowed):
        add(cast, log, actor=getattr(cast, role))
    with pytest.raises(NotAllowed):
        remove_log_photo(photo=row, actor=getattr(cast, role), at=AT)
    assert add(cast, log, actor=cast.head)


def test_a_removed_photo_goes_with_its_file(cast, log, media, django_capture_on_commit_callbacks):
    row = add(cast, log)[0]
    with django_capture_on_commit_callbacks(execute=True):
        remove_log_photo(photo=row, actor=cast.head, at=AT)
    assert files_in(media) == [] and not LogPhoto.objects.exists()
    with pytest.raises(Conflict):
        remove_log_photo(photo=LogPhoto(pk=row.pk, log=log), actor=cast.head, at=AT)
    actions = set(AuditLog.objects.filter(target_key=str(log.uid)).values_list("action", flat=True))
    assert {"add_log_photos", "remove_log_photo"} <= actions


def test_a_void_log_takes_no_more_photos(cast, log):
    void_log(log=log, reason="重复", actor=cast.clerk, at=AT)
    with pytest.raises(Conflict, match="已经作废"):
        add(cast, log)


def test_whoever_sees_the_log_sees_its_photos_and_nobody_else(cast, log, signed_in, client):
    row = add(cast, log)[0]
    address = reverse("duty-log-photo", args=[log.uid, row.uid])
    assert client.get(address).status_code == 302
    roles = ("admin", "staff", "auditor", "clerk", "stranger", "head", "deputy", "officer", "system")
    answers = {role: signed_in(getattr(cast, role)).get(address).status_code for role in roles}
    assert {role for role, status in answers.items() if status == 200} == {
        "admin", "staff", "auditor", "clerk", "head", "deputy",
    }  # fmt: skip
    assert {status for role, status in answers.items() if role in ("stranger", "officer", "system")} == {404}
    answer = signed_in(cast.clerk).get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, no-cache")
    assert signed_in(cast.clerk).get(address, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


def test_a_photo_is_found_under_its_own_log_only(cast, log, signed_in):
    row = add(cast, log)[0]
    again = SundayRow(branch=cast.gt02, attendance={cast.deputies["GT02"][1]: Presence.PRESENT})
    other = file_log(row=again, on=SUNDAY, actor=cast.clerk, at=AT).log
    assert signed_in(cast.clerk).get(reverse("duty-log-photo", args=[other.uid, row.uid])).status_code == 404


def test_photos_are_added_and_removed_on_their_page(cast, log, signed_in, media):
    page = reverse("duty-log-photos", args=[log.uid])
    client = signed_in(cast.clerk)
    files = [SimpleUploadedFile(f"{n}.jpg", jpeg(), "image/jpeg") for n in range(2)]
    assert client.post(page, {"photos": files}, follow=True).redirect_chain == [(page, 302)]
    assert LogPhoto.objects.count() == 2
    shown = client.get(page).content.decode()
    assert all(reverse("duty-log-photo", args=[log.uid, row.uid]) in shown for row in LogPhoto.objects.all())
    client.post(page, {"remove": str(LogPhoto.objects.first().uid)})
    assert LogPhoto.objects.count() == 1
    bad = client.post(page, {"photos": [SimpleUploadedFile("a.jpg", b"nothing", "image/jpeg")]})
    assert bad.status_code == 400 and "不是照片" in bad.content.decode()
    assert client.post(page, {}).status_code == 400
    assert client.post(page, {"remove": "nonsense"}).status_code == 404


def test_the_photo_page_is_for_those_who_put_photos(cast, log, signed_in):
    page = reverse("duty-log-photos", args=[log.uid])
    assert {role: signed_in(getattr(cast, role)).get(page).status_code for role in ("head", "admin", "deputy", "stranger")} == {
        "head": 200, "admin": 403, "deputy": 403, "stranger": 404,
    }  # fmt: skip
