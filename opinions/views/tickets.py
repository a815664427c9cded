"""One ticket: what it is about, what was done, and the moves open to whoever looks."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.models import Visit
from activities.permissions import sees_visits
from julu_liaison.common.errors import DomainError
from julu_liaison.common.versions import version_seen
from julu_liaison.common.working_days import today_here
from opinions.forms import MoveForm
from opinions.models import Hop, Opinion
from opinions.permissions import looks_after_it, sees_drafts
from opinions.services import hops_for, look_at_villager, move_opinion
from opinions.states import Kind, State
from opinions.templatetags.tickets import holder_words
from opinions.views.history import shown_hops
from opinions.views.parts import found_in, parts_of
from opinions.workflow import MOVES, moves_open_to
from stations.querysets import scope_of

# The usual step first, what is seldom or cannot be undone last.
ORDER = (
    "sign_for", "reply", "sign_reply", "return_reply", "assist_opinion", "decide_extension", "accept", "tell", "rate",
    "transfer", "solve", "escalate", "resume", "follow_up", "reopen", "claim", "send_back", "return_wrong",
    "request_extension", "ask_villager", "make_suggestion", "urge", "supervise", "reassign", "rework", "close", "merge",
    "refuse", "void",
)  # fmt: skip
USUAL = frozenset({"reply", "sign_reply", "accept", "tell", "rate", "transfer", "solve", "resume", "assist_opinion",
                   "decide_extension"})  # fmt: skip
LONGEST_NUMBER = 60  # of a ticket in an address
NEAR = 4  # steps that are seen at once; the others wait under 别的办法


@dataclass
class Step:
    """One open move with its form; the usual one and one that was refused stand open."""

    form: MoveForm
    is_open: bool

    @property
    def move(self):
        return self.form.move


@require_safe
@login_required
@never_cache
def opinion(request, uid):
    """The ticket's page. `?into=` (a ticket's number or address) opens the step that merges it into that one; `?checked=`
    says what else villagers have sent in, to whoever has just checked this one."""
    return _ticket_page(request, _found(request, uid), into=request.GET.get("into", "")[:LONGEST_NUMBER])


@require_POST
@never_cache
def opinion_move(request, uid, name):
    """Make one move. Whatever is refused comes back on the ticket's page with everything that was typed."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("opinion", args=[uid]))  # the text waits in the browser's own draft
    ticket = _found(request, uid)
    if name not in MOVES:
        raise Http404
    form = MoveForm(request.POST, request.FILES, move=MOVES[name], ticket=ticket)
    if not form.is_valid():
        return _ticket_page(request, ticket, refused=form, status=400)
    try:
        ticket = move_opinion(
            opinion=ticket, move=name, actor=request.user, at=timezone.now(),
            version=version_seen(request.POST.get("version", "")), files=form.uploads(), **form.facts(),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _ticket_page(request, _found(request, uid), refused=form, status=error.status)
    messages.success(request, _done_words(MOVES[name], ticket))
    return _back(request, ticket, was_unchecked=form.ticket.is_unchecked)


def _found(request, uid) -> Opinion:
    rows = Opinion.objects.visible_to(request.user).for_list().with_asking().select_related("log", "claimed_by")
    return get_object_or_404(rows, uid=uid)


def _done_words(move, ticket: Opinion) -> str:
    return f"{ticket.number}:{move.label},已记下{_where_now(move, ticket)}。"


def _where_now(move, ticket: Opinion) -> str:
    """Who has to act next, as a clause; nothing where that goes without saying."""
    if ticket.state == State.WAITING:
        return f",现在等{'代表' if ticket.kind == Kind.SUGGESTION else '反映人'}补充情况"
    if move.name == "reply" and ticket.state != State.REPLIED:
        return ",等本单位负责人签发,签发以前不算答复"
    if not ticket.holder or ticket.state in (State.REPLIED, State.TOLD):
        return ""
    return f",现在由{holder_words(ticket)}办理"


def _back(request, ticket: Opinion, *, was_unchecked: bool):
    """Back to the ticket, or to what else waits when the move has taken it out of the person's scope."""
    if Opinion.objects.visible_to(request.user).filter(pk=ticket.pk).exists():
        return redirect(ticket.page + ("?checked=1" if was_unchecked else ""))
    return redirect("office" if scope_of(request.user).departments else "opinions")


def _ticket_page(
    request, ticket: Opinion, *, refused: MoveForm | None = None, status: int = 200, into: str = ""
):  # fmt: skip
    parts = parts_of(request.user, ticket)
    writing = found_in(parts, "writing")
    asks, steps = found_in(parts, "asks"), _steps(request.user, ticket, refused, into)
    _go_on_writing(steps, writing)
    near, others = _parted(steps)
    hops = shown_hops(ticket, hops_for(opinion=ticket, actor=request.user))
    context = {
        "ticket": ticket,
        "today": today_here(),
        "visit": _visit(request.user, ticket),
        "villager": look_at_villager(opinion=ticket, actor=request.user, at=timezone.now()),
        "hops": hops,
        "unchecked": _still_unchecked(request.user) if "checked" in request.GET else [],
        "since": _since(request, ticket, hops) if refused else [],
        "replies": _replies(request.user, ticket),
        "parts": parts,
        "writing": writing,
        "asks": asks,
        "detail": found_in(parts, "detail"),
        "steps": near,
        "others": others,
        "refused": refused,
        # the move is closed meanwhile: what was typed is kept for copying
        "orphan": refused if refused and all(step.form is not refused for step in steps) else None,
    }
    return render(request, "opinions/ticket.html", context, status=status)


def _still_unchecked(user) -> list[Opinion]:
    """What villagers have sent in and this person has yet to check, oldest first."""
    return list(Opinion.objects.visible_to(user).waiting_for(user).unchecked().only("uid").order_by("pk"))


def _since(request, ticket: Opinion, hops: list[Hop]) -> list[Hop]:
    """What was done to the ticket after the page was opened from which the refused step was sent."""
    seen = version_seen(request.POST.get("version", ""))
    if not seen or seen >= ticket.version:
        return []
    return [hop for hop in hops if hop.version > seen]


def _visit(user, ticket: Opinion) -> Visit | None:
    """The entry in the register of visits that it came from, for whoever may open that."""
    if ticket.visit_id is None or not sees_visits(user):
        return None
    return Visit.objects.visible_to(user).only("uid", "year", "serial").filter(pk=ticket.visit_id).first()


def _steps(user, ticket: Opinion, refused: MoveForm | None, into: str) -> list[Step]:
    moves = sorted(moves_open_to(user, ticket), key=lambda move: ORDER.index(move.name))
    standing = next((move.name for move in moves if move.name in USUAL), None)
    if into and any(move.name == "merge" for move in moves):
        standing = "merge"
    if refused:
        standing = refused.move.name
    forms = [
        refused if refused and refused.move is move else MoveForm(move=move, ticket=ticket, into=into) for move in moves
    ]
    if not looks_after_it(user, ticket):
        for form in forms:
            form.fields.pop("signer", None)  # nobody else's word is asked of whoever rates for oneself
    return [Step(form, form.move.name == standing) for form in forms]


def _go_on_writing(steps: list[Step], writing: dict | None) -> None:
    """An answer that the head sent back stands in the box again, or what has been made of it since."""
    returned = writing["returned"] if writing else None
    if returned is None:
        return
    for step in steps:
        if step.move.name == "reply":
            step.form.initial |= {
                "note": writing["typed"].text or returned.text, "promised_on": returned.promised_on
            }  # fmt: skip


def _parted(steps: list[Step]) -> tuple[list[Step], list[Step]]:
    """Return (steps to show at once, steps to fold away). One that stands open is never folded away."""
    if len(steps) <= NEAR:
        return steps, []
    usual = [step for step in steps if not step.move.danger and step.move.name != "merge"][:NEAR]
    near = [step for step in steps if step.is_open or step in usual]
    others = [step for step in steps if step not in near]
    return (near, others) if len(others) > 1 else (steps, [])


def _replies(user, ticket: Opinion):
    replies = ticket.replies.filter(withdrawn=False).select_related("department", "drafted_by", "signed_by")
    return [reply for reply in replies if reply.signed_at or sees_drafts(user, ticket)]
