"""Pages for villagers: saying what is wrong, the code that is shown once, asking by it how far the matter is.

Nobody signs in here and no cookie gives a right, so there is nothing that a CSRF token would guard.
"""

from functools import wraps
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.throttling import SimpleRateThrottle

from julu_liaison.accounts.flood import ByAddress, is_flood
from julu_liaison.common.errors import DomainError
from julu_liaison.common.many_files import MOST_BYTES
from julu_liaison.common.public_pages import draw
from julu_liaison.common.working_days import today_here
from opinions.forms.entries import CodeForm, EntryForm
from opinions.services.entries import code_of, enter_by_villager, entry_behind, find_by_code, is_entered, printed_code
from opinions.services.feedback import token_of
from stations.models import Station

SAID, SALT, SHOWN_FOR = "said", "opinions.entry-said", 15 * 60  # the cookie of the page after the form, in seconds
TOO_HEAVY = "照片合起来太大了(最多40兆)。请按手机的返回键,您写的字还在,少选几张或者换小一点的照片再交。"
TOO_MANY = "提交得太多了,这次没有交上去,您写的字还在下面。请过一个小时再交;着急的话请直接打电话。"
WRONG_CODE = "没有查到这个查询码,请对照您抄下的再填一遍。"
ASKED_TOO_OFTEN = "查得太频繁了,请过一分钟再查。"


class SaysFromAddress(ByAddress):
    scope, rate = "villager-says", "10/hour"


class SaysToBranch(SimpleRateThrottle):
    scope, rate = "branch-hears", "60/day"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": view}


class AsksFromAddress(ByAddress):
    scope, rate = "villager-asks", "10/min"


def _unlisted(view):
    """A page that nobody keeps, finds by searching or learns from the next site's log."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return opened


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_unlisted
def opinion_say(request, code):
    """The form. One that was sent twice is one entry; whatever is refused comes back with everything that was typed."""
    branch = _branch(code)
    if request.method != "POST":
        return _form_page(request, branch) if branch.is_open(today_here()) else _elsewhere(request, branch)
    if _length(request) > MOST_BYTES:  # before a byte of it is read
        return _sentence(request, branch, TOO_HEAVY, status=413)
    form = EntryForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, branch, form, status=400)
    try:
        if not is_entered(branch=branch, **form.said()) and _is_too_much(request, branch):
            form.add_error(None, TOO_MANY)
            return _form_page(request, branch, form, status=429)
        photos = [upload.read() for upload in form.cleaned_data["photos"]]
        opinion, _code = enter_by_villager(branch=branch, photos=photos, at=timezone.now(), **form.said())
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _form_page(request, branch, form, status=error.status)
    return _to_code(branch, opinion.entry.form_key)


@require_safe
@never_cache
@_unlisted
def opinion_said(request, code):
    """The code, once, large, to be photographed or copied. Which entry it is of, the cookie of the form's answer says."""
    branch = _branch(code)
    entry = entry_behind(key) if (key := _key_in(request)) else None
    if entry is None:
        return _sentence(
            request, branch, "这一页只在刚交完的时候看得到。查询码记下了的,可以到“查办理情况”去查。", status=404
        )
    context = {
        "branch": branch, "number": entry.opinion.full_number, "code": printed_code(code_of(entry)),
        "token": token_of(entry.opinion),
    }  # fmt: skip
    return draw(request, "opinions/entry_said.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_unlisted
def opinion_ask(request):
    """From the code to the page that says how far the matter is."""
    if request.method != "POST":
        return draw(request, "opinions/entry_ask.html", {"form": CodeForm()})
    if is_flood(request, AsksFromAddress()):
        answer = _ask_page(request, CodeForm(request.POST), ASKED_TOO_OFTEN, status=429)
        answer["Retry-After"] = "60"
        return answer
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask_page(request, form, form.errors["code"][0] + "。", status=400)
    ticket = find_by_code(form.cleaned_data["code"])
    return redirect("villager-link", token_of(ticket)) if ticket else _ask_page(request, form, WRONG_CODE, status=404)


def _length(request) -> int:
    said = str(request.META.get("CONTENT_LENGTH", ""))
    return int(said) if said.isdecimal() else 0


def _branch(code: str) -> Station:
    return get_object_or_404(Station.objects.branches().select_related("parent__parent"), code=code)


def _elsewhere(request, branch: Station) -> HttpResponse:
    """The form of a merged branch is its successor's; a closed one has none."""
    successor = branch.successor
    if successor.is_open(today_here()):
        return redirect("opinion-say", successor.code)
    sentence = f"{branch.full_name}现在不接收网上反映,请回到首页按村名查一查现在归哪个分站。"
    return _sentence(request, branch, sentence, status=404)


def _form_page(request, branch: Station, form: EntryForm | None = None, status: int = 200) -> HttpResponse:
    villages = branch.successor.villages.order_by("pk").values_list("name", flat=True)
    context = {"branch": branch, "form": form or EntryForm(), "villages": villages}
    answer = draw(request, "opinions/entry.html", context, status=status)
    if status == 429:
        answer["Retry-After"] = "3600"
    return answer


def _sentence(request, branch: Station, sentence: str, *, status: int) -> HttpResponse:
    context = {"branch": branch, "title": "现在打不开", "sentence": sentence}
    return draw(request, "opinions/entry_sentence.html", context, status=status)


def _ask_page(request, form: CodeForm, sentence: str, *, status: int) -> HttpResponse:
    return draw(request, "opinions/entry_ask.html", {"form": form, "sentence": sentence}, status=status)


def _is_too_much(request, branch: Station) -> bool:
    """So many an hour from one address and a day for one branch; what the first keeps back does not count for the other."""
    return is_flood(request, SaysFromAddress(), SaysToBranch(), of=branch.code)


def _to_code(branch: Station, key: UUID) -> HttpResponse:
    answer = redirect("opinion-said", branch.code)
    answer.set_signed_cookie(
        SAID, key.hex, salt=SALT, max_age=SHOWN_FOR, path=reverse("opinion-said", args=[branch.code]), httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


def _key_in(request) -> UUID | None:
    try:
        return UUID(hex=cast(str, request.get_signed_cookie(SAID, salt=SALT, max_age=SHOWN_FOR)))
    except (KeyError, BadSignature):
        return None
