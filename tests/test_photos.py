"""Photos: what is refused and what becomes of the rest, the cut, who may put one, the pages, archives of many."""

import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image, ImageCms

from deputies.models import Deputy
from deputies.services import crop_photo, edit_deputy, put_photo, remove_photo
from deputies.services.albums import clues_of
from deputies.services.photos import original_of
from julu_liaison.common import archives, pictures
from julu_liaison.common.archives import EntryRefused, open_archive
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.jobs import job_folder
from julu_liaison.common.models import AuditLog, Job
from julu_liaison.common.pictures import (
    Crop,
    default_crop,
    fitted_crop,
    moved_crop,
    print_jpeg,
    read_picture,
    small_jpeg,
)
from tests.cast import agree, make_deputy
from tests.pictures import (
    GROUND,
    SKY,
    encoded,
    jpeg,
    picture,
    png_header,
    png_of_16_bits,
    png_of_200_megapixels,
    telephone_jpeg,
)

pytestmark = pytest.mark.usefixtures("media")
SIDES = st.integers(240, 3000)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def near(colour, wanted, by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(colour[:3], wanted, strict=True))


def media_files() -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.glob("photos/**/*") if path.is_file()}


# ---- The pipeline: what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", pictures.NO_PICTURE),
        (b"<!doctype html><html><script>alert(1)</script>", pictures.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", pictures.NO_PICTURE),
        (b"%PDF-1.7\n", pictures.NO_PICTURE),
        (b"PK\x03\x04" + b"\0" * 40, pictures.NO_PICTURE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", pictures.HEIC),
        (b"\xff\xd8\xff\xe0 no jpeg at all", pictures.BROKEN),
        (b"\x89PNG\r\n\x1a\n", pictures.NO_PICTURE),
        (b"\xff\xd8\xff" + b"x" * pictures.MOST_BYTES, pictures.TOO_LARGE_FILE),
    ],
    ids=["empty", "html", "svg", "pdf", "zip", "heic", "not a jpeg", "bare png", "over 20 MB"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(DomainError) as refusal:
        read_picture(content)
    assert refusal.value.message == sentence


def test_gif_and_tiff_are_refused_whatever_they_are_called():
    with pytest.raises(DomainError, match="GIF"):
        read_picture(encoded(picture(), "GIF"))
    with pytest.raises(DomainError, match="不是照片"):
        read_picture(encoded(picture(), "TIFF"))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_truncated_picture_is_refused(kind, share):
    noise = Image.effect_noise((600, 800), 80).convert("RGB")
    whole = encoded(noise, kind)
    with pytest.raises(DomainError):
        read_picture(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("size", [(30000, 30000), (20000, 10000), (65535, 65535), (8000, 7501)])
def test_too_many_pixels_are_refused_from_the_head_alone(size, monkeypatch):
    monkeypatch.setattr(pictures, "_clean", lambda picture: pytest.fail("decoded"))
    with pytest.raises(DomainError, match="6000万像素"):
        read_picture(png_header(*size))


def test_a_real_picture_of_200_megapixels_is_refused():
    content = png_of_200_megapixels()
    assert len(content) < 100_000  # a bomb: small as a file
    with pytest.raises(DomainError, match="像素太多"):
        read_picture(content)


def test_a_bomb_in_the_text_of_a_png_is_refused():
    body = b"Comment\0\0" + zlib.compress(b"A" * 50_000_000)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole = encoded(picture(), "PNG")
    with pytest.raises(DomainError):
        read_picture(whole[:33] + chunk + whole[33:])


@hypothesis_settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP"]))
def test_damaged_files_are_refused_or_read_but_never_crash(data, kind):
    content = bytearray(encoded(picture(240, 320), kind))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DomainError):
        image = read_picture(bytes(content))
        assert image.mode == "RGB" and max(image.size) <= pictures.LONGEST_SIDE


# ---- The pipeline: what becomes of a picture -------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_stands_upright_whatever_way_the_camera_was_held(orientation):
    image = read_picture(telephone_jpeg(orientation))
    assert image.size == (600, 800)
    assert near(image.getpixel((300, 100)), SKY) and near(image.getpixel((300, 700)), GROUND)


def test_place_maker_comment_and_profile_do_not_survive():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for content in (telephone_jpeg(6), jpeg(icc_profile=profile, comment=b"SecretComment")):
        image = read_picture(content)
        crop = default_crop(*image.size)
        for made in (pictures.original_jpeg(image), print_jpeg(image, crop), small_jpeg(image, crop)):
            written = opened(made)
            assert not written.getexif() and not {"exif", "comment", "icc_profile", "xmp"} & set(written.info)
            assert b"Secret" not in made and b"GPS" not in made and b"Exif" not in made


def test_a_polyglot_loses_what_rides_on_it():
    for payload in (b"<script>alert(1)</script>", b"PK\x03\x04 evil.exe", b"<?php system('x') ?>"):
        image = read_picture(jpeg() + payload)
        assert payload not in pictures.original_jpeg(image)


def test_colours_of_a_wide_profile_are_brought_to_srgb():
    lab = ImageCms.createProfile("LAB")
    image = Image.new("RGB", (240, 320), SKY)
    tagged = encoded(image, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert near(read_picture(tagged).getpixel((9, 9)), SKY, 2)
    odd = encoded(image, "PNG", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())  # does not fit RGB
    assert near(read_picture(odd).getpixel((9, 9)), SKY, 2)
    broken = encoded(image, "PNG", icc_profile=b"no profile")
    assert near(read_picture(broken).getpixel((9, 9)), SKY, 2)


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        (encoded(picture(mode="CMYK")), SKY),
        (encoded(picture(mode="L")), (131, 131, 131)),
        (encoded(picture(mode="L").convert("1"), "PNG"), None),
        (encoded(picture(mode="P"), "PNG"), SKY),
        (encoded(picture(), "WEBP"), SKY),
        (encoded(picture(), "BMP"), SKY),
        (encoded(picture(), progressive=True), SKY),
        (encoded(picture(), "MPO", save_all=True, append_images=[picture()]), SKY),
        (png_of_16_bits(40000), (156, 156, 156)),
        (png_of_16_bits(40000, 0), (255, 255, 255)),
        (png_of_16_bits(40000, 20000, 300), (156, 78, 1)),
        (png_of_16_bits(40000, 1, 2, 0), (255, 255, 255)),
    ],
    ids=["cmyk", "grey", "1 bit", "palette", "webp", "bmp", "progressive", "two in one", "16 grey", "16 clear", "16 rgb", "16 rgba"],
)  # fmt: skip
def test_every_kind_of_picture_comes_out_as_plain_rgb(content, colour):
    image = read_picture(content)
    assert image.mode == "RGB" and image.info == {}
    assert colour is None or near(image.getpixel((50, 50)), colour, 14)


def test_transparency_becomes_white():
    clear = picture(mode="RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    palette = picture(mode="P")
    palette.info["transparency"] = palette.getpixel((5, 5))
    for image in (clear, palette):
        assert read_picture(encoded(image, "PNG")).getpixel((5, 5)) == (255, 255, 255)


def test_a_telephones_50_megapixels_are_read_and_kept_at_2400():
    image = read_picture(encoded(Image.new("L", (8160, 6120), 90)))
    assert image.size == (2400, 1800)


# ---- The cut ---------------------------------------------------------------------------------------------------------


def is_fit(crop: Crop, width: int, height: int) -> bool:
    inside = crop.left >= 0 and crop.top >= 0 and crop.left + crop.width <= width and crop.top + crop.height <= height
    return inside and crop.width * 4 == crop.height * 3 and crop.width >= pictures.SMALL[0]


@given(width=SIDES, height=st.integers(320, 3000))
def test_default_cut_is_the_largest_3_to_4_and_above_the_middle(width, height):
    crop = default_crop(width, height)
    assert is_fit(crop, width, height)
    assert width - crop.width < 3 or height - crop.height < 4
    assert crop.top <= height - crop.height - crop.top


@given(
    width=SIDES, height=st.integers(320, 3000), left=st.integers(-5000, 5000), top=st.integers(-5000, 5000),
    wide=st.integers(-5000, 5000), moves=st.lists(st.sampled_from(["up", "down", "left", "right", "larger", "smaller", "reset", "?"])),
)  # fmt: skip
def test_any_frame_and_any_moves_end_3_to_4_inside_the_picture(width, height, left, top, wide, moves):
    crop = fitted_crop(left, top, wide, width, height)
    for move in moves:
        assert is_fit(crop, width, height)
        crop = moved_crop(crop, move, width, height)
    assert is_fit(crop, width, height)


def test_moves_do_what_they_say():
    crop = fitted_crop(300, 300, 600, 2000, 2000)
    moved = {move: moved_crop(crop, move, 2000, 2000) for move in ("up", "down", "left", "right", "larger", "smaller")}
    assert moved["up"].top < crop.top < moved["down"].top and moved["left"].left < crop.left < moved["right"].left
    assert moved["larger"].width < crop.width < moved["smaller"].width
    assert abs(moved["larger"].left + moved["larger"].width / 2 - 600) <= 3  # the middle stays
    assert moved_crop(crop, "reset", 2000, 2000) == default_crop(2000, 2000)


def test_renditions_have_their_sizes_and_are_never_enlarged():
    large, little = read_picture(jpeg(2000, 2400)), read_picture(jpeg(400, 500))
    cut = opened(print_jpeg(large, default_crop(*large.size)))
    assert cut.size == (900, 1200) and cut.info["dpi"] == (300, 300)
    assert opened(print_jpeg(little, default_crop(*little.size))).size == (375, 500)
    for image in (large, little):
        assert opened(small_jpeg(image, default_crop(*image.size))).size == (240, 320)


def test_a_picture_too_small_for_the_screen_is_refused():
    with pytest.raises(DomainError, match="200×800像素"):
        default_crop(200, 800)


# ---- The service -----------------------------------------------------------------------------------------------------


def put(cast, deputy=None, content=None, actor=None, **fields):
    return put_photo(
        deputy=deputy or cast.deputy_person, content=content or jpeg(), actor=actor or cast.staff, at=timezone.now(),
        **fields,
    )  # fmt: skip


def test_three_files_under_names_of_ours(cast):
    person = put(cast, content=telephone_jpeg(6))
    assert person.photo_crop == [0, 0, 600, 800]
    assert media_files() == {person.photo, person.photo_small, person.photo_original}
    for name in media_files():
        assert "李" not in name and person.code not in name
    root = Path(settings.MEDIA_ROOT)
    assert [opened((root / name).read_bytes()).size for name in (person.photo, person.photo_small)] == [
        (600, 800),
        (240, 320),
    ]
    row = AuditLog.objects.get(action="put_photo")
    assert (row.actor, row.target_key) == (cast.staff, person.code)
    assert person.history.first().photo == person.photo


def test_the_old_files_go_with_the_commit_and_not_before(cast, django_capture_on_commit_callbacks):
    old = put(cast)
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        new = put(cast)
    assert {old.photo, new.photo} <= media_files()
    for callback in callbacks:
        callback()
    assert media_files() == {new.photo, new.photo_small, new.photo_original}


def test_cutting_again_keeps_the_original(cast, django_capture_on_commit_callbacks):
    person = put(cast, content=jpeg(1600, 1200))
    with django_capture_on_commit_callbacks(execute=True):
        cut = crop_photo(deputy=person, crop=Crop(700, 100, 600, 800), actor=cast.staff)
    assert cut.photo_original == person.photo_original and cut.photo_crop == [700, 100, 600, 800]
    assert media_files() == {cut.photo, cut.photo_small, cut.photo_original} and cut.photo != person.photo
    assert crop_photo(deputy=cut, crop=Crop(700, 100, 600, 800), actor=cast.staff).photo == cut.photo  # nothing to do
    odd = crop_photo(deputy=cut, crop=Crop(-50, 9000, 5000, 3), actor=cast.staff)
    assert odd.photo_crop == [0, 0, 900, 1200]


def test_nothing_is_left_over_when_the_row_cannot_be_written(cast, monkeypatch):
    def fail(*_arguments, **_named):
        raise DatabaseError

    monkeypatch.setattr("deputies.services.photos.save_traced", fail)
    with pytest.raises(DatabaseError), transaction.atomic():
        put(cast)
    assert media_files() == set()


def test_a_cut_of_a_photo_that_was_replaced_meanwhile_is_refused(cast):
    stale = put(cast)
    put(cast)
    with pytest.raises(Conflict, match="刚由别人换过"):
        crop_photo(deputy=stale, crop=Crop(0, 0, 300, 400), actor=cast.staff)
    assert len(media_files()) == 6  # of the refused cut nothing is left; the old ones go with the commit


def test_taken_away_with_a_reason(cast, django_capture_on_commit_callbacks):
    person = put(cast)
    with pytest.raises(DomainError, match="为什么"):
        remove_photo(deputy=person, actor=cast.staff, reason=" ")
    with django_capture_on_commit_callbacks(execute=True):
        person = remove_photo(deputy=person, actor=cast.staff, reason="本人要求")
    assert (person.photo, person.photo_small, person.photo_original, person.photo_crop) == ("", "", "", None)
    assert media_files() == set()
    with pytest.raises(Conflict, match="重新上传"):
        original_of(person)


def test_who_may_put_a_photo(cast):
    for who in ("admin", "staff", "clerk", "deputy"):
        assert put(cast, actor=getattr(cast, who)).photo
    for who in ("stranger", "auditor", "head", "officer"):
        for act in (
            lambda actor: put(cast, actor=actor),
            lambda actor: crop_photo(deputy=cast.deputy_person, crop=Crop(0, 0, 300, 400), actor=actor),
            lambda actor: remove_photo(deputy=cast.deputy_person, actor=actor, reason="试试"),
        ):
            with pytest.raises(NotAllowed):
                act(getattr(cast, who))


def test_the_plain_edit_leaves_photos_alone(cast):
    with pytest.raises(DomainError, match="照片请在代表的页面上传"):
        edit_deputy(deputy=cast.deputy_person, actor=cast.staff, photo="../../etc/passwd")


# ---- Handing out -----------------------------------------------------------------------------------------------------


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_sizes_and_who_gets_the_original(cast, signed_in, client):
    person = put(cast)
    agree(cast, person, "photo")
    url = reverse("deputy-photo", args=[person.code])
    assert opened(body(client.get(url))).size == (240, 320)
    assert {client.get(url, {"size": size}).status_code for size in ("print", "original", "huge", "../x")} == {404}
    assert opened(body(signed_in(cast.clerk).get(url, {"size": "print"}))).size == (600, 800)
    for who, status in (
        ("clerk", 200),
        ("deputy", 200),
        ("staff", 200),
        ("head", 404),
        ("auditor", 404),
        ("stranger", 404),
    ):
        assert signed_in(getattr(cast, who)).get(url, {"size": "original"}).status_code == status, who


def test_browsers_ask_again_every_time_and_get_a_short_answer(cast, client):
    person = put(cast)
    agree(cast, person, "photo")
    url = reverse("deputy-photo", args=[person.code])
    first = client.get(url)
    assert first["Cache-Control"] == "private, no-cache"
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    put(cast)
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_photo_from_before_there_were_small_ones_still_shows(cast, signed_in, media):
    (media / "photos").mkdir(parents=True)
    (media / "photos" / "old.jpg").write_bytes(jpeg())
    Deputy.objects.filter(pk=cast.deputy_person.pk).update(photo="photos/old.jpg")
    client = signed_in(cast.staff)
    assert client.get(reverse("deputy-photo", args=[cast.deputy_person.code])).status_code == 200
    page = client.get(reverse("deputy-photo-edit", args=[cast.deputy_person.code]))
    assert page.status_code == 200 and "没有留原照片" in page.text


def test_screens_use_the_small_copy(cast, signed_in, client):
    person = put(cast)
    agree(cast, person, "photo")
    small = reverse("deputy-photo", args=[person.code]) + "?size=small"
    assert small in client.get(reverse("branch-page", args=["GT01"])).text
    assert small in signed_in(cast.head).get(reverse("deputy", args=[person.code])).text


# ---- The page of one photo -------------------------------------------------------------------------------------------


def edit_url(person) -> str:
    return reverse("deputy-photo-edit", args=[person.code])


def test_upload_cut_and_removal_by_full_page_posts(cast, signed_in):
    person, client = cast.deputy_person, signed_in(cast.clerk)
    url = edit_url(person)
    assert "还没有照片" in client.get(url).text
    upload = SimpleUploadedFile("我的照片.jpg", jpeg(1600, 1200), "image/jpeg")
    assert client.post(url, {"do": "upload", "file": upload}).status_code == 302
    person.refresh_from_db()
    assert person.photo_crop == [350, 0, 900, 1200]
    page = client.get(url)
    assert 'viewBox="350 0 900 1200"' in page.text and "还没有保存" in page.text
    moved = client.post(url, {"do": "larger", "left": "350", "top": "0", "width": "900"})
    assert moved.status_code == 200 and moved.context["crop"].width == 825
    person.refresh_from_db()
    assert person.photo_crop == [350, 0, 900, 1200]  # a move is not saved
    frame = moved.context["crop"]
    saved = client.post(url, {"do": "save", "left": frame.left, "top": frame.top, "width": frame.width})
    assert saved.status_code == 302
    person.refresh_from_db()
    assert person.photo_crop == list(frame)
    assert client.post(url, {"do": "remove", "reason": ""}).status_code == 400
    assert client.post(url, {"do": "remove", "reason": "换证"}).url == reverse("deputy", args=[person.code])
    person.refresh_from_db()
    assert person.photo == ""


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "请选一张照片"),
        (("空.jpg", b""), "文件是空的"),
        (("broken.jpg", jpeg()[:4000]), "已经损坏"),
        (("page.jpg", b"<html><script>alert(1)</script>"), "不是照片"),
        (("huge.png", png_of_200_megapixels()), "像素太多"),
        (("IMG_1.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0"), "兼容性最佳"),
        (("x.jpg", b"x" * (pictures.MOST_BYTES + 1)), "最大20MB"),
        (("stamp.png", encoded(picture(100, 100), "PNG")), "太小了"),
    ],
    ids=["none", "empty", "broken", "html", "200 megapixels", "heic", "over 20 MB", "stamp"],
)
def test_a_refused_upload_says_what_to_do_and_keeps_the_old_photo(cast, signed_in, file, sentence):
    person = put(cast)
    data = {"do": "upload"} | ({"file": SimpleUploadedFile(*file)} if file else {})
    answer = signed_in(cast.staff).post(edit_url(person), data)
    assert answer.status_code == 400 and sentence in answer.text
    person.refresh_from_db()
    assert media_files() == {person.photo, person.photo_small, person.photo_original}


