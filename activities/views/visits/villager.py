"""Who came, set right or let go of at the villager's own wish (更正、删去); what became a ticket is settled there."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from activities.models import Visit
from activities.permissions import can_reveal_villager
from activities.services.visits.forgetting import correct_visitor, forget_visitor
from activities.views.visits.one import visible_visit
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.own_forms import ForgetForm, PersonForm
from julu_liaison.common.secrets import masked_name, masked_phone
from julu_liaison.common.sending import refuse

NOT_YOURS = "群众的信息由站长、联络站和县人大办公室更正、删去。"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def visit_villager(request, uid):
    """What is held, masked; POST `act` corrects it or lets it go."""
    found = visible_visit(request.user, uid)
    if not can_reveal_villager(request.user, found):
        raise NotAllowed(NOT_YOURS)
    if hasattr(found, "opinion"):
        return redirect("opinion-villager", found.opinion.uid)
    if request.method != "POST":
        return _page(request, found)
    form = ForgetForm(request.POST) if request.POST.get("act") == "forget" else PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refused=form, status=400)
    try:
        said = _do(found, form, request.user)
    except NotAllowed:
        raise
    except DomainError as error:
        refuse(form, error)
        return _page(request, found, refused=form, status=error.status)
    messages.success(request, f"接待登记{found.number}:{said}")
    return redirect("visit", uid=found.uid)


def _do(found: Visit, form: forms.Form, actor) -> str:
    facts = {"visit": found, "how": form.cleaned_data["how"], "actor": actor, "at": timezone.now()}
    if isinstance(form, PersonForm):
        correct_visitor(who=form.who(), **facts)
        return "更正好了。"
    forget_visitor(**facts)
    return "群众的信息删去了。"


def _page(request, found: Visit, *, refused: forms.Form | None = None, status: int = 200):
    context = {
        "visit": found, "name": masked_name(found.villager_name), "phone": masked_phone(found.villager_phone),
        "is_known": bool(found.villager_name or found.villager_phone or found.villager_village), "refused": refused,
        "person": refused if isinstance(refused, PersonForm) else PersonForm(auto_id="p_%s"),
        "forget": refused if isinstance(refused, ForgetForm) else ForgetForm(auto_id="f_%s"),
    }  # fmt: skip
    return render(request, "activities/visit_villager.html", context, status=status)
