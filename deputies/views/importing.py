"""Importing a register of deputies: upload, preview, confirm. County staff only."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from deputies.permissions import can_import_deputies
from deputies.spreadsheets import Report, check_register, failed_workbook, import_register, template_workbook
from deputies.spreadsheets.uploads import Upload, close_upload, find_upload, keep_upload
from julu_liaison.common.errors import Conflict, NotAllowed, NotFound
from julu_liaison.common.spreadsheets import MOST_BYTES
from julu_liaison.common.working_days import today_here
from stations.models import Station

MOST_SHOWN = 200  # lines of one list on the page; the workbook of failed rows has them all
AS_NOBODY_SAW = "-"  # a digest that no report has


class UploadForm(forms.Form):
    """The workbook, the county it is for, and the day from which new facts count."""

    file = forms.FileField(label="代表名册", max_length=200, error_messages={
        "required": "请选代表名册的文件", "empty": "文件是空的,请重新选文件", "invalid": "请选代表名册的文件",
        "missing": "请选代表名册的文件", "max_length": "文件名太长了,请改短一些",
    })  # fmt: skip
    county = forms.ChoiceField(label="县", widget=forms.Select(attrs={"class": "fld"}))
    started_on = forms.DateField(
        label="起始日期", error_messages={"required": "请填起始日期", "invalid": "请填日期,如 2026-03-01"},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip

    def __init__(self, *args, counties: list[Station], **kwargs):
        super().__init__(*args, **kwargs)
        self.counties = {county.code: county for county in counties}
        self.fields["county"].choices = [(county.code, county.name) for county in counties]
        self.fields["county"].required = len(counties) > 1

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".xlsx"):
            raise forms.ValidationError("请选 .xlsx 文件;别的格式请在 Excel 或 WPS 里另存为 .xlsx")
        if file.size > MOST_BYTES:
            raise forms.ValidationError("文件最大10MB,请删掉照片和没用的工作表再试")
        return file

    def clean_county(self) -> Station:
        code = self.cleaned_data["county"] or next(iter(self.counties))
        return self.counties[code]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_page(request):
    """Choose the workbook; POST keeps it and goes on to the preview."""
    counties = _counties(request.user)
    form = UploadForm(
        request.POST or None, request.FILES or None, counties=counties, initial={"started_on": today_here()}
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        uid = keep_upload(
            file.chunks(), name=file.name, owner=request.user, county=form.cleaned_data["county"],
            started_on=form.cleaned_data["started_on"], at=timezone.now(),
        )  # fmt: skip
        return redirect("console-import-preview", uid=uid)
    status = 400 if form.errors else 200
    return render(request, "deputies/import.html", {"form": form, "counties": counties}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_preview(request, uid):
    """What the kept workbook would do; POST imports exactly that, or shows anew what has changed meanwhile."""
    upload, county = _found(request, uid)
    if upload.outcome:
        return render(request, "deputies/import_preview.html", {"upload": upload, "county": county})
    if request.method == "POST":
        return _confirm(request, upload, county)
    return _preview(request, upload, county, _checked(request, upload, county))


@require_safe
@login_required
def import_failed(request, uid):
    """The rows that need work as a workbook, the reason beside each."""
    upload, county = _found(request, uid)
    if upload.outcome:
        raise NotFound("这份名册已经导入,没有要改的行。")
    return _download(failed_workbook(_checked(request, upload, county)), "要改的行.xlsx")


@require_safe
@login_required
def import_template(request):
    """An empty register to fill in; `?county=` where one serves in several."""
    counties = _counties(request.user)
    chosen = [county for county in counties if county.code == request.GET.get("county", counties[0].code)]
    if not chosen:
        raise NotFound("没有找到这个县。")
    return _download(template_workbook(chosen[0], today_here()), "代表名册模板.xlsx")


def _confirm(request, upload: Upload, county: Station):
    seen = request.POST.get("digest") or AS_NOBODY_SAW
    try:
        report = import_register(
            upload.file, county=county, actor=request.user, started_on=upload.started_on, name=upload.name,
            expected=seen,
        )  # fmt: skip
    except Conflict as error:
        messages.warning(request, error.message)
        return _preview(request, upload, county, _checked(request, upload, county), status=409)
    if report.errors:
        return _preview(request, upload, county, report, status=409)
    close_upload(upload, outcome=report.counts)
    return redirect("console-import-preview", uid=upload.uid)


def _checked(request, upload: Upload, county: Station) -> Report:
    return check_register(upload.file, county=county, actor=request.user, started_on=upload.started_on)


def _preview(request, upload: Upload, county: Station, report: Report, status: int = 200):
    context = {"upload": upload, "county": county, "report": report, "most": MOST_SHOWN}
    return render(request, "deputies/import_preview.html", context, status=status)


def _counties(user) -> list[Station]:
    """The counties one may import for: none in scope is 404, none of one's own is 403."""
    visible = list(Station.objects.visible_to(user).centres())
    if not visible:
        raise NotFound("没有找到这一页。")
    counties = [county for county in visible if can_import_deputies(user, county)]
    if not counties:
        raise NotAllowed("代表名册由县人大办公室导入,请联系他们。")
    return counties


def _found(request, uid) -> tuple[Upload, Station]:
    counties = {county.code: county for county in _counties(request.user)}
    upload = find_upload(uid, owner=request.user)
    if upload.county not in counties:
        raise NotFound("没有找到这次上传。")
    return upload, counties[upload.county]


def _download(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)