def test_odd_numbers_and_a_missing_original_are_explained(cast, signed_in):
    person, client = put(cast), signed_in(cast.staff)
    url = edit_url(person)
    answer = client.post(url, {"do": "save", "left": "三", "top": "", "width": "99999999999"})
    assert answer.status_code == 400 and answer.text.count("请填整数") >= 3
    wide = client.post(url, {"do": "save", "left": "12", "top": "0", "width": "300"})
    person.refresh_from_db()
    assert wide.status_code == 302 and person.photo_crop == [12, 0, 300, 400]
    (Path(settings.MEDIA_ROOT) / person.photo_original).unlink()
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "up", "left": "0", "top": "0", "width": "300"}).status_code == 400


def test_photo_page_by_role(cast, signed_in):
    url = edit_url(cast.deputy_person)
    for who, status in (
        ("admin", 200), ("staff", 200), ("clerk", 200), ("deputy", 200), ("head", 403), ("auditor", 403),
        ("stranger", 404), ("officer", 404),
    ):  # fmt: skip
        assert signed_in(getattr(cast, who)).get(url).status_code == status, who
        if status != 200:
            assert signed_in(getattr(cast, who)).post(url, {"do": "remove", "reason": "x"}).status_code == status, who


# ---- Archives --------------------------------------------------------------------------------------------------------


