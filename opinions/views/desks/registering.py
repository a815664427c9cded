"""Registering one opinion outside a duty log: at the station's desk, or by the deputy who heard it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deputies.models import Deputy
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.forms.desks import OpinionForm, branches_of, branches_to_register_for
from opinions.services.desks import enter_opinion
from stations.permissions import holds_anywhere
from stations.states import Right


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def opinion_new(request):
    """For anybody of one's branches: the station's clerk, the branch's head."""
    if not holds_anywhere(request.user, Right.HANDLE_OPINIONS):
        raise PermissionDenied
    today = today_here()
    return _page(request, branches_to_register_for(request.user, today), today)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def my_opinion_new(request):
    """What a villager told the deputy, who registers it for oneself."""
    person = Deputy.objects.filter(user=request.user).first()
    if person is None:
        raise PermissionDenied
    today = today_here()
    return _page(request, branches_of(person, today), today, person)


def _page(request, branches, today, person: Deputy | None = None):
    if not branches:
        raise NotAllowed("现在没有可以登记意见的分站,请联系县人大办公室。")
    form = OpinionForm(request.POST or None, branches=branches, on=today, person=person)
    if request.method != "POST":
        return _shown(request, form)
    if not form.is_valid():
        return _shown(request, form, status=400)
    try:
        ticket = enter_opinion(
            key=form.form_key, branch=form.branch_chosen, matter=form.to_matter(), actor=request.user,
            at=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        form.refuse(error.fields or {"": error.message})
        return _shown(request, form, status=error.status)
    messages.success(request, f"登记好了,编号{ticket.number},由{ticket.branch.full_name}先办。")
    return redirect("opinion", uid=ticket.uid)


def _shown(request, form: OpinionForm, status: int = 200):
    return render(request, "opinions/desk_new.html", {"form": form}, status=status)
