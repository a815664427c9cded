"""Pages for villagers that are about no place: what is done with their data, how large the letters are."""

from datetime import timedelta

from django.conf import settings
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import page_not_found

from julu_liaison.accounts.flood import for_passers
from julu_liaison.common.public_pages import LARGE, LOOK_COOKIE, STANDARD, draw, public_page
from julu_liaison.common.working_days import today_here
from stations.models import Station

REMEMBERED = timedelta(days=365)
NOT_THERE = "可能网址没有写全,也可能要先登录才能看。有事找代表的,请点下面的“找分站”,按村名查一查。"


@require_safe
@for_passers
@public_page()
def privacy(request):
    """What is collected from a villager, why, who sees it, how long, and whom to call about it."""
    counties = Station.objects.centres().open(today_here()).order_by("official_order", "code")
    return draw(request, "privacy.html", {"counties": counties, "kept_days": settings.VILLAGER_KEPT_DAYS})


@csrf_exempt  # it sets the size of letters and nothing else; with a token every page would need a cookie of its own
@require_POST
def look(request):
    """Remember `look` (`large` or `standard`) and go back to `next`, a path of this site."""
    chosen, back = request.POST.get("look"), request.POST.get("next", "")
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = "/"
    answer = redirect(back)
    answer.status_code = 303
    answer.set_cookie(
        LOOK_COOKIE, LARGE if chosen == LARGE else STANDARD, max_age=REMEMBERED, samesite="Lax", httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


def not_found(request, exception):
    """The site's 404: for whoever isn't signed in a villagers' page, which leaves no cookie."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return page_not_found(request, exception)
    return draw(request, "public_sentence.html", {"title": "没有找到这一页", "sentence": NOT_THERE}, status=404)
