"""What is printed, how large, for which month and where: what the pages of editions have in their address."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import Http404

from deputies.permissions import sees_editions
from deputies.posters import PRODUCTS, Order, PrintProduct, product_of
from deputies.posters.duty_posters import month_of
from deputies.posters.places import places_for, usual_size
from deputies.posters.sizes import PrintSize
from deputies.states import Product
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import SUNDAY, today_here
from stations.models import Station
from stations.rules import place_choices
from stations.states import Level

TYPED_SIZE = re.compile(r"\s*([0-9.]+)\s*[xX×*＊]\s*([0-9.]+)\s*(毫米|mm|厘米|公分|cm|米|m)?\s*", re.IGNORECASE)
IN_MM = {"厘米": 10, "公分": 10, "cm": 10, "米": 1000, "m": 1000}


def demand_reader(user) -> None:
    """Raises NotAllowed for who neither prints nor audits."""
    if not sees_editions(user):
        raise NotAllowed("公示牌由县人大办公室和乡镇联络站印制,需要的话请联系他们。")


def current_period(today: date) -> str:
    """The month of the next Sunday: the poster that is wanted now."""
    return f"{today + timedelta(days=(SUNDAY - today.weekday()) % 7):%Y-%m}"


def in_millimetres(typed: str) -> str:
    """A size as people write it, the way products name sizes: `150×100厘米` → `1500x1000`; anything else as it is."""
    match = TYPED_SIZE.fullmatch(typed)
    if not match:
        return typed
    times = IN_MM.get((match[3] or "").lower(), 1)
    try:
        width, height = (round(float(side) * times) for side in (match[1], match[2]))
    except ValueError:
        return typed
    return f"{width}x{height}"


def order_named(data, default: PrintProduct) -> Order:
    """The order that an address names, with what it leaves out. Raises NotFound, DomainError."""
    product = product_of(data["product"]) if data.get("product") else default
    return Order(product, product.size_of(data.get("size") or product.default_size), _period(product, data))


def _period(product: PrintProduct, data) -> str:
    if not product.has_period:
        return ""
    period = data.get("period") or current_period(today_here())
    month_of(period)
    return period


def _select(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=forms.Select(attrs={"class": "fld"}))


class ChoiceForm(forms.Form):
    """What for which places. `was` is the product that the page showed: another one starts anew.

    Without a size it is the one usual at those places; any but the named ones is typed as `custom`. A size out
    of the blue, a place out of scope: 404.
    """

    product = _select("种类")
    size = _select("尺寸")
    period = _select("月份")
    station = _select("地方")
    custom = forms.CharField(
        label="别的尺寸", required=False, widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"})
    )

    def __init__(self, data, *, user):
        product = product_of(data.get("product") or Product.BOARD)
        was = data.get("was") or product.product
        self.places = places_for(user, product.level)
        self.wrong_size = ""
        station = data.get("station", "")
        if was != product.product and product_of(was).level != product.level:
            station = ""
        size = self._size(product, data if was == product.product else {}, self._of(station))
        self.order = Order(product, size, _period(product, data))
        super().__init__({
            "product": product.product, "size": size.code, "period": self.order.period, "station": station,
            "custom": data.get("custom", "")[:20] if self.wrong_size else "",
        })  # fmt: skip
        self._offer()
        if not self.is_valid():
            raise Http404

    def _size(self, product: PrintProduct, data, places: list[Station]) -> PrintSize:
        if custom := data.get("custom", "").strip():
            try:
                return product.size_of(in_millimetres(custom))
            except DomainError as error:
                self.wrong_size = error.message
        try:
            return product.size_of(data.get("size") or usual_size(product, places))
        except DomainError as error:
            raise Http404 from error

    def _offer(self) -> None:
        order, today = self.order, today_here()
        self.fields["product"].choices = [(one.product, one.label) for one in PRODUCTS.values()]
        sizes = {**order.product.sizes, order.size.code: order.size}
        self.fields["size"].choices = [(size.code, size.label) for size in sizes.values()]
        following = (today.replace(day=1) + timedelta(days=31)).strftime("%Y-%m")
        months = sorted({f"{today:%Y-%m}", following, order.period} - {""})
        self.fields["period"].choices = [("", ""), *((month, month_words(month)) for month in months)]
        if order.product.level == Level.BRANCH:
            stations = {place.parent_id: place.parent for place in self.places}
            found = place_choices([*stations.values(), *self.places])
        else:
            found = [(place.code, place.name) for place in self.places]
        self.fields["station"].choices = [("", "全部"), *found]

    def chosen(self) -> list[Station]:
        """The places of the chosen place, or all."""
        return self._of(self.cleaned_data["station"])

    def _of(self, code: str) -> list[Station]:
        return [place for place in self.places if not code or code in (place.code, place.township.code)]

    @property
    def query(self) -> str:
        """The choice as an address has it."""
        return urlencode({
            name: self.cleaned_data[name] for name in ("product", "size", "period", "station")
            if self.cleaned_data[name]
        })  # fmt: skip


def month_words(period: str) -> str:
    """2026-12 → 2026年12月."""
    month = month_of(period)
    return f"{month.year}年{month.month}月"
