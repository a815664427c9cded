"""The villager's page behind the link, the slip that hands it out, striking words out of a ticket."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.flood import ByAddress, is_flood, too_often
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.public_pages import draw, unlisted
from julu_liaison.common.qr import qr_svg
from julu_liaison.common.versions import version_seen
from opinions.forms.feedback import RedactForm, SayForm
from opinions.models import Opinion
from opinions.permissions import can_redact
from opinions.services.feedback import hand_out_slip, hear_villager, shown_to_villager, ticket_behind, token_of
from opinions.services.looking import look_at_originals
from opinions.services.redacting import out_of_reach, passages_of, redact

GONE = "这个链接打不开。请重新扫一扫纸上的二维码;还是不行的,请联系给您这张纸的代表或联络站。"


class ByButtonOnly(DomainError):
    """The address was opened as it is (405)."""

    status, title = 405, "要在办件页面上点"


class FromAddress(ByAddress):
    """A whole village may share one address of its network."""

    scope, rate = "villager-address", "120/min"


class ByToken(CountingThrottle):
    scope, rate = "villager-link", "20/min"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": view[-43:]}  # the signature


def for_villagers(view):
    """A page that only its link leads to; opened so often and no oftener."""

    @unlisted
    @wraps(view)
    def opened(request, token):
        is_too_much = is_flood(request, FromAddress(), ByToken(), of=token)
        return too_often(request) if is_too_much else view(request, token)

    return opened


@csrf_exempt  # no cookie gives any right here: who has the link may say the word, who has not can't forge it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_villagers
def villager_link(request, token):
    """How far the villager's matter is, its answers, and what is open: rating it, or saying that nothing was solved."""
    ticket = ticket_behind(token)
    if ticket is None:
        return draw(request, "public_sentence.html", {"title": "现在打不开", "sentence": GONE}, status=404)
    if request.method != "POST":
        return _villagers_page(request, ticket)
    form = SayForm(request.POST)
    if not form.is_valid():
        return _villagers_page(request, ticket, form=form, sentences=form.sentences, status=400)
    said = form.cleaned_data
    try:
        hear_villager(opinion=ticket, word=said["word"], note=said["note"], version=said["version"], at=timezone.now())
    except DomainError as error:
        return _villagers_page(request, ticket_behind(token), form=form, sentences=[error.message], status=error.status)
    return redirect("villager-link", token)


def _villagers_page(request, ticket: Opinion, *, form: SayForm | None = None, sentences=(), status: int = 200):
    context = {
        "shown": shown_to_villager(ticket), "form": form or SayForm(), "sentences": sentences, "token": token_of(ticket),
    }  # fmt: skip
    return draw(request, "opinions/feedback.html", context, status=status)


@require_safe
@login_required
@never_cache
def feedback_slip(request, uid):
    """The link as a QR code, to be scanned from the screen or printed and handed over. Not for departments. Each look is recorded."""
    ticket = _found(request, uid)
    token = hand_out_slip(opinion=ticket, actor=request.user, at=timezone.now())
    address = settings.SITE_URL + reverse("villager-link", args=[token])
    # Our own drawing of our own address; nothing of it is typed by anybody.
    context = {"ticket": ticket, "address": address, "qr": mark_safe(qr_svg(address).decode())}  # noqa: S308 - our own drawing of our own address
    return render(request, "opinions/feedback_slip.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def redact_opinion(request, uid):
    """Strike words out of a ticket, beside everything it says."""
    ticket = _found(request, uid)
    if not can_redact(request.user, ticket):
        raise NotAllowed("隐去内容由所在联络站的工作人员或县人大办理。")
    if request.method != "POST":
        return _redact_page(request, ticket, RedactForm())
    form = RedactForm(request.POST)
    if not form.is_valid():
        return _redact_page(request, ticket, form, status=400)
    try:
        redact(
            opinion=ticket, words=form.lines(), reason=form.cleaned_data["reason"], actor=request.user,
            at=timezone.now(), version=version_seen(request.POST.get("version", "")),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _redact_page(request, _found(request, uid), form, status=error.status)
    messages.success(request, f"{ticket.number}:已隐去,原文封存,只有审计员能看。")
    for other in out_of_reach(opinion=ticket, actor=request.user):
        messages.warning(
            request, f"同一件事的{other.get_kind_display()}{other.number}不归您管,请那边的联络站或县人大也隐去。"
        )
    return redirect("opinion", uid=ticket.uid)


def _redact_page(request, ticket: Opinion, form: RedactForm, status: int = 200):
    context = {"ticket": ticket, "form": form, "passages": passages_of(opinion=ticket, actor=request.user)}
    return render(request, "opinions/redact.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def opinion_originals(request, uid):
    """What was struck out, for auditors; each look is recorded, so it takes a button and not an address."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("opinion", args=[uid]))
    ticket = _found(request, uid)
    if request.method != "POST":
        raise ByButtonOnly("每次查看原文都会记录。请回到办件页面,点“看隐去前的原文”。")
    rows = look_at_originals(opinion=ticket, actor=request.user, at=timezone.now())
    return render(request, "opinions/redact_originals.html", {"ticket": ticket, "rows": rows})


def _found(request, uid) -> Opinion:
    return get_object_or_404(Opinion.objects.visible_to(request.user).for_list(), uid=uid)
