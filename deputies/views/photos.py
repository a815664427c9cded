"""A deputy's portrait: handed out, uploaded, cut; and many portraits at once from an archive."""

from pathlib import Path
from shutil import rmtree

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils._os import safe_join
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import Deputy
from deputies.permissions import can_put_photo, can_put_photos, sees_photo
from deputies.services import crop_photo, original_size, put_photo, remove_photo
from deputies.tasks import ALBUM, put_photos
from julu_liaison.accounts.flood import Passers, is_flood, too_often
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.jobs import job_folder, start_job
from julu_liaison.common.models import Job
from julu_liaison.common.pictures import MEGABYTE, MOST_BYTES, TOO_LARGE_FILE, Crop, fitted_crop, moved_crop
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

SCREEN = "small"
SHARP = 600  # pixels across; below that a large board may refuse the photo
MOST_ALBUM = 1024 * MEGABYTE
KIND = "put_photos"
RECENT = 5
MOVES = (
    ("up", "上移"), ("down", "下移"), ("left", "左移"), ("right", "右移"), ("larger", "人像放大"),
    ("smaller", "人像缩小"), ("reset", "恢复默认"),
)  # fmt: skip


# ---- Handing out ---------------------------------------------------------------------------------------------------


@require_safe
def photo(request, code):
    """The portrait, `?size=small` (the default), `print` or `original`; 404 tells nothing more.

    Without a login only with the recorded consent and for the screen; the original only for those who may cut it. Browsers ask again
    every time, so that a withdrawn consent and a new cut count at once.
    """
    size = request.GET.get("size", SCREEN)
    if not request.user.is_authenticated:
        if is_flood(request, Passers()):
            return too_often(request)
        if size != SCREEN:
            raise Http404
    person = get_object_or_404(Deputy, code=code)
    path = _kept(person, size, request.user)
    if path is None or not path.is_file():
        raise Http404
    facts = path.stat()
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = FileResponse(path.open("rb"), content_type="image/jpeg")
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer


def _kept(person: Deputy, size: str, user) -> Path | None:
    names = {"small": person.photo_small or person.photo, "print": person.photo, "original": person.photo_original}
    name = names.get(size)
    allowed = can_put_photo(user, person) if size == "original" else sees_photo(user, person, today_here())
    return Path(safe_join(settings.MEDIA_ROOT, name)) if name and allowed else None


# ---- One portrait --------------------------------------------------------------------------------------------------


class UploadForm(forms.Form):
    """The file of one portrait; what is in it is for the service to judge."""

    file = forms.FileField(label="照片文件", max_length=200, error_messages={
        "required": "请选一张照片", "empty": "文件是空的,请重新选照片", "invalid": "请选一张照片",
        "missing": "请选一张照片", "max_length": "文件名太长了,请改短一些",
    })  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE_FILE)
        return file