def archive(*files: str | tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of files; a bare name holds a photo."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", compression) as package:
        for file in files:
            package.writestr(*((file, jpeg()) if isinstance(file, str) else file))
    return target.getvalue()


def gbk_archive(*files: tuple[str, bytes]) -> bytes:
    """As Chinese Windows packs it: names in GBK, no flag that says so. zipfile itself can't write that."""
    stand_ins = [
        (sign * len(name.encode("gb18030")), name, content)
        for sign, (name, content) in zip("~^`!$", files, strict=False)
    ]
    whole = archive(*((stand_in, content) for stand_in, _name, content in stand_ins))
    for stand_in, name, _content in stand_ins:
        whole = whole.replace(stand_in.encode(), name.encode("gb18030"))
    return whole


@pytest.fixture
def send(signed_in, django_capture_on_commit_callbacks):
    """Upload an archive as `user`; returns the job after it has run."""

    def upload(user, content: bytes, **fields) -> Job:
        data = {"station": "GT", "file": SimpleUploadedFile("照片.zip", content, "application/zip")} | fields
        with django_capture_on_commit_callbacks(execute=True):
            answer = signed_in(user).post(reverse("console-photos"), data)
        assert answer.status_code == 302, answer.text
        return Job.objects.latest("pk")

    return upload


