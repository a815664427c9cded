"""The villager's own data behind the ticket's link: what is held, who has looked, asking to have it corrected or let go."""

from datetime import datetime

from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from julu_liaison.common.errors import DomainError, NotFound
from julu_liaison.common.public_pages import draw
from opinions.forms.villagers import OwnForm
from opinions.models import Opinion
from opinions.services.feedback import ticket_behind, token_of
from opinions.services.villagers import ask_by_link, own_data_of, withdraw_by_link
from opinions.views.feedback import GONE, for_villagers

WRONG = "请点一个按钮,再试一次。"


@csrf_exempt  # no cookie gives any right here: who has the link may ask, who has not can't forge it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_villagers
def villager_data(request, token):
    """Masked, since a slip can be lost; whoever holds it may ask, and the station makes sure who it is."""
    ticket = ticket_behind(token)
    if ticket is None:
        return draw(request, "public_sentence.html", {"title": "现在打不开", "sentence": GONE}, status=404)
    if request.method != "POST":
        return _page(request, ticket)
    form = OwnForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form=form, sentence=WRONG, status=400)
    try:
        _do(ticket, form.cleaned_data, timezone.now())
    except DomainError as error:
        return _page(request, ticket, form=form, sentence=error.message, status=error.status)
    return redirect("villager-data", token)


def _do(ticket: Opinion, asked: dict, at: datetime) -> None:
    if asked["act"] != "withdraw":
        ask_by_link(opinion=ticket, kind=asked["act"], said=asked["said"], at=at)
    elif asked["request"]:
        withdraw_by_link(opinion=ticket, uid=asked["request"], at=at)
    else:
        raise NotFound("没有找到这个要求,请刷新这一页。")


def _page(request, ticket: Opinion, *, form: OwnForm | None = None, sentence: str = "", status: int = 200):
    said = form.data.get("said", "") if form else ""
    context = {"own": own_data_of(ticket), "token": token_of(ticket), "said": said, "sentence": sentence}
    return draw(request, "opinions/own_data.html", context, status=status)
