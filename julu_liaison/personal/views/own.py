"""What is held of whoever is signed in, in plain words, and the copy to take away."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from deputies.models import CorrectionRequest, Deputy
from deputies.permissions import settles_corrections
from julu_liaison.common.working_days import today_here
from julu_liaison.personal.looks import looks_at_person
from julu_liaison.personal.reading import sections_of
from julu_liaison.personal.workbook import hand_out_own_data

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_REQUESTS = 10


@require_safe
@login_required
@never_cache
def my_data(request):
    """Short sections of what there is, what for, how long; who has looked; what was asked to be corrected."""
    user, now = request.user, timezone.now()
    sections = sections_of(user)
    context = {
        "ones": [one for one in sections if one.held.is_one],
        "many": [one for one in sections if not one.held.is_one],
        "looks": looks_at_person(user, _deputy_of(user), at=now),
        "requests": CorrectionRequest.objects.filter(asker=user).order_by("-pk")[:SHOWN_REQUESTS],
        "settles": settles_corrections(user),
        "today": today_here(now),
    }
    return render(request, "own/data.html", context)


@require_POST
@login_required
@never_cache
def my_data_file(request):
    """POST, since each taking is recorded; everything is read anew."""
    user, now = request.user, timezone.now()
    content = hand_out_own_data(
        user=user, sections=sections_of(user), looks=looks_at_person(user, _deputy_of(user), at=now), at=now
    )
    answer = HttpResponse(content, content_type=XLSX)
    name = f"我的个人信息{today_here(now):%Y%m%d}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _deputy_of(user) -> Deputy | None:
    return Deputy.objects.filter(user=user).only("code").first()
