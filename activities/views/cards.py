"""The station's card (一页纸操作卡) as PDF, for the clerk and for the county."""

from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.posters import card_name, card_pdf
from activities.services.cards import hand_out_card
from activities.views.days import READ_AHEAD, ReceptionDays
from julu_liaison.common.working_days import today_here
from stations.models import Station

DAYS_SHOWN = 5


@require_safe
@login_required
@never_cache
def clerk_card(request, code: str):
    """What cannot be printed is refused with a sentence, and nobody has taken anything then."""
    at = timezone.now()
    today = today_here(at)
    places = Station.objects.visible_to(request.user).townships().open(today).select_related("county")
    station = get_object_or_404(places, code=code)
    name = card_name(station)
    with transaction.atomic():
        hand_out_card(station=station, file=name, actor=request.user, at=at)
        branches = list(station.children.open(today))
        days = ReceptionDays(branches, today, today + READ_AHEAD).held[:DAYS_SHOWN]
        content = card_pdf(station, days=days, address=request.build_absolute_uri("/"), on=today)
    return FileResponse(BytesIO(content), filename=name, content_type="application/pdf")