def lines(job: Job, state: str = "refused") -> str:
    return "\n".join(line["text"] for line in job.lines if line["state"] == state)


def with_photo() -> set[str]:
    return set(Deputy.objects.exclude(photo="").values_list("name", flat=True))


def test_photos_find_their_owners_by_name_code_phone_and_place(cast, send):
    twins = [make_deputy(cast, "张伟", branch) for branch in (cast.gt01, cast.gt02, cast.gt02, cast.gt02)]
    code = cast.deputies["GT01"][2].code
    job = send(cast.clerk, archive(
        "赵站长.jpg", "李代表_官亭镇第一分站.jpg", f"{code}.jpeg", ("3王 芳.png", encoded(picture(), "PNG")),
        "周春生 照片.jpg", "官亭镇/第一分站/张伟.jpg", f"张伟-{twins[1].phone}.jpg", f"{twins[2].code}-张伟.jpg",
    ))  # fmt: skip
    assert lines(job) == ""
    assert (job.state, job.done, job.total) == (Job.State.DONE, 8, 8)
    assert with_photo() == {"赵站长", "李代表", "陈卫", "王芳", "周春生", "张伟"}
    assert [bool(Deputy.objects.get(pk=twin.pk).photo) for twin in twins] == [True, True, True, False]
    assert "还有2位代表没有照片" in lines(job, "unchanged") and "钱站长" in lines(job, "unchanged")
    assert "配上8张" in job.lines[-1]["text"]


