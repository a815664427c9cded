"""Importing registers: choose one, upload, preview, confirm. For the county's own staff."""

from io import BytesIO
from itertools import product

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed, NotFound
from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.jobs import start_job
from julu_liaison.common.models import Job
from julu_liaison.common.registers import Register, Report, workbook
from julu_liaison.common.spreadsheets import MOST_BYTES, Column, Sheet
from julu_liaison.common.uploads import Upload, find_upload, hand_to_job, keep_upload, take_passwords
from julu_liaison.common.working_days import today_here
from julu_liaison.importing import import_upload
from julu_liaison.registers import REGISTERS, register_of
from julu_liaison.tasks import import_register
from stations.models import Station

MOST_SHOWN = 200  # lines of one list on the page; the workbook of failed rows has them all
AS_NOBODY_SAW = "-"  # a digest that no report has
MANY = 200  # changed rows; each takes several steps of its own
DEFAULT_KIND = "deputies"
JOB_KIND = "import_register"
PASSWORD_COLUMNS = (
    Column("username", "账号", width=20), Column("name", "姓名", width=14), Column("password", "首次密码", width=24)
)  # fmt: skip


class UploadForm(forms.Form):
    """The workbook, the county it is for, and the day from which new facts count."""

    file = forms.FileField(label="名册文件", max_length=200)
    county = forms.ChoiceField(label="县", widget=forms.Select(attrs={"class": "fld"}))
    started_on = forms.DateField(
        error_messages={"invalid": "请填日期,如 2026-03-01"},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "fld", "type": "date"}),
    )  # fmt: skip

    def __init__(self, *args, register: Register, counties: list[Station], **kwargs):
        super().__init__(*args, auto_id=f"id_{register.kind}_%s", **kwargs)
        self.counties = {county.code: county for county in counties}
        self.fields["county"].choices = [(county.code, county.name) for county in counties]
        self.fields["county"].required = len(counties) > 1
        wanted = f"请选{register.title}的文件"
        self.fields["file"].error_messages |= {
            "required": wanted, "invalid": wanted, "missing": wanted, "empty": "文件是空的,请重新选文件",
            "max_length": "文件名太长了,请改短一些",
        }  # fmt: skip
        self.fields["started_on"].label = register.day_title
        self.fields["started_on"].error_messages["required"] = f"请填{register.day_title}"
        if not register.is_dated:
            del self.fields["started_on"]

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
    """Choose a register and its workbook; POST keeps it and goes on to the preview."""
    counties = _counties(request.user)
    posted = register_of(request.POST.get("kind", DEFAULT_KIND)) if request.method == "POST" else None
    cards = [_card(request, register, counties, posted) for register in REGISTERS.values()]
    if not any(card["form"] for card in cards):
        raise NotAllowed("名册由县人大办公室导入,请联系他们。")
    bound = next((card["form"] for card in cards if card["register"] is posted), None)
    if posted and bound is None:
        raise NotAllowed(posted.import_refusal)
    if posted and bound.is_valid():
        return redirect("console-import-preview", uid=_keep(request.user, posted, bound))
    status = 400 if posted else 200
    return render(request, "registers/import.html", {"cards": cards, "bound": bound}, status=status)


def _card(request, register: Register, counties: list[Station], posted: Register | None) -> dict:
    """One register on the page: the form if one may import it, and the counties whose register one may export."""
    mine = [county for county in counties if register.may_import(request.user, county)]
    data = (request.POST, request.FILES) if register is posted else (None, None)
    form = UploadForm(*data, register=register, counties=mine, initial={"started_on": today_here()}) if mine else None
    return {
        "register": register,
        "form": form,
        "counties": mine,
        "exportable": [county for county in counties if register.may_export(request.user, county)],
    }


