"""Every door through which a file comes in, every folder it lies in, every page that hands one out: a new one fails here.

Who gets which file is the access matrix's; what is in it afterwards test_scrubbing.py's and the tests named below.
"""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import FileField

from activities.models import AttachedFile
from deputies.services import put_photo
from julu_liaison.common.working_days import today_here
from tests.cast import SUNDAY, moment
from tests.pictures import telephone_jpeg
from tests.test_access_matrix import ROLES, arguments, read_table

ROOT = Path(settings.BASE_DIR)
# Where a form takes a file → the test that shows what becomes of it.
DOORS = {
    "activities/forms/events.py": "test_scrubbing.py",
    "activities/forms/plans.py": "test_scrubbing.py",
    "activities/views/logs/photos.py": "test_log_photos.py",
    "deputies/views/editions/glyphs.py": "test_glyph_images.py",
    "deputies/views/photos.py": "test_photos.py",
    "julu_liaison/common/many_files.py": "test_hop_files.py",  # the field itself
    "julu_liaison/views/importing.py": "test_registers.py",  # read, and deleted once imported
    "opinions/forms/entries.py": "test_villager_entries.py",
    "opinions/forms/moves.py": "test_hop_files.py",
    "scoring/forms/claims.py": "test_claim_pages.py",
}
TAKES_A_FILE = re.compile(r"forms\.FileField|ManyFiles\(|FILES\.getlist|\.ImageField|FileUploadParser|MultiPartParser\b")
# Pages that hand out what somebody uploaded, or what was made of it → statuses for a stranger to the place.
DOWNLOADS = ("activity-file", "claim-file", "duty-log-photo", "edition-file", "glyph", "job-file", "opinion-file", "plan-file")
HEX = "[0-9a-f]"
NAMES = (
    rf"attached/{HEX}{{2}}/{HEX}{{32}}\.\w{{2,4}}", rf"log-photos/{HEX}{{2}}/{HEX}{{32}}\.jpg",
    rf"photos/{HEX}{{2}}/{HEX}{{32}}[\w-]*\.jpg", rf"jobs/{HEX}{{8}}-[0-9a-f-]{{27}}/report\.pdf",
    r"(editions|photos)/one(-marks)?\.(pdf|png|jpg)",  # of the table's own facts
)  # fmt: skip


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],  # noqa: S607 - the checkout's own
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return [ROOT / name for name in listed if not name.startswith("tests/")]


def test_every_door_for_files_is_known_and_tested():
    found = {path.relative_to(ROOT).as_posix() for path in sources() if TAKES_A_FILE.search(path.read_text())}
    assert found == set(DOORS)
    assert [name for name in DOORS.values() if not (ROOT / "tests" / name).is_file()] == []


def test_the_api_takes_no_files():
    assert settings.REST_FRAMEWORK["DEFAULT_PARSER_CLASSES"] == ["julu_liaison.common.parsing.StrictJSONParser"]


def test_no_model_stores_files_in_a_way_of_its_own():
    fields = [field for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, FileField)]
    assert fields == []
    kept = {model.__name__ for model in apps.get_models() if issubclass(model, AttachedFile)}
    assert kept == {"ActivityFile", "ClaimFile", "HopFile", "LogPhoto", "PlanFile"}


def test_uploads_lie_outside_of_what_is_served_by_path(settings):
    media, static = Path(settings.MEDIA_ROOT), Path(settings.STATIC_ROOT)
    assert settings.MEDIA_URL == "/" or not settings.MEDIA_URL.strip("/")  # served under no address
    assert not media.is_relative_to(static) and not static.is_relative_to(media)
    folders = [folder[1] if isinstance(folder, tuple) else folder for folder in settings.STATICFILES_DIRS]
    assert not any(media.is_relative_to(folder) for folder in folders)


@pytest.mark.django_db
def test_every_file_lies_under_a_random_name_that_says_nothing(cast, media):
    arguments(cast)
    put_photo(deputy=cast.deputy_person, content=telephone_jpeg(6), actor=cast.staff, at=moment(today_here()))
    names = [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]
    assert len(names) >= 8
    assert [name for name in names if not any(re.fullmatch(pattern, name) for pattern in NAMES)] == []
    assert [name for name in names if not name.isascii()] == []


@pytest.mark.django_db
def test_no_picture_that_came_in_keeps_where_it_was_taken(cast, media):
    put_photo(deputy=cast.deputy_person, content=telephone_jpeg(6), actor=cast.staff, at=moment(SUNDAY))
    kept = [path.read_bytes() for path in media.rglob("*.jpg")]
    assert len(kept) == 3
    for content in kept:
        assert b"Secret" not in content and b"Exif" not in content and b"GPS" not in content


def test_nobody_without_an_account_and_no_stranger_gets_a_file():
    table = read_table()
    assert {url for url, _place, _method in table} >= set(DOWNLOADS)
    for (url, place, method), row in table.items():
        if url in DOWNLOADS and method == "GET":
            told = dict(zip(ROLES, row, strict=True))
            assert told["anonymous"] in (302, 404), (url, place)
            if place == "own" and url != "glyph":  # pictures of characters are the county's, for all its staff
                assert told["stranger"] in (403, 404), url