def test_what_could_be_somebody_elses_is_not_used(cast, send):
    for branch in (cast.gt01, cast.gt02):
        make_deputy(cast, "张伟", branch)
    job = send(cast.clerk, archive(
        "张伟.jpg", "张伟-19911111111.jpg", "李代表-19911111111.jpg", "王芳-赵站长.jpg",
        "无此人.jpg", f"{cast.head_person.code}-王芳.jpg", "孙站长.jpg", "19900000000.jpg",
    ))  # fmt: skip
    refused = lines(job)
    for sentence in (
        "张伟.jpg:有2位叫张伟的代表(官亭镇人大代表联络站第一分站、官亭镇人大代表联络站第二分站)",
        "张伟-19911111111.jpg:叫张伟、手机号也对得上的代表没有",
        "李代表-19911111111.jpg:叫李代表、手机号也对得上的代表没有",
        "文件名里有2个代表的名字",
        "没有叫“无此人”的代表",
        f"编号是{cast.head_person.code}、又叫王芳的代表没有",
        "没有叫“孙站长”的代表",  # serves in 阎疃, which this clerk is not of
    ):
        assert sentence in refused
    assert with_photo() == {"赵站长"}  # by the phone that stands alone


def test_hostile_names_and_odd_files_touch_nothing(cast, send, media, tmp_path):
    link = zipfile.ZipInfo("陈卫.jpg")
    link.create_system, link.external_attr = 3, (0o120777 << 16)
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr(link, "/etc/passwd")
        for name in ("../../../赵站长.jpg", "/etc/李代表.jpg", "C:\\照片\\李代表.jpg", "a/../李代表.jpg"):
            package.writestr(name, jpeg())
        for name, data in (
            ("inner.zip", archive("李代表.jpg")), ("名单.xlsx", b"PK"), ("周春生.jpg", b"<html>"),
            ("王芳.png", png_of_200_megapixels()), ("钱站长.jpg", jpeg()[:3000]),
        ):  # fmt: skip
            package.writestr(name, data)
        for litter in ("__MACOSX/._赵站长.jpg", "Thumbs.db", "照片/.DS_Store", "照片/desktop.ini"):
            package.writestr(litter, b"x")
    before = set(tmp_path.rglob("*"))
    job = send(cast.clerk, content.getvalue())
    refused = lines(job)
    assert (
        refused.count("指向别处的路径") == 4 and "这是一个链接" in refused and "请把照片直接放在一个 zip 里" in refused
    )
    assert "名单.xlsx:这不是照片文件" in refused and "周春生.jpg:" + pictures.NO_PICTURE in refused
    assert "王芳.png:" + pictures.TOO_MANY_PIXELS in refused and "钱站长.jpg:" + pictures.BROKEN in refused
    assert job.total == 10  # what operating systems leave behind is not even named
    assert "MACOSX" not in refused and with_photo() == set()
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert made == {job_folder(job) / job.file}  # only the report: the upload is gone, nothing was unpacked