def _pixels(label: str) -> forms.IntegerField:
    sentence = f"“{label}”请填整数,单位是像素"
    widget = forms.TextInput(attrs={"class": "fld fld-s", "inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, min_value=-100_000, max_value=100_000, widget=widget,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence),
    )  # fmt: skip


class CropForm(forms.Form):
    """The frame in pixels of the original; its height follows from the width."""

    left = _pixels("左边")
    top = _pixels("上边")
    width = _pixels("宽")

    def crop(self, size: tuple[int, int]) -> Crop:
        values = self.cleaned_data
        return fitted_crop(values["left"], values["top"], values["width"], *size)


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=100, error_messages={"required": "请写原因", "max_length": "原因最多100个字"},
        widget=forms.TextInput(attrs={"class": "fld"}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def photo_edit(request, code):
    """Upload, cut and remove. `do` says which; a move of the frame only shows where it would be."""
    person = get_object_or_404(Deputy.objects.visible_to(request.user), code=code)
    if not can_put_photo(request.user, person):
        raise NotAllowed("照片由县人大办公室、代表所在的联络站或代表本人上传。")
    if request.method != "POST":
        return _page(request, person)
    do = request.POST.get("do", "")
    handlers = {"upload": _upload, "save": _save, "remove": _remove}
    return handlers.get(do, _move)(request, person)


def _upload(request, person: Deputy):
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            put_photo(
                deputy=person, content=form.cleaned_data["file"].read(), actor=request.user, at=timezone.now()
            )  # fmt: skip
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, "照片传好了。请看看裁得合不合适,不合适可以调整。")
            return redirect("deputy-photo-edit", code=person.code)
    return _page(request, person, upload=form, status=400)


def _save(request, person: Deputy):
    form = CropForm(request.POST)
    size = original_size(person)
    if size is None or not form.is_valid():
        return _page(request, person, crop_form=form, status=400)
    crop_photo(deputy=person, crop=form.crop(size), actor=request.user, at=timezone.now())
    messages.success(request, "裁剪保存好了。")
    return redirect("deputy-photo-edit", code=person.code)


def _move(request, person: Deputy):
    form = CropForm(request.POST)
    size = original_size(person)
    if size is None or not form.is_valid():
        return _page(request, person, crop_form=form, status=400)
    return _page(request, person, crop=moved_crop(form.crop(size), request.POST.get("do", ""), *size))


def _remove(request, person: Deputy):
    form = RemovalForm(request.POST)
    if not form.is_valid():
        return _page(request, person, removal=form, status=400)
    remove_photo(deputy=person, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    messages.success(request, "照片去掉了。")
    return redirect("deputy", code=person.code)


def _page(request, person: Deputy, *, crop: Crop | None = None, status: int = 200, **bound):
    size = original_size(person)
    kept = Crop(*person.photo_crop) if size and person.photo_crop else None
    shown = crop or kept
    forms_shown = {"upload": UploadForm(), "crop_form": CropForm(), "removal": RemovalForm(), **bound}
    context = {
        "person": person, "size": size, "crop": shown, "kept": kept, "moves": MOVES, "sharp": SHARP,
        "is_blurred": kept is not None and kept.width < SHARP, "errors": [form for form in bound.values() if form.errors],
        "today": today_here(), **forms_shown,
    }  # fmt: skip
    return render(request, "deputies/photo.html", context, status=status)


# ---- Many portraits ------------------------------------------------------------------------------------------------


class AlbumForm(forms.Form):
    """The archive, the place its people serve at, and whether photos that are there are replaced."""

    station = forms.CharField(
        label="哪里的代表", error_messages={"required": "请选地方"}, widget=forms.Select(attrs={"class": "fld"})
    )
    file = forms.FileField(label="照片压缩包", max_length=200, error_messages={
        "required": "请选照片的压缩包", "empty": "压缩包是空的,请重新选", "invalid": "请选照片的压缩包",
        "missing": "请选照片的压缩包", "max_length": "文件名太长了,请改短一些",
    })  # fmt: skip
    replace = forms.BooleanField(label="已经有照片的,也换成新的", required=False)

    def __init__(self, *args, places: list[Station], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {place.code: place for place in places}
        counties = [place for place in places if place.level == Level.CENTRE]
        choices = [(county.code, f"{county.name}:全县") for county in counties]
        self.fields["station"].widget.choices = choices + place_choices(
            [place for place in places if place.level != Level.CENTRE]
        )  # fmt: skip

    def clean_station(self) -> Station:
        place = self.places.get(self.cleaned_data["station"])
        if place is None:
            raise Http404
        return place

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".zip"):
            raise forms.ValidationError("请选 .zip 文件;别的压缩包(rar、7z)请解开后重新压缩成 zip")
        if file.size > MOST_ALBUM:
            raise forms.ValidationError("压缩包最大1GB,请按乡镇分几次上传")
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def photos(request):
    """An archive of portraits for the deputies of a place; matched and put in their places in the background."""
    places = _photographed(request.user)
    form = AlbumForm(request.POST or None, request.FILES or None, places=places)
    if request.method == "POST" and form.is_valid():
        return redirect("job", uid=_order(form.cleaned_data, request.user).uid)
    jobs = Job.objects.filter(kind=KIND, asked_by=request.user)[:RECENT]
    status = 400 if form.errors else 200
    return render(request, "deputies/photos.html", {"form": form, "jobs": jobs}, status=status)


def _photographed(user) -> list[Station]:
    """The counties and stations one may upload photos for."""
    places = Station.objects.visible_to(user).filter(level__in=(Level.CENTRE, Level.TOWNSHIP))
    places = places.select_related("parent").order_by("depth", "official_order", "code")
    found = [place for place in places if can_put_photos(user, place)]
    if not found:
        raise NotAllowed("批量上传照片,由县人大办公室和乡镇联络站办理。")
    return found


@transaction.atomic
def _order(values: dict, actor) -> Job:
    """Keep the archive in the job's folder before the work begins, which is after the commit."""
    place = values["station"]
    job = start_job(
        kind=KIND, title=f"批量上传照片:{place.full_name}", actor=actor, task=put_photos, has_upload=True,
        place_id=place.pk, replace=values["replace"],
    )  # fmt: skip
    try:
        with (job_folder(job) / ALBUM).open("wb") as file:
            for chunk in values["file"].chunks():
                file.write(chunk)
    except OSError:  # the job goes with the transaction, so nobody would ever tidy up after it
        rmtree(job_folder(job), ignore_errors=True)
        raise
    return job
