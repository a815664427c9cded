"""The next version of a scheme: begun, typed as one table, seen on everybody, applied or dropped."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.handing_out import hand_out_table
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here
from scoring.forms.rules import BeginForm, DraftForm
from scoring.models import SchemeVersion
from scoring.permissions import can_set_rules
from scoring.services.previews import Line, Preview, preview_version
from scoring.services.versions import (
    Applied,
    apply_version,
    draft_version,
    drop_draft,
    edit_draft,
    mark_of,
    words_of,
)
from scoring.spreadsheets.previews import preview_workbook
from scoring.states import VersionState
from scoring.views.rules.places import demand_setter, scheme_of
from scoring.views.rules.reading import versions_page

LISTED = 200  # deputies of a preview


@require_POST
@login_required
def rules_draft_new(request, year: int):
    """Begin a draft with the values that count."""
    scheme = scheme_of(request.user, year)
    demand_setter(request.user, scheme.county)
    form = BeginForm(sent(request))
    if done(request, form, draft_version, scheme=scheme):
        return redirect("rules-draft", year)
    return versions_page(request, scheme, form, status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def rules_draft(request, year: int):
    """All items in one table. What somebody else saved meanwhile is said, what was typed stays."""
    version = _draft_of(request.user, year)
    demand_setter(request.user, version.scheme.county)
    form = DraftForm(sent(request), version=version)
    if request.method == "POST" and done(request, form, edit_draft, version=version):
        messages.success(request, "存好了,还没有执行。")
        return redirect("rules-preview" if "preview" in request.POST else "rules-draft", year)
    stale = getattr(form, "refused_status", 0) == 412
    if stale:
        form.refresh_mark(_draft_of(request.user, year))
    context = {
        "version": version, "scheme": version.scheme, "form": form, "stale": stale,
        "blocks": [(True, form.rows(base=True)), (False, form.rows(base=False))],
    }  # fmt: skip
    return render(request, "scoring/rules_draft.html", context, status=status_of(form))


@require_POST
@login_required
def rules_draft_drop(request, year: int):
    version = _draft_of(request.user, year)
    return _act(request, year, drop_draft, "草稿放弃了,方案没有变。", version=version)


@require_POST
@login_required
def rules_apply(request, year: int):
    """Apply what was seen; `seen` marks it."""
    version = _draft_of(request.user, year)
    seen = request.POST.get("seen", "") or "-"
    words = f"第{version.number}版开始执行,得分已经重新算好。"
    return _act(request, year, apply_version, words, version=version, seen=seen)


@require_safe
@login_required
@never_cache
def rules_preview(request, year: int):
    """What the draft would do to everybody, in official order; `?station=` one station's, `?all=1` the unchanged, too."""
    version = _draft_of(request.user, year)
    preview = preview_version(version=version, on=today_here())
    lines, place = _chosen(preview, request.GET)
    context = {
        "version": version, "scheme": version.scheme, "preview": preview, "lines": lines[:LISTED], "count": len(lines),
        "place": place, "everybody": request.GET.get("all") == "1", "words": words_of(version), "mark": mark_of(version),
        "may": can_set_rules(request.user, version.scheme.county), "listed": LISTED,
    }  # fmt: skip
    return render(request, "scoring/rules_preview.html", context)


@require_safe
@login_required
@never_cache
def rules_preview_file(request, year: int):
    """The same of everybody as a workbook."""
    version = _draft_of(request.user, year)
    target = BytesIO()
    preview_workbook(target, preview_version(version=version, on=today_here()))
    target.seek(0)
    hand_out_table(
        what="rules_preview", file_format="xlsx", target=version.scheme.county, actor=request.user, at=timezone.now(),
        year=year, version=version.number,
    )  # fmt: skip
    name = f"{year}年积分方案第{version.number}版预览.xlsx"
    return FileResponse(target, as_attachment=True, filename=name)


def _draft_of(user, year: int) -> SchemeVersion:
    scheme = scheme_of(user, year)
    rows = scheme.versions.filter(state=VersionState.DRAFT).select_related("scheme__county", "drafted_by")
    return get_object_or_404(rows)


def _act(request, year: int, service, words: str, **facts):
    """Do it, or say on the page before why not."""
    try:
        done_so = service(actor=request.user, at=timezone.now(), **facts)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.warning(request, f"{error.message}请看看现在的草稿再定。" if error.status == 412 else error.message)
        return redirect("rules-preview" if error.status == 412 else "rules-versions", year)
    effect = done_so.effect.words if isinstance(done_so, Applied) else ""
    messages.success(request, f"{words}{effect}")
    return redirect("rules-versions", year)


def _chosen(preview: Preview, asked) -> tuple[list[Line], str]:
    """The lines asked for, and the code of the station; one that is not in the list is not found."""
    lines = preview.lines if asked.get("all") == "1" else preview.changed
    code = asked.get("station", "")
    if not code:
        return lines, ""
    if code not in {counts.station.code if counts.station else "-" for counts in preview.stations}:
        raise Http404
    return [line for line in lines if (line.branch.parent.code if line.branch else "-") == code], code
