"""The audit trail (操作记录) for auditors: who did what, when; kept for good, sealed every minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from julu_liaison.auditing import AuditForm, audit_workbook, lines_of
from julu_liaison.common.keyset import page_of
from julu_liaison.common.models import AuditLog, AuditSeal, TaskRun
from stations.models import Station
from stations.permissions import places_with
from stations.services.auditing import audit_in_reach, record_audit_export, record_search
from stations.states import Right

CHECK = "julu_liaison.tasks.verify_audit"
PAGE_SIZE = 50
SEALED_WITHIN = timedelta(minutes=15)  # each minute by the plan; a busy worker is late


@dataclass(frozen=True)
class Chain:
    """How the trail is kept: its last seal, rows that wait for one, when it was last checked and whether all was well."""

    last: AuditSeal | None
    waiting: int
    since: datetime | None
    run: TaskRun | None
    at: datetime

    @property
    def has_stopped(self) -> bool:
        """Whether rows wait for longer than a worker that is alive lets them."""
        return self.since is not None and self.at - self.since > SEALED_WITHIN

    @property
    def is_broken(self) -> bool:
        return bool(self.run and self.run.is_failed)

    @property
    def checked_at(self) -> datetime | None:
        return self.run.finished_at if self.run else None


@require_safe
@login_required
@never_cache
def audit_trail(request):
    """Newest first, as the form in the address asks; `?format=xlsx` takes all of it away. Reading it is recorded, too."""
    at = timezone.now()
    rows = audit_in_reach(request.user)
    form = AuditForm(request.GET, user=request.user, counties=_counties(request.user))
    found = form.applied(rows)
    if request.GET.get("format") == "xlsx" and form.is_valid():
        return _workbook(request, form, found, at)
    record_search(actor=request.user, at=at)
    page = page_of(
        found.select_related("actor", "standing_in_for"), by=("-pk",), size=PAGE_SIZE,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    context = {
        "form": form, "lines": lines_of(page.rows), "links": page.links(request.GET), "chosen": form.chosen,
        "chain": _chain(),
    }  # fmt: skip
    return render(request, "audit/list.html", context, status=200 if form.is_valid() else 400)


@require_safe
@login_required
@never_cache
def audit_entry(request, pk):
    """One row with everything beside it."""
    rows = audit_in_reach(request.user).select_related("actor", "standing_in_for", "seal")
    (line,) = lines_of([get_object_or_404(rows, pk=pk)])
    record_search(actor=request.user, at=timezone.now())
    return render(request, "audit/entry.html", {"line": line, "row": line.row})


def _workbook(request, form: AuditForm, found, at: datetime) -> FileResponse:
    content, count = audit_workbook(found, at=at)
    record_audit_export(actor=request.user, at=at, rows=count, filters=form.chosen)
    name = f"操作记录-{timezone.localtime(at):%Y-%m-%d}.xlsx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


def _counties(user) -> list[Station]:
    return list(Station.objects.filter(pk__in=places_with(user, Right.READ_AUDIT)).order_by("code"))


def _chain() -> Chain:
    return Chain(
        last=AuditSeal.objects.order_by("-number").defer("lines").first(),
        **AuditLog.objects.filter(seal=None).aggregate(waiting=Count("pk"), since=Min("at")),
        run=TaskRun.objects.filter(task=CHECK).first(), at=timezone.now(),
    )
