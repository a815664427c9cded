"""What the list of tickets shows: its filters, which live in the address."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import QueryDict

from activities.states import Category, Rating
from deputies.models import Deputy
from julu_liaison.common.working_days import today_here
from opinions.forms.figures import FigureField
from opinions.forms.narrowing import Reader, narrowed
from opinions.models import CongressSession, Director
from opinions.querysets import OpinionQuerySet
from opinions.states import Kind, State
from stations.models import Department, Station
from stations.querysets import scope_of
from stations.rules import place_choices
from stations.states import COUNTY_ROLES, Level

NO_FILTER = [("", "全部")]
OPEN_OR_ENDED = [("open", "没有办结的"), ("ended", "已经结束的")]
NO_RATING = ("none", "没有评价")
ORDERS = ("due",)  # `order=`: by the days left; without it the last registered come first
PLACING = ("after", "before")  # where in the list one is: not a filter
FLAG_VALUES = ("", "1", "on")
IN_SIGHT = ("q", "state", "station")


def _choice(label: str, choices=(), **options) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[*NO_FILTER, *choices], **options)


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


def _flag(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class SidesField(forms.TypedChoiceField):
    """A filter of two sides, `yes` and `no` in the address; True, False, or None where neither is asked for."""

    def __init__(self, label: str, yes: str, no: str):
        choices = [*NO_FILTER, ("yes", yes), ("no", no)]
        super().__init__(
            label=label, choices=choices, coerce=lambda side: side == "yes", required=False, empty_value=None
        )


@dataclass(frozen=True)
class Chip:
    """One filter that is set, in words, and the address of the list without it."""

    words: str
    without: str


class FilterForm(forms.Form):
    """What the list of tickets shows. The names are fixed: every figure opens its rows by them."""

    q = forms.CharField(label="查找", required=False, max_length=60)
    state = _choice("状态", OPEN_OR_ENDED + State.choices)
    station = _choice("地方")
    kind = _choice("性质", Kind.choices)
    category = _choice("类别", Category.choices)
    department = _choice("承办部门")
    rating = _choice("评价", [*Rating.choices, NO_RATING])
    session = _choice("人代会")
    since, until = _day("收到日期从"), _day("收到日期到")
    ended_since, ended_until = _day("办结日期从"), _day("办结日期到")
    late = SidesField("是否按时", "办理中超过期限的", "各环节都按时的")
    told = SidesField("是否告知", "已经告知的", "还没告知的")
    transferred = SidesField("是否交部门", "交部门办过的", "没有交过部门的")
    motion, unvisited = _flag("只看议案"), _flag("还没有面商的")
    reworked, extended = _flag("重新办过的"), _flag("批准过延期的")
    # Reached by links alone: the presets above the list, figures, pages of deputies and directors.
    mine, overdue, to_tell = _flag("该我办的"), _flag("超期的"), _flag("待告知")
    soon, web = _flag("快到期的"), _flag("网上待核对")
    follow_up, supervised, tracked = _flag("待回访"), _flag("督办件"), _flag("跟踪件")
    assisting, holder = _choice("协办部门"), forms.CharField(label="该谁办", required=False, max_length=20)
    deputy = forms.CharField(label="代表", required=False, max_length=20)
    director = forms.IntegerField(label="督办领导", required=False, min_value=1, max_value=2**31 - 1)
    figure = FigureField()  # what one number of the figures counts
    order = forms.ChoiceField(required=False, choices=[("", ""), *((name, name) for name in ORDERS)])

    PRESETS = ("mine", "web", "overdue", "to_tell", "follow_up", "supervised", "tracked")
    LINKED = (*PRESETS, "soon", "assisting", "holder", "deputy", "director", "figure", "order")
    OF_WHO_TELLS = ("to_tell", "follow_up")

    def __init__(self, data: QueryDict, *, user):
        super().__init__(data)
        self.user = user
        self.scope = scope_of(user)
        self.places = list(Station.objects.visible_to(user).open(today_here()).order_by("official_order", "code"))
        self.departments = list(Department.objects.filter(county__in=self._counties()).order_by("pk"))
        self.counties = {place.county_id for place in self.places} | {one.county_id for one in self.departments}
        self.names: dict[str, str] = {}  # of what is named by a code or key: field → words
        self._offer()

    def _counties(self):
        places = {place.county_id for place in self.places}
        return places or Department.objects.filter(pk__in=self.scope.departments).values("county")

    def _offer(self) -> None:
        offices = [(one.code, one.name) for one in self.departments]
        sessions = CongressSession.objects.filter(county__in=self.counties)
        for name, choices in (
            ("station", place_choices(self.places)), ("department", offices), ("assisting", offices),
            ("session", [(str(one.pk), str(one)) for one in sessions]),
        ):  # fmt: skip
            self.fields[name].choices = NO_FILTER + choices
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField):
                field.widget.attrs["class"] = "fld"

    def clean(self):
        """A flag is set by `1` (`on` from a box without a value); anything else is no answer to it."""
        for name, field in self.fields.items():
            if isinstance(field, forms.BooleanField) and self.data.get(name, "") not in FLAG_VALUES:
                self.add_error(name, "不能这样选")
        return self.cleaned_data

    # ---- Reading -----------------------------------------------------------------------------------------------------

    def clean_station(self):
        code = self.cleaned_data["station"]
        return next((place for place in self.places if place.code == code), None)

    def clean_session(self):
        return int(self.cleaned_data["session"] or 0) or None

    def clean_holder(self):
        return self._known("holder", self._holder, "单位")

    def clean_deputy(self):
        return self._known(
            "deputy", lambda code: Deputy.objects.visible_to(self.user).filter(code=code).first(), "代表"
        )

    def clean_director(self):
        rows = Director.objects.filter(county__in=self.counties)
        return self._known("director", lambda key: rows.filter(pk=key).first(), "督办领导")

    def clean_figure(self):
        return self._known("figure", lambda chosen: chosen, "统计项")

    def _holder(self, code: str):
        office = next((one for one in self.departments if one.code == code), None)
        return office or Station.objects.filter(county__in=self.counties, code=code).first()

    def _known(self, name: str, find, noun: str):
        """Return the value if it names something, and remember its name. Raises ValidationError."""
        value = self.cleaned_data[name]
        if not value:
            return value
        found = find(value)
        if found is None:
            raise forms.ValidationError(f"没有找到编号是“{value}”的{noun}")
        self.names[name] = str(found)
        return value

    def applied(self, rows: OpinionQuerySet, on: date) -> OpinionQuerySet:
        """Return the rows that pass; none while a filter in the address is not one of the choices."""
        if not self.is_valid():
            return rows.none()
        reader = Reader(self.user, on)
        for name, value in self.chosen.items():
            rows = narrowed(rows, name, value, reader)
        return rows.exclude(due_on=None) if self.cleaned_data["order"] else rows

    @property
    def chosen(self) -> dict:
        """The filters that are set, by name; a side of False counts, an empty one does not."""
        if not self.is_valid():
            return {}
        flags = {name for name, field in self.fields.items() if isinstance(field, forms.BooleanField)}
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "order" and value not in (None, "") and not (name in flags and not value)
        }

    @property
    def row_order(self) -> tuple[str, ...]:
        """Columns of the order, for keyset paging."""
        return ("due_on", "pk") if self.is_valid() and self.cleaned_data["order"] else ("-pk",)

    # ---- Showing -----------------------------------------------------------------------------------------------------

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen) or not self.is_valid()

    @property
    def folded_choices(self) -> list:
        """What stands under 更多条件, in its order: selects and days; sessions only where there are any."""
        return [self[name] for name, field in self.fields.items() if self._is_folded(name) and not self._is_flag(field)]

    @property
    def folded_flags(self) -> list:
        return [self[name] for name, field in self.fields.items() if self._is_folded(name) and self._is_flag(field)]

    @property
    def is_unfolded(self) -> bool:
        return any(self._is_folded(name) for name in (*self.chosen, *self.errors))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What came by a link and goes on with the next search."""
        return [(name, self.data[name]) for name in self.LINKED if self.data.get(name)]

    @property
    def has_places(self) -> bool:
        return len(self.places) > 1

    @property
    def shows_stations(self) -> bool:
        """Numbers begin anew in every town: who has tickets of several, as departments do, needs its name beside them."""
        return not self.places or sum(place.level == Level.TOWNSHIP for place in self.places) > 1

    @property
    def shows_branches(self) -> bool:
        return sum(place.level == Level.BRANCH for place in self.places) > 1

    def presets(self) -> list[tuple[str, str, bool]]:
        """The lists that are wanted every day: (label, address, is it the one that is shown)."""
        tells, checks = bool(self.places), bool(self.scope.townships or self.scope.places(*COUNTY_ROLES))
        shown = set(self.chosen)
        return [
            (self.fields[name].label, f"?{name}=1", shown == {name})
            for name in self.PRESETS
            if (tells or name not in self.OF_WHO_TELLS) and (checks or name != "web")
        ]

    def other_order(self) -> str:
        """The address of the same rows in the other order."""
        return self._address(without="order", **({} if self.data.get("order") else {"order": "due"}))

    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address of the list without it."""
        return [Chip(self._words(name), self._address(without=name)) for name in self.chosen]

    def _is_folded(self, name: str) -> bool:
        if name in IN_SIGHT or name in self.LINKED:
            return False
        return name != "session" or len(self.fields["session"].choices) > 1

    @staticmethod
    def _is_flag(field) -> bool:
        return isinstance(field, forms.BooleanField)

    def _words(self, name: str) -> str:
        field, value = self.fields[name], self.data[name]
        if isinstance(field, forms.BooleanField):
            return field.label
        if name in self.names:
            value = self.names[name]
        elif isinstance(field, forms.ChoiceField):
            value = _words_of(field.choices, value)
        return f"{field.label}:{value}"

    def _address(self, *, without: str, **more: str) -> str:
        kept = self.data.copy()
        for name in (without, *PLACING):
            kept.pop(name, None)
        kept.update(more)
        return "?" + kept.urlencode()


def _words_of(choices, value: str) -> str:
    """The words of a choice, also of one in a group: `官亭镇 第一分站`."""
    for key, words in choices:
        if isinstance(words, (list, tuple)):
            for inner, inner_words in words:
                if inner == value:
                    return inner_words if inner_words.startswith(key) else f"{key}{inner_words}"
        elif key == value:
            return words
    return value
