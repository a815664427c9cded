"""常用答复: the answers a department keeps to start from."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.keyset import page_of
from opinions.forms.offices import SampleForm
from opinions.models import SampleAnswer
from opinions.services.offices.samples import drop_sample, keep_sample
from stations.models import Department
from stations.permissions import places_with
from stations.states import Right


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sample_answers(request):
    """The department's sample answers by category, and the form that adds one."""
    departments = _departments(request.user)
    if request.method != "POST":
        return _list_page(request, departments, SampleForm(departments=departments))
    form = SampleForm(request.POST, departments=departments)
    if _kept(request, form):
        messages.success(request, f"“{form.instance.title}”记下了,写答复时就能选。")
        return redirect("sample-answers")
    return _list_page(request, departments, form, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sample_answer(request, key):
    """Change one, or drop it (`do=drop`)."""
    departments = _departments(request.user)
    sample = get_object_or_404(SampleAnswer.objects.filter(department__in=departments), pk=key)
    if request.method == "POST" and request.POST.get("do") == "drop":
        title = sample.title
        drop_sample(sample=sample, actor=request.user, at=timezone.now())
        messages.success(request, f"“{title}”删掉了,以前用它写的答复不受影响。")
        return redirect("sample-answers")
    form = SampleForm(request.POST or None, instance=sample, departments=departments)
    if request.method == "POST" and _kept(request, form):
        messages.success(request, f"“{sample.title}”改好了。")
        return redirect("sample-answers")
    status = 400 if request.method == "POST" else 200
    return render(request, "opinions/office_sample.html", {"form": form, "key": key}, status=status)


def _departments(user):
    found = Department.objects.filter(pk__in=places_with(user, Right.ANSWER_OPINIONS))
    if not found:
        raise NotAllowed("常用答复由承办部门自己维护。")
    return found


def _kept(request, form: SampleForm) -> bool:
    """Whether the service took it; what it says against it stands at the fields."""
    if not form.is_valid():
        return False
    try:
        keep_sample(sample=form.instance, actor=request.user, at=timezone.now())
    except ValidationError as error:
        for sentence in error.messages:
            form.add_error("title", sentence)
        return False
    return True


def _list_page(request, departments, form: SampleForm, status: int = 200):
    rows = SampleAnswer.objects.filter(department__in=departments).select_related("department")
    page = page_of(
        rows, by=("category", "title", "pk"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"form": form, "page": page, "links": page.links(request.GET), "several": len(departments) > 1}
    return render(request, "opinions/office_samples.html", context, status=status)
