"""Notice boards: what was printed last, what has changed since, and having them printed."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from deputies.models import BoardEdition
from deputies.permissions import can_print_boards
from deputies.posters import BOARD_SIZES, board_file_name, kept_file, standings
from deputies.tasks import make_boards
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.jobs import start_job
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices

SIZE_LABELS = {
    "A1": "A1 纸", "A2": "A2 纸", "A3": "A3 纸", "2400x1200": "240×120厘米", "1800x1200": "180×120厘米",
    "1200x900": "120×90厘米",
}  # fmt: skip
DEFAULT_SIZE = "A2"


class BoardsForm(forms.Form):
    """Which boards, how large; lives in the address, and is sent again as the order."""

    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))
    size = forms.ChoiceField(
        label="尺寸", choices=[(code, SIZE_LABELS.get(code, code)) for code in BOARD_SIZES],
        widget=forms.Select(attrs={"class": "fld"}),
    )  # fmt: skip

    def __init__(self, data, *, branches: list[Station]):
        super().__init__({"station": data.get("station", ""), "size": data.get("size") or DEFAULT_SIZE})
        self.branches = branches
        stations = {branch.parent_id: branch.parent for branch in branches}
        places = [*stations.values(), *branches]
        self.fields["station"].choices = [("", "全部"), *place_choices(places)]

    def chosen(self) -> list[Station]:
        """Branches of the chosen place. A place out of scope, one that isn't there, an odd size: all 404."""
        if not self.is_valid():
            raise Http404
        code = self.cleaned_data.get("station")
        return [branch for branch in self.branches if not code or code in (branch.code, branch.parent.code)]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def boards(request):
    """The branches one may print boards for; POST has the chosen ones printed in the background."""
    branches = _printable(request.user)
    form = BoardsForm(request.POST if request.method == "POST" else request.GET, branches=branches)
    chosen, size = form.chosen(), form.cleaned_data["size"]
    if request.method == "POST":
        return redirect("job", uid=_order(chosen, size, request.user).uid)
    rows = standings(chosen, size, timezone.now())
    due = sum(row.state != "current" for row in rows)
    context = {
        "form": form, "rows": rows, "due": due, "size": size, "size_label": SIZE_LABELS[size],
        "station": form.cleaned_data["station"],
    }  # fmt: skip
    return render(request, "boards/list.html", context)


def _printable(user) -> list[Station]:
    branches = Station.objects.branches().visible_to(user).open(today_here()).select_related("parent", "county")
    branches = branches.order_by("parent__official_order", "parent__code", "official_order", "code")
    found = [branch for branch in branches if can_print_boards(user, branch)]
    if not found:
        raise NotAllowed("公示牌由县人大办公室和乡镇联络站印制,需要的话请联系他们。")
    return found


def _order(branches: list[Station], size: str, actor):
    what = branches[0].full_name if len(branches) == 1 else f"{len(branches)}个分站"
    return start_job(
        kind="make_boards", title=f"公示牌({SIZE_LABELS[size]}):{what}", actor=actor, task=make_boards,
        branch_ids=[branch.pk for branch in branches], size=size,
    )  # fmt: skip


@require_safe
@login_required
def edition(request, uid):
    """The kept file of one edition."""
    found = get_object_or_404(BoardEdition.objects.select_related("branch__parent", "branch__county"), uid=uid)
    path = kept_file(found)
    if not can_print_boards(request.user, found.branch) or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=board_file_name(found.branch, found.size))