def test_names_from_chinese_windows_are_read_right(cast, send):
    make_deputy(cast, "马㐀", cast.gt01)  # a rare character, four bytes in GB 18030
    job = send(cast.clerk, gbk_archive(("官亭镇\\赵站长.jpg", jpeg()), ("李代表.jpg", jpeg()), ("马㐀.jpg", jpeg())))
    assert lines(job) == "" and with_photo() == {"赵站长", "李代表", "马㐀"}


@pytest.mark.parametrize(
    "name", ["张三.jpg", "脉搏.jpg", "联通.jpg", "曹芳.jpg", "照片/迪丽娜尔·艾力.png", "plain.jpg"]
)
def test_gbk_utf8_and_flagged_names_come_out_the_same(name, tmp_path):
    raw = name.encode()
    unflagged = archive(("~" * len(raw), b"x")).replace(b"~" * len(raw), raw)
    for number, content in enumerate((gbk_archive((name, b"x")), unflagged, archive((name, b"x")))):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(content)
        with open_archive(path) as opened_archive:
            assert [entry.path for entry in opened_archive.entries()] == [name]


def test_photos_that_are_there_are_replaced_only_when_asked(cast, send):
    old = put(cast)
    job = send(cast.clerk, archive("李代表.jpg"))
    assert "李代表已经有照片,没有换" in lines(job, "unchanged")
    assert Deputy.objects.get(pk=old.pk).photo == old.photo
    for _run in range(2):  # again and again comes to the same
        job = send(cast.clerk, archive("李代表.jpg", "李代表-官亭镇.jpg"), replace="on")
        assert "和“李代表.jpg”是同一位代表的" in lines(job)
        assert len([line for line in job.lines if line["state"] == "done"]) == 2  # the photo and the sum
    assert Deputy.objects.get(pk=old.pk).photo != old.photo


