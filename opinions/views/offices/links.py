"""The page behind a link in a notice: one officer, one ticket, no sign-in.

It shows no villager, no history and no phone, is kept by no cache and found by no search engine. It leads nowhere else.
The referrer policy stays the site's own `same-origin`: under `no-referrer` browsers send `Origin: null` with a form, which
the CSRF check refuses; and no other site is ever told of the address either way.
"""

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from julu_liaison.accounts.flood import ByAddress, is_flood
from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from opinions.forms.offices import LinkForm
from opinions.services.labels import class_labels
from opinions.services.looking import hiding_for
from opinions.services.offices.answering import BY_LINK, demand_usable, move_by_link
from opinions.services.offices.links import AnswerLink, read_link
from opinions.services.offices.samples import samples_for, without_phones
from opinions.states import State
from opinions.workflow import MOVES

# Whoever is signed in on this computer is not who acts here.
BARE = {"user": AnonymousUser(), "nav": [], "subnav": [], "tabs": False, "unread": 0, "place_name": ""}
DONE = {
    "sign_for": "签收了。办好以后还可以用这个链接答复。",
    "return_wrong": "退回县人大办公室了,由他们重新确定承办部门。",
}


class FromOffice(ByAddress):
    """A token can't be guessed; this only keeps a flood from the database. Offices share one address."""

    scope, rate = "answer-link", "60/min"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_link(request, token):
    """GET shows the ticket and the form; POST with `move` makes one of BY_LINK. What was typed comes back if refused."""
    if is_flood(request, FromOffice()):
        return _said(request, "点得太快了,请过一分钟再试。", status=429)
    at = timezone.now()
    try:
        link = read_link(token)
        demand_usable(link, at)
    except DomainError as error:
        return _said(request, error.message, status=error.status, typed=request.POST.get("note", ""))
    if request.method != "POST":
        return _form_page(request, link, LinkForm(initial={"note": _sample(request, link)}, department=link.department))
    return _act(request, link, at)


def _act(request, link: AnswerLink, at):
    form, move = LinkForm(request.POST, department=link.department), request.POST.get("move", "")
    if not form.is_valid():
        return _form_page(request, link, form, move=move, status=400)
    try:
        ticket = move_by_link(link=link, move=move, at=at, **form.facts(move))
    except DomainError as error:
        for name, sentence in (error.fields or {"": error.message}).items():
            form.add_error({"class": "reply_class", "note": "note"}.get(name), sentence)
        return _form_page(request, link, form, move=move, status=error.status)
    return _said(request, _done_words(move, ticket), done=move, number=ticket.number)


def _done_words(move: str, ticket) -> str:
    if move != "reply":
        return DONE[move]
    if ticket.state == State.REPLIED:
        return "答复交上去了,会告诉反映人。"
    return "答复稿交上去了,还要本单位负责人签发,已经通知负责人。签发以前不算答复。"


def _sample(request, link: AnswerLink) -> str:
    """The sample answer that `?from=` names among those offered, for browsers without a script."""
    wanted = request.GET.get("from", "")
    return next((row.text for row in samples_for(link.ticket) if str(row.pk) == wanted), "")


def _form_page(request, link: AnswerLink, form: LinkForm, *, move: str = "", status: int = 200):
    ticket, today = link.ticket, today_here()
    hide = hiding_for(opinion=ticket, actor=link.officer)
    context = BARE | {
        "link": link, "ticket": ticket, "today": today, "form": form, "samples": samples_for(ticket),
        "classes": class_labels(ticket.county_id), "text": without_phones(hide(ticket.text)),
        "title": without_phones(hide(ticket.title)), "can": _open_moves(link, today), "tried": move,
    }  # fmt: skip
    return _bare(render(request, "opinions/office_link.html", context, status=status))


def _open_moves(link: AnswerLink, today) -> list[str]:
    ticket, officer = link.ticket, link.officer
    return [
        name for name in BY_LINK
        if ticket.state in MOVES[name].sources and MOVES[name].allowed(officer, ticket) and MOVES[name].is_open(ticket, today)
    ]  # fmt: skip


def _said(request, sentence: str, *, status: int = 200, **more):
    """One sentence, and where to sign in."""
    return _bare(render(request, "opinions/office_link_said.html", BARE | {"sentence": sentence} | more, status=status))


def _bare(response):
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store, private"
    return response
