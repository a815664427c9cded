"""Pages for villagers: saying what is wrong, the code that is shown once, asking by it how far the matter is.

Nobody signs in here and no cookie gives a right, so there is nothing that a CSRF token would guard.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
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

from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.flood import ByAddress, is_flood
from julu_liaison.common.errors import DomainError
from julu_liaison.common.many_files import MOST_BYTES
from julu_liaison.common.public_pages import draw, unlisted
from julu_liaison.common.referring import body_length
from julu_liaison.common.working_days import today_here
from opinions.forms.entries import CodeForm, EntryForm
from opinions.services.entries import (
    code_of,
    enter_by_villager,
    entry_behind,
    find_by_code,
    is_entered,
    photos_of,
    printed_code,
)
from opinions.services.feedback import token_of
from stations.models import Station

SAID, SALT, SHOWN_FOR = "said", "opinions.entry-said", 15 * 60  # the cookie of the page after the form, in seconds
TOO_HEAVY = "照片合起来太大了(最多40兆)。请按手机的返回键,您写的字还在,少选几张或者换小一点的照片再交。"
TOO_MANY = "您这里的网络一个小时里交得太多了,这次没有交上去。请过一个小时再交;着急的话请直接打电话{}。"
FULL_TODAY = "这个分站今天收到的太多了,这次没有交上去。请明天再交,或者打电话{}。"
TOO_MANY_HERE = "您这里的网络今天给这个分站交得太多了,这次没有交上去。请明天再交,着急的话请直接打电话{}。"
WRONG_CODE = "没有查到这个查询码,请对照您抄下的再填一遍。"
ASKED_TOO_OFTEN = "查得太频繁了,请过一分钟再查。"


class SaysFromAddress(ByAddress):
    """A village may share one address of its network."""

    scope, rate = "villager-says", "30/hour"


class SaysToBranch(CountingThrottle):
    """From midnight to midnight: `view` is the branch's code."""

    scope, rate = "branch-hears", "60/day"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": f"{view}-{today_here()}"}


class SaysFromAddressToBranch(ByAddress):
    """From midnight to midnight, so that no single network can use up what a branch takes in; `view` is the branch's code."""

    scope, rate = "villager-says-here", "20/day"

    def get_cache_key(self, request, view):
        return f"{super().get_cache_key(request, view)}-{view}-{today_here()}"


class AsksFromAddress(ByAddress):
    """Not what keeps codes from being guessed: they have 58 bits. It keeps the site from being kept busy."""

    scope, rate = "villager-asks", "30/min"


@dataclass(frozen=True)
class TooMuch:
    """What is said, and after how many seconds it may be sent again."""

    sentence: str
    wait: int


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@unlisted
def opinion_say(request, code):
    """The form. One that was sent twice is one entry; whatever is refused comes back with everything that was typed."""
    branch = _branch(code)
    if request.method != "POST":
        return _form_page(request, branch) if branch.is_open(today_here()) else _elsewhere(request, branch)
    if body_length(request) > MOST_BYTES:  # before a byte of it is read
        return _sentence(request, branch, TOO_HEAVY, status=413)
    form = EntryForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, branch, form, status=400)
    uploads, at = form.cleaned_data["photos"], timezone.now()
    try:
        is_new = not is_entered(branch=branch, photos=uploads, at=at, **form.said())
        if is_new and (too_much := _too_much(request, branch.successor, at)):
            return _kept_back(request, branch, form, too_much)
        photos = [upload.read() for upload in uploads]
        opinion, _code = enter_by_villager(branch=branch, photos=photos, at=at, **form.said())
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _form_page(request, branch, form, status=error.status)
    return _to_code(branch, opinion.entry.form_key)


@require_safe
@never_cache
@unlisted
def opinion_said(request, code):
    """The code, once, large, to be photographed or copied. Which entry it is of, the cookie of the form's answer says."""
    branch = _branch(code)
    entry = entry_behind(key) if (key := _key_in(request)) else None
    if entry is None:
        return _sentence(
            request, branch, "这一页只在刚交完的时候看得到。查询码记下了的,可以到“查办理情况”去查。", status=404
        )
    code = printed_code(code_of(entry))
    context = {
        "branch": branch.successor, "former": _if_merged(branch), "number": entry.opinion.full_number,
        "code": code, "groups": code.split("-"), "token": token_of(entry.opinion), "photos": photos_of(entry),
    }  # fmt: skip
    return draw(request, "opinions/entry_said.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@unlisted
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


def _branch(code: str) -> Station:
    return get_object_or_404(Station.objects.branches().select_related("parent__parent"), code=code)


def _elsewhere(request, branch: Station) -> HttpResponse:
    """The form of a merged branch is its successor's; a closed one has none."""
    successor = branch.successor
    if successor.is_open(today_here()):
        return redirect(f"{reverse('opinion-say', args=[successor.code])}?from={branch.code}")
    sentence = f"{branch.full_name}现在不接收网上反映,请回到首页按村名查一查现在归哪个分站。"
    return _sentence(request, branch, sentence, status=404)


def _form_page(request, branch: Station, form: EntryForm | None = None, status: int = 200) -> HttpResponse:
    here = branch.successor
    villages = here.villages.order_by("pk").values_list("name", flat=True)
    former = _if_merged(branch) or _former(here, request.GET.get("from", ""))
    context = {"branch": here, "former": former, "form": form or EntryForm(), "villages": villages}
    return draw(request, "opinions/entry.html", context, status=status)


def _kept_back(request, branch: Station, form: EntryForm, too_much: TooMuch) -> HttpResponse:
    form.add_error(None, too_much.sentence)
    answer = _form_page(request, branch, form, status=429)
    answer["Retry-After"] = str(too_much.wait)
    return answer


def _if_merged(branch: Station) -> Station | None:
    return branch if branch.successor != branch else None


def _former(branch: Station, code: str) -> Station | None:
    """The merged branch whose form has led here."""
    if not code or "\0" in code:
        return None
    old = Station.objects.branches().filter(code=code).exclude(merged_into=None).first()
    return old if old and old.successor == branch else None


def _sentence(request, branch: Station, sentence: str, *, status: int) -> HttpResponse:
    context = {"branch": branch, "title": "现在打不开", "sentence": sentence}
    return draw(request, "opinions/entry_sentence.html", context, status=status)


def _ask_page(request, form: CodeForm, sentence: str, *, status: int) -> HttpResponse:
    return draw(request, "opinions/entry_ask.html", {"form": form, "sentence": sentence}, status=status)


def _too_much(request, branch: Station, at: datetime) -> TooMuch | None:
    """So many an hour from one address, a day from it for one branch, and a day for the branch; what one keeps back does not
    count for those after it."""
    if is_flood(request, SaysFromAddress()):
        return TooMuch(TOO_MANY.format(branch.phone_here), 3600)
    if is_flood(request, SaysFromAddressToBranch(), of=branch.code):
        return TooMuch(TOO_MANY_HERE.format(branch.phone_here), _until_midnight(at))
    if is_flood(request, SaysToBranch(), of=branch.code):
        return TooMuch(FULL_TODAY.format(branch.phone_here), _until_midnight(at))
    return None


def _until_midnight(at: datetime) -> int:
    """Return the seconds, rounded up."""
    here = timezone.localtime(at)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return ceil((midnight - here).total_seconds())


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
