"""A month's roster on paper and as a workbook."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.models import Roster
from activities.reports import roster_workbook
from activities.services.rosters.telling import duty_words
from activities.views.calls import calls_page
from activities.views.rosters.desks import Desk, desk_of
from deputies.models import Deputy
from julu_liaison.common.handing_out import hand_out_print, hand_out_table
from julu_liaison.common.working_days import today_here

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def roster_print(request):
    """The month on A4 across: to be hung up or handed round."""
    desk = desk_of(request)
    hand_out_print(what="roster", target=desk.station, actor=request.user, at=timezone.now(), month=f"{desk.month:%Y-%m}")
    context = {"desk": desk, "table": desk.table(), "roster": desk.roster, "today": today_here()}
    return render(request, "activities/roster_print.html", context)


@require_safe
@login_required
@never_cache
def roster_calls(request):
    """Who of the published month has no account and has to be called, with the own days still to come."""
    desk = desk_of(request)
    published = desk.roster if desk.is_published else None
    return calls_page(
        request, _words(desk, published) if published else {}, on=max(today_here(), desk.month), back=desk.url,
        back_label=f"{desk.station.name}{desk.month.month}月排班", about=f"{desk.month.year}年{desk.month.month}月排班",
        nobody="还要来的代表都有账号,不用打电话。" if published else "这个月的排班还没有公布。",
    )  # fmt: skip


def _words(desk: Desk, published: Roster) -> dict[Deputy, str]:
    """Of all, or for the head of those who serve at the own branch."""
    words = duty_words(published, since=today_here())
    if desk.branches is None:
        return words
    near = Deputy.objects.filter(memberships__branch__in=desk.branches, pk__in=[person.pk for person in words])
    return {person: words[person] for person in near.select_related("user").distinct()}


@require_safe
@login_required
@never_cache
def roster_file(request):
    """The month as .xlsx: names only, no phones."""
    desk = desk_of(request)
    name = f"{desk.station.name}{desk.month:%Y-%m}接待日排班表.xlsx"
    content = BytesIO(roster_workbook(desk.station, desk.table()))
    hand_out_table(
        what="roster", file_format="xlsx", target=desk.station, actor=request.user, at=timezone.now(),
        month=f"{desk.month:%Y-%m}",
    )  # fmt: skip
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
