"""What is printed and hung: what was printed last, what has changed since, and having it printed."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from deputies.permissions import can_print
from deputies.posters import Order, order_of, standings
from deputies.states import Product
from deputies.tasks import print_editions
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.jobs import start_job
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.rules import place_choices


class OrderForm(forms.Form):
    """What for which places, how large; lives in the address, and is sent again as the order."""

    station = forms.ChoiceField(label="地方", required=False, widget=forms.Select(attrs={"class": "fld"}))
    size = forms.ChoiceField(label="尺寸", widget=forms.Select(attrs={"class": "fld"}))

    def __init__(self, data, *, branches: list[Station]):
        self.product = order_of(Product.BOARD).product
        size = data.get("size") or self.product.default_size
        super().__init__({"station": data.get("station", ""), "size": size})
        self.branches = branches
        stations = {branch.parent_id: branch.parent for branch in branches}
        places = [*stations.values(), *branches]
        self.fields["station"].choices = [("", "全部"), *place_choices(places)]
        self.fields["size"].choices = [(size.code, size.label) for size in self.product.sizes.values()]

    def order(self) -> Order:
        return Order(self.product, self.product.size_of(self.cleaned_data["size"]))

    def chosen(self) -> list[Station]:
        """Branches of the chosen place. A place out of scope, one that isn't there, an odd size: all 404."""
        if not self.is_valid():
            raise Http404
        code = self.cleaned_data.get("station")
        return [branch for branch in self.branches if not code or code in (branch.code, branch.parent.code)]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def boards(request):
    """The branches one may print for; POST has the chosen ones printed in the background."""
    branches = _printable(request.user)
    form = OrderForm(request.POST if request.method == "POST" else request.GET, branches=branches)
    chosen = form.chosen()
    order = form.order()
    if request.method == "POST":
        return redirect("job", uid=_ordered(order, chosen, request.user).uid)
    rows = standings(order, chosen, timezone.now())
    due = sum(row.state != "current" for row in rows)
    context = {
        "form": form, "rows": rows, "due": due, "order": order, "station": form.cleaned_data["station"],
    }  # fmt: skip
    return render(request, "editions/list.html", context)


def _printable(user) -> list[Station]:
    branches = Station.objects.branches().visible_to(user).open(today_here()).select_related("parent", "county")
    branches = branches.order_by("parent__official_order", "parent__code", "official_order", "code")
    found = [branch for branch in branches if can_print(user, branch)]
    if not found:
        raise NotAllowed("公示牌由县人大办公室和乡镇联络站印制,需要的话请联系他们。")
    return found


def _ordered(order: Order, places: list[Station], actor):
    what = places[0].full_name if len(places) == 1 else f"{len(places)}个分站"
    return start_job(
        kind="print_editions", title=f"{order.product.label}({order.size.label}):{what}", actor=actor,
        task=print_editions, place_ids=[place.pk for place in places], product=order.product.product,
        size=order.size.code, period=order.period,
    )  # fmt: skip