def _keep(user, register: Register, form: UploadForm) -> str:
    file = form.cleaned_data["file"]
    return keep_upload(
        file.chunks(), kind=register.kind, name=file.name, owner=user, county=form.cleaned_data["county"],
        started_on=form.cleaned_data.get("started_on") or today_here(), at=timezone.now(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def import_preview(request, uid):
    """What the kept workbook would do; POST imports exactly that, or shows anew what has changed meanwhile."""
    upload, county, register = _found(request, uid)
    job = Job.objects.filter(uid=upload.job).first() if upload.job else None
    if upload.outcome or (job and not job.is_over):
        context = {"upload": upload, "county": county, "register": register, "job": None if upload.outcome else job}
        return render(request, "registers/outcome.html", context)
    if request.method == "POST":
        return _confirm(request, upload, county, register)
    if job and job.error:
        messages.warning(request, job.error)
    return _preview(request, upload, county, _checked(request, upload, county, register))


@require_safe
@login_required
@never_cache
def import_failed(request, uid):
    """The rows that need work as a workbook, the reason beside each."""
    upload, county, register = _found(request, uid)
    if upload.outcome:
        raise NotFound("这份名册已经导入,没有要改的行。")
    content = register.failed(_checked(request, upload, county, register))
    hand_out_table(what="failed_rows", file_format="xlsx", target=county, actor=request.user, at=timezone.now())
    return _download(content, "要改的行.xlsx")


@require_POST
@login_required
@never_cache
def import_passwords(request, uid):
    """The first passwords of the accounts that the import opened; handed out once."""
    upload, county, _register = _found(request, uid)
    rows = take_passwords(upload)
    audit.record("take_passwords", actor=request.user, target=county, county_code=county.code, accounts=len(rows))
    heading = f"{county.name}新账号首次密码(发给本人后请删除这份表)"
    return _download(workbook(Sheet("首次密码", heading, PASSWORD_COLUMNS, rows)), "首次密码.xlsx")


@require_safe
@login_required
def import_template(request):
    """An empty register to fill in; `?kind=`, and `?county=` where one serves in several."""
    register = register_of(request.GET.get("kind", DEFAULT_KIND))
    counties = [county for county in _counties(request.user) if register.may_import(request.user, county)]
    if not counties:
        raise NotAllowed(register.import_refusal)
    chosen = [county for county in counties if county.code == request.GET.get("county", counties[0].code)]
    if not chosen:
        raise NotFound("没有找到这个县。")
    return _download(register.template(chosen[0], today_here()), f"{register.title}模板.xlsx")


def _confirm(request, upload: Upload, county: Station, register: Register):
    seen = request.POST.get("digest") or AS_NOBODY_SAW
    if request.POST.get("large"):
        return _order(request, upload, register, seen)
    try:
        report = import_upload(upload, county=county, actor=request.user, expected=seen)
    except Conflict as error:
        messages.warning(request, error.message)
        return _preview(request, upload, county, _checked(request, upload, county, register), status=409)
    if report.errors:
        return _preview(request, upload, county, report, status=409)
    return redirect("console-import-preview", uid=upload.uid)


def _order(request, upload: Upload, register: Register, seen: str):
    """Have it imported in the background: a browser or proxy would not wait that long."""
    job = start_job(
        kind=JOB_KIND, title=f"导入{register.title}", actor=request.user, task=import_register, upload_uid=upload.uid,
        expected=seen,
    )  # fmt: skip
    hand_to_job(upload, job=job)
    return redirect("console-import-preview", uid=upload.uid)


def _checked(request, upload: Upload, county: Station, register: Register) -> Report:
    return register.check(upload.file, county=county, actor=request.user, started_on=upload.started_on)


def _preview(request, upload: Upload, county: Station, report: Report, status: int = 200):
    register = register_of(upload.kind)
    context = {
        "upload": upload, "county": county, "register": register, "report": report, "most": MOST_SHOWN,
        "is_large": len(report.changes) >= register.large or len(report.changed) >= MANY,
    }  # fmt: skip
    return render(request, "registers/preview.html", context, status=status)


def _counties(user) -> list[Station]:
    """The counties in scope: none is 404."""
    visible = list(Station.objects.visible_to(user).centres())
    if not visible:
        raise NotFound("没有找到这一页。")
    return visible


def _found(request, uid) -> tuple[Upload, Station, Register]:
    counties = {county.code: county for county in _counties(request.user)}
    pairs = product(REGISTERS.values(), counties.values())
    if not any(register.may_import(request.user, county) for register, county in pairs):
        raise NotAllowed("名册由县人大办公室导入,请联系他们。")
    upload = find_upload(uid, owner=request.user, at=timezone.now())
    register = register_of(upload.kind)
    if upload.county not in counties:
        raise NotFound("没有找到这次上传。")
    if not register.may_import(request.user, counties[upload.county]):
        raise NotAllowed(register.import_refusal)
    return upload, counties[upload.county], register


def _download(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)