def test_the_report_is_a_workbook_of_every_file_and_of_who_has_none(cast, send, signed_in):
    job = send(cast.staff, archive("李代表.jpg", "=cmd.jpg"), station="JLX")
    book = load_workbook(job_folder(job) / job.file)
    first, second = ([[cell.value for cell in row] for row in sheet.rows] for sheet in book)
    assert first[2:] == [
        ["=cmd.jpg", "没有采用", "没有叫“=cmd”的代表,请核对文件名。"],
        ["李代表.jpg", "已配上", f"李代表 {cast.deputy_person.code}"],
    ]
    assert len(second[2:]) == 7 and [cast.deputies["YT01"][0].code, "孙站长", "阎疃镇", "第一分站"] in second
    page = signed_in(cast.staff).get(reverse("job", args=[job.uid]))
    assert reverse("console-photos") in page.text and reverse("job-file", args=[job.uid]) in page.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"this is no zip", "不是 zip"),
        (archive("李代表.jpg")[:500], "不是 zip"),
        (archive(), "没有照片"),
        (archive(("__MACOSX/x", b"")), "没有照片"),
        (archive(*((f"{number}.jpg", b"") for number in range(2001))), "最多2000个"),
    ],
    ids=["text", "truncated", "empty", "litter", "too many"],
)
def test_archives_that_cannot_be_used_are_refused_as_a_whole(cast, send, content, sentence):
    job = send(cast.clerk, content)
    assert job.state == Job.State.REFUSED and sentence in job.error
    assert list(job_folder(job).iterdir()) == []


def test_a_directory_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "ZipFile", lambda file: pytest.fail("the directory was read"))
    whole = bytearray(archive(("a.jpg", b"x")))
    whole[-10:-6] = struct.pack("<I", 900_000_000)  # size of the directory, in the end record
    (tmp_path / "huge.zip").write_bytes(whole)
    (tmp_path / "zip64.zip").write_bytes(whole[:-22] + b"PK\x06\x07" + b"\0" * 16 + archive()[-22:])
    for name in ("huge.zip", "zip64.zip"):
        with pytest.raises(DomainError, match="太多"), open_archive(tmp_path / name):
            pass


