"""The activities that a work plan promises: adding one, changing it, dropping it, what has been held of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from activities.forms.plans import EditPromiseForm, PromiseForm, ReasonForm
from activities.models import Activity, PlanItem
from activities.permissions import can_keep_plan
from activities.rules.plans import progress_of
from activities.services import add_promise, drop_promise, edit_promise
from activities.views.plans import Promise, catch_up, kept_plan, plan_url
from julu_liaison.common.errors import StaleVersion
from julu_liaison.common.sending import done, sent, status_of
from julu_liaison.common.working_days import today_here


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def promise_add(request, uid):
    """One more; a second button adds it and opens the next empty form."""
    plan = kept_plan(request, uid)
    form = PromiseForm(sent(request), plan=plan)
    item = done(request, form, add_promise, plan=plan)
    if item:
        messages.success(request, f"加上了:{item.title}。")
        return redirect("plan-item-add", uid=plan.uid) if "more" in request.POST else redirect(plan_url(plan))
    return render(request, "activities/plan_item_add.html", {"plan": plan, "form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def promise(request, uid):
    """One promise with the activities that keep it; POST changes it."""
    item = _seen(request, uid)
    may = can_keep_plan(request.user, item.plan.station)
    if request.method == "POST" and not may:
        raise PermissionDenied
    form = EditPromiseForm.of(item, sent(request))
    if done(request, form, edit_promise, item=item):
        messages.success(request, "改好了。")
        return redirect(plan_url(item.plan))
    if getattr(form, "refused_status", 0) == StaleVersion.status:
        catch_up(form, item.plan)
    return _page(request, item, may=may, form=form)


@require_POST
@login_required
def promise_drop(request, uid):
    """It will not be held; the promise stays to be read."""
    item = _seen(request, uid)
    if not can_keep_plan(request.user, item.plan.station):
        raise PermissionDenied
    form = ReasonForm(request.POST)
    if done(request, form, drop_promise, item=item):
        messages.success(request, "记好了,这项活动不再举办。")
        return redirect(plan_url(item.plan))
    return _page(request, item, may=True, drop=form)


def _seen(request, uid) -> PlanItem:
    items = PlanItem.objects.visible_to(request.user).with_progress(today_here())
    return get_object_or_404(items.select_related("plan__station__parent"), uid=uid)


def _page(request, item: PlanItem, *, may: bool, form: EditPromiseForm | None = None, drop: ReasonForm | None = None):
    activities = Activity.objects.visible_to(request.user).filter(plan_item=item).select_related("station__parent")
    context = {
        "promise": Promise(item, progress_of(item, today_here())), "plan": item.plan, "may": may,
        "activities": activities.order_by("held_on", "pk"), "back": plan_url(item.plan),
        "form": form or EditPromiseForm.of(item), "drop": drop or ReasonForm(),
    }  # fmt: skip
    return render(request, "activities/plan_item.html", context, status=status_of(form, drop))
