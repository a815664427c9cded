"""The county's list of requests for more time (延期申请)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from julu_liaison.common.errors import DomainError
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from opinions.forms.offices import ExtensionsForm
from opinions.services.offices.extensions import decide_extensions, requests_to_decide, with_days


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def extensions(request):
    """What waits for a decision, oldest first; POST grants or refuses the ticked ones."""
    rows = requests_to_decide(request.user)
    if request.method != "POST":
        return _page(request, rows, ExtensionsForm(requests=rows))
    form = ExtensionsForm(request.POST, requests=rows)
    if not form.is_valid():
        return _page(request, rows, form, status=400)
    try:
        outcome = decide_extensions(
            requests=form.cleaned_data["requests"], granted=form.cleaned_data["granted"],
            note=form.cleaned_data["note"], actor=request.user, at=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        for name, sentence in error.fields.items():
            form.add_error(name, sentence)
        return _page(request, rows, form, status=error.status)
    if outcome.done:
        words = "同意" if form.cleaned_data["granted"] else "不同意"
        messages.success(request, f"{outcome.done}件延期申请已{words},已经通知承办部门。")
    for sentence in outcome.failed:
        messages.warning(request, sentence)
    return redirect("extensions")


def _page(request, rows, form: ExtensionsForm, status: int = 200):
    page = page_of(rows, by=("pk",), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "form": form, "page": page, "rows": with_days(page.rows), "links": page.links(request.GET),
        "today": today_here(), "ticked": request.POST.getlist("requests"),
    }  # fmt: skip
    return render(request, "opinions/office_extensions.html", context, status=status)
