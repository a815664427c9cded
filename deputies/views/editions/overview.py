"""What is printed and hung: what was printed last, what has changed since, and having it printed."""

from collections.abc import Callable
from itertools import groupby

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from deputies.permissions import can_print, can_supply_glyphs
from deputies.posters import Order, Standing, standings
from deputies.posters.sizes import LARGEST_PAPER
from deputies.services.editions import CENTRALLY
from deputies.tasks import print_editions
from deputies.views.editions.choosing import ChoiceForm, demand_reader
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.jobs import start_job
from julu_liaison.common.models import Job
from julu_liaison.common.texts import plain_number
from julu_liaison.common.working_days import today_here
from stations.models import Posting, Station
from stations.querysets import scope_of
from stations.states import COUNTY_ROLES, Level

MOST_COPIES = 99
KIND = "print_editions"
RECENT = 5

SHOWN: dict[str, tuple[str, Callable[[Standing], bool]]] = {
    "": ("全部", lambda row: True),
    "due": ("要印的", lambda row: row.state in ("new", "changed")),
    "unhung": ("印好没挂的", lambda row: row.waits_for_hanging),
    "refused": ("印不了的", lambda row: row.state == "refused"),
}


class PressForm(forms.Form):
    """Which of the places shown, and as what the print comes; sent with the choice of the page."""

    do = forms.ChoiceField(
        choices=[("due", "要印的"), ("ticked", "勾选的"), ("all", "全部")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选要印哪些,再按一次按钮"),
    )
    package = forms.ChoiceField(
        label="印成什么", widget=forms.RadioSelect,
        choices=[("pdf", "一个PDF"), ("zip", "压缩包,给印刷厂,带印制单")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选印成一个PDF还是压缩包"),
    )  # fmt: skip
    with_marks = forms.BooleanField(label="带出血和裁切线", required=False)
    copies = forms.CharField(label="每块印几份", max_length=10, error_messages={
        "required": "请填份数,印一份就填1", "max_length": "份数请填1到99的整数",
    })  # fmt: skip

    def clean_copies(self) -> int:
        copies = plain_number(self.cleaned_data["copies"], digits=2)
        if not copies:
            raise forms.ValidationError(f"份数请填1到{MOST_COPIES}的整数")
        return copies

    @staticmethod
    def usual(order: Order) -> dict:
        """Paper comes out of one's own printer, boards from a print shop."""
        is_paper = max(order.size.width, order.size.height) <= LARGEST_PAPER
        return {"package": "pdf" if is_paper else "zip", "copies": 1}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def boards(request):
    """The places one prints or audits for; POST has the due, the ticked or all of them printed in the background."""
    demand_reader(request.user)
    posted = request.method == "POST"
    choice = ChoiceForm(request.POST if posted else request.GET, user=request.user)
    places = choice.chosen()
    if not posted:
        return _page(request, choice, standings(choice.order, places, timezone.now()))
    if not all(can_print(request.user, place) for place in places):
        raise NotAllowed(CENTRALLY)
    press = PressForm(request.POST)
    rows = standings(choice.order, places, timezone.now())
    wanted = _wanted(press, rows, request.POST.getlist("place")) if press.is_valid() else []
    if press.is_valid():
        try:
            return redirect("job", uid=_ordered(choice.order, wanted, press.cleaned_data, request.user).uid)
        except Conflict as too_many:
            press.add_error("do", too_many.message)
    return _page(request, choice, rows, press=press)


def _wanted(press: PressForm, rows: list[Standing], ticked: list[str]) -> list[Station]:
    """The places to print for. None: an error on the form. A ticked place that is not among the rows: 404."""
    if not set(ticked) <= {row.place.code for row in rows}:
        raise Http404
    _label, is_due = SHOWN["due"]
    choose = {"due": is_due, "ticked": lambda row: row.place.code in ticked, "all": lambda row: True}
    found = [row.place for row in rows if choose[press.cleaned_data["do"]](row)]
    if not found:
        press.add_error("do", "还没有勾选,请先勾选要印的" if press.cleaned_data["do"] == "ticked" else "没有要印的,都是最新的")
    return found


def _ordered(order: Order, places: list[Station], how: dict, actor) -> Job:
    level = "分站" if order.product.level == Level.BRANCH else "联络站"
    what = places[0].full_name if len(places) == 1 else f"{len(places)}个{level}"
    name = f"{order.product.label}({' '.join(filter(None, (order.size.label, order.period)))})"
    return start_job(
        kind=KIND, title=f"{name}:{what}", actor=actor, task=print_editions,
        place_ids=[place.pk for place in places], product=order.product.product, size=order.size.code,
        period=order.period, package=how["package"], with_marks=how["with_marks"], copies=how["copies"],
    )  # fmt: skip


def _page(request, choice: ChoiceForm, rows: list[Standing], press: PressForm | None = None):
    data = request.POST if press else request.GET
    show = data.get("show", "")
    if show not in SHOWN:
        raise Http404
    order, shown = choice.order, [row for row in rows if SHOWN[show][1](row)]
    wrong = bool(choice.wrong_size or (press and press.errors))
    context = {
        "form": choice, "order": order, "rows": shown, "groups": _by_township(order, shown), "show": show,
        "counts": [(name, label, sum(map(test, rows))) for name, (label, test) in SHOWN.items()],
        "due": sum(map(SHOWN["due"][1], rows)), "total": len(rows),
        "may_print": bool(rows) and all(can_print(request.user, row.place) for row in rows),
        "unit": "张" if order.product.has_period else "块",
        "press": press or PressForm(initial=PressForm.usual(order)), "ticked": set(data.getlist("place")),
        "jobs": _latest_orders(request.user),
        "may_supply": bool(rows) and can_supply_glyphs(request.user, rows[0].place.county),
    }  # fmt: skip
    return render(request, "editions/list.html", context, status=400 if wrong else 200)


def _latest_orders(user):
    """The person's own latest orders; for the county's staff also those of who serves in the county."""
    counties = scope_of(user).places(*COUNTY_ROLES)
    of_county = Posting.objects.in_force(today_here()).filter(user=OuterRef("asked_by"), station__county__in=counties)
    return Job.objects.filter(Q(asked_by=user) | Exists(of_county), kind=KIND).select_related("asked_by")[:RECENT]


def _by_township(order: Order, rows: list[Standing]) -> list[tuple[str, list[Standing]]]:
    if order.product.level != Level.BRANCH:
        return [("", rows)] if rows else []
    return [(station.name, list(found)) for station, found in groupby(rows, key=lambda row: row.place.township)]
