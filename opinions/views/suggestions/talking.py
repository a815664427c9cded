"""The talk between department and deputy: recorded by the one, signed by the other."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.forms.suggestions import ConsultationForm
from opinions.permissions import at_its_department
from opinions.services.suggestions import record_consultation, sign_consultation, takes_consultations
from opinions.views.suggestions.common import done, visible_suggestion


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def consultation_new(request, uid):
    ticket = visible_suggestion(request, uid)
    if not at_its_department(request.user, ticket):
        raise NotAllowed("面商由主办部门记录。")
    if not takes_consultations(ticket):
        raise Conflict(f"{ticket.number}现在不由部门办理,不能记面商。")
    form = ConsultationForm(request.POST if request.method == "POST" else None, today=today_here())
    row, status = done(request, form, record_consultation, opinion=ticket) if form.is_bound else (None, 200)
    if row is None:
        return render(request, "opinions/suggestion_talk.html", {"form": form, "ticket": ticket}, status=status)
    messages.success(request, "面商情况记下了,已请代表签字。")
    return redirect("opinion", uid=ticket.uid)


@require_POST
@login_required
def consultation_sign(request, uid, pk):
    ticket = visible_suggestion(request, uid)
    row = get_object_or_404(ticket.consultations, pk=pk)
    row = sign_consultation(consultation=row, actor=request.user, at=timezone.now())
    messages.success(request, "纸质签字登记好了。" if row.on_paper else "您已签字。")
    return redirect("opinion", uid=ticket.uid)
