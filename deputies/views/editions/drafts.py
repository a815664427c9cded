"""A preview of what would be printed today, without an edition."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deputies.permissions import can_print
from deputies.posters import PRODUCTS, Order, Rendition, file_name
from deputies.posters.editions import draw, latest_editions, printing_of, refusal_reasons
from deputies.services.editions import CENTRALLY, record_draft_look
from deputies.states import Product
from deputies.views.editions.choosing import order_named
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.pdf import PrintRefused
from julu_liaison.common.working_days import today_here
from stations.models import Station


@require_safe
@login_required
@never_cache
def draft(request, code):
    """The next edition (小样), never kept: a page, or with `?picture=1` its picture; the reasons (409) while it can't be
    printed."""
    places = Station.objects.visible_to(request.user).select_related("parent", "county")
    place = get_object_or_404(places, code=code)
    if not can_print(request.user, place):
        raise NotAllowed(CENTRALLY)
    order = order_named(request.GET, PRODUCTS[Product.BOARD])
    if place.level != order.product.level:
        raise Http404
    at = timezone.now()
    facts = order.product.facts_of([place], today_here(at), order.period)[place.pk]
    facts = order.product.for_size(facts, order.size)
    try:
        if "picture" not in request.GET:
            return _page(request, order, place, facts)
        content = _drawn(order, place, facts, at)
    except PrintRefused as refusal:
        reasons = refusal_reasons(order, facts, refusal)
        return render(request, "editions/refused.html", {"place": place, "order": order, "reasons": reasons}, status=409)
    record_draft_look(place=place, actor=request.user, at=at)
    answer = HttpResponse(content, content_type="image/png")
    answer["Content-Disposition"] = content_disposition_header(False, file_name(place, order, "-小样.png"))
    return answer


def _page(request, order: Order, place: Station, facts):
    """Raises PrintRefused for what the picture would be refused for, as far as it is known without drawing."""
    if problems := order.product.problems(facts, order.size):
        raise PrintRefused(problems)
    printing_of(order, place, facts)  # a photo that is not there
    asked = {"product": order.product.product, "size": order.size.code, "period": order.period}
    query = urlencode({name: value for name, value in asked.items() if value})
    return render(request, "editions/draft.html", {"place": place, "order": order, "query": query})


def _drawn(order: Order, place: Station, facts, at) -> bytes:
    printing = printing_of(order, place, facts)
    latest = latest_editions(order, [place]).get(place.pk)
    number = latest.number + 1 if latest else 1
    return draw(order, printing, number=number, made_at=at, rendition=Rendition(png=True)).content