def test_limits_hold_for_what_is_unpacked_and_not_for_what_is_claimed(tmp_path, monkeypatch):
    bomb = archive(("a.jpg", b"\0" * 5_000_000), ("b.jpg", b"\0" * 5_000_000), compression=zipfile.ZIP_DEFLATED)
    liar = bytearray(bomb)
    for offset in (pos for pos in range(len(liar) - 4) if liar[pos : pos + 4] == struct.pack("<I", 5_000_000)):
        liar[offset : offset + 4] = struct.pack("<I", 10)
    for name, content in (("honest.zip", bomb), ("liar.zip", bytes(liar))):
        (tmp_path / name).write_bytes(content)
        with open_archive(tmp_path / name) as package, pytest.raises(EntryRefused):
            package.read(package.entries()[0], 1_000_000)
    monkeypatch.setattr(archives, "MOST_UNPACKED", 7_000_000)
    with open_archive(tmp_path / "honest.zip") as package:
        package.read(package.entries()[0], 6_000_000)
        with pytest.raises(DomainError, match="解开后超过"):
            package.read(package.entries()[1], 6_000_000)


def test_passwords_and_rare_compressions_are_refused(tmp_path):
    locked = bytearray(archive(("a.jpg", b"x")))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    (tmp_path / "lzma.zip").write_bytes(archive(("a.jpg", b"x" * 99), compression=zipfile.ZIP_LZMA))
    for name, sentence in (("locked.zip", "密码"), ("lzma.zip", "压缩方式")):
        with open_archive(tmp_path / name) as package, pytest.raises(EntryRefused, match=sentence):
            package.read(package.entries()[0], 1000)


@pytest.mark.parametrize(
    ("path", "words", "codes", "phones"),
    [
        ("张三.jpg", ["张三"], [], []),
        ("a/b/张 三 (1).JPG", ["张三", "张", "三"], [], []),
        ("01-19900001234-张三.jpg", ["张三"], [], ["19900001234"]),
        ("c02-jlx-0012_张三.jpg", ["张三"], ["C02-JLX-0012"], []),
        ("买买提•艾力.png", ["买买提·艾力"], [], []),
    ],
)
def test_clues_in_a_name(path, words, codes, phones):
    clues = clues_of(path)
    assert (list(clues.words), sorted(clues.codes), sorted(clues.phones)) == (words, codes, phones)


def test_archive_page_by_role_and_place(cast, signed_in):
    url = reverse("console-photos")
    for who, status in (
        ("admin", 200), ("staff", 200), ("clerk", 200), ("stranger", 200), ("auditor", 403), ("head", 403),
        ("deputy", 403), ("officer", 403),
    ):  # fmt: skip
        assert signed_in(getattr(cast, who)).get(url).status_code == status, who

    def file():
        return SimpleUploadedFile("a.zip", archive(("x.jpg", b"x")))

    client = signed_in(cast.clerk)
    assert [client.post(url, {"station": code, "file": file()}).status_code for code in ("YT", "JLX", "GT01", "?")] == [
        404
    ] * 4
    for data, sentence in (
        ({"station": "GT"}, "请选照片的压缩包"),
        ({"file": file()}, "请选地方"),
        ({"station": "GT", "file": SimpleUploadedFile("a.rar", b"Rar!")}, "重新压缩成 zip"),
    ):
        answer = client.post(url, data)
        assert answer.status_code == 400 and sentence in answer.text
    assert not Job.objects.exists()


def test_the_list_of_deputies_leads_to_it(cast, signed_in):
    for who, leads in (("staff", True), ("clerk", True), ("auditor", False)):
        assert ("批量上传照片" in signed_in(getattr(cast, who)).get(reverse("console-deputies")).text) == leads, who


def test_archive_page_costs_the_same_with_one_job_and_with_three(cast, signed_in):
    client, counts = signed_in(cast.clerk), []
    for made in (1, 3):
        while Job.objects.count() < made:
            Job.objects.create(kind="put_photos", title="照片", asked_by=cast.clerk, created_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("console-photos"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
