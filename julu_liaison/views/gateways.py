"""发送通道: where the messages of a county and its stations go out."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.flood import is_flood
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.form_texts import typed_phone
from julu_liaison.common.secrets import unopened
from julu_liaison.common.sending import done, refuse, sent, status_of
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway
from julu_liaison.notices.services.gateways import LONGEST_NAME, masked_address
from julu_liaison.notices.services.wire import Fate, Outcome
from julu_liaison.notices.states import GROUP_ROBOTS, GatewayKind
from stations.models import Station
from stations.permissions import can_manage_gateways, places_with, sees_messages
from stations.querysets import gateways_in_reach
from stations.services.gateways import NOT_YOURS, change_gateway, set_up_gateway, try_gateway
from stations.states import Level, Right

TOO_MANY = "一小时里已经试发过5条短信了,请过一小时再试。"
TOO_MANY_POSTS = "一小时里已经试发过30条了,请过一小时再试。"
ADDRESS = {"class": "fld", "autocomplete": "off", "spellcheck": "false", "data-private": ""}  # never kept on a disk


class ChangeForm(forms.Form):
    """Name, address and whether it is in use; the address that is there is never shown again."""

    name = forms.CharField(
        label="名称", max_length=LONGEST_NAME, help_text="例如:官亭镇工作群",
        error_messages={"required": "请填名称", "max_length": f"名称请写在{LONGEST_NAME}个字以内"},
        widget=forms.TextInput(attrs={"class": "fld", "autocomplete": "off"}),
    )  # fmt: skip
    address = forms.CharField(
        label="地址", required=False, help_text="不换就空着", widget=forms.TextInput(attrs=ADDRESS)
    )  # fmt: skip
    is_active = forms.BooleanField(label="启用", required=False)

    @classmethod
    def of(cls, row: Gateway, data) -> "ChangeForm":
        form = cls(data, initial={"name": row.name, "is_active": row.is_active})
        form.fields["address"].widget.attrs["placeholder"] = f"现在是 {masked_address(row)}"
        return form

    def facts(self) -> dict:
        return dict(self.cleaned_data)


class GatewayForm(ChangeForm):
    """Another one, for one of the places that the person sets up."""

    place = forms.ChoiceField(label="站点", widget=forms.Select(attrs={"class": "fld"}))
    kind = forms.ChoiceField(label="类型", widget=forms.Select(attrs={"class": "fld"}))
    is_active = None
    field_order = ("place", "kind", "name", "address")

    def __init__(self, data, *, places: list[Station]):
        super().__init__(data)
        self.is_county = any(place.level == Level.CENTRE for place in places)
        self.places = {place.code: place for place in places}
        self.fields["place"].choices = [(code, place.name) for code, place in self.places.items()]
        self.fields["kind"].choices = [one for one in GatewayKind.choices if self.is_county or one[0] in GROUP_ROBOTS]
        for name in ("place", "kind"):
            self.fields[name].error_messages |= {"required": "请选一个", "invalid_choice": "请从列出的里面选"}
        self.fields["address"].required = True
        self.fields["address"].error_messages["required"] = "请填地址,下面写着从哪里找"
        self.fields["address"].help_text = "从哪里找,看这一页下面的说明"

    def facts(self) -> dict:
        return self.cleaned_data | {"place": self.places[self.cleaned_data["place"]]}


class TrialForm(forms.Form):
    """To whom a trial text message goes; the other kinds ask nothing."""

    phone = forms.CharField(
        label="试发到哪个手机", required=False, max_length=30, help_text="空着就发到您自己账号上的手机,号码不保存",
        error_messages={"max_length": "号码太长了,请核对"},
        widget=forms.TextInput(attrs={"class": "fld", "inputmode": "tel", "autocomplete": "off", "data-private": ""}),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """A number that is none costs no try."""
        return typed_phone(self.cleaned_data["phone"])


class Trials(CountingThrottle):
    """Every text message costs the county money, and may go to anybody."""

    scope, rate = "gateway-try", "5/hour"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


class PostTrials(Trials):
    """Nobody fills a group, or knocks at another system's door."""

    scope, rate = "gateway-post-try", "30/hour"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def gateways(request):
    """The gateways in reach, by place; POST sets another one up."""
    _demand_reader(request.user)
    form = _add_form(request.user, sent(request))
    if request.method == "POST":
        if form is None:
            raise NotAllowed(NOT_YOURS)
        row = done(request, form, set_up_gateway)
        if row:
            messages.success(request, f"“{row.name}”设好了,请发一条试试。")
            return redirect("gateway", row.uid)
    rows = list(unopened(gateways_in_reach(request.user), "address").order_by("place_code", "pk"))
    places = _places_of(rows)
    context = {
        "lines": [(row, places.get(row.place_code, row.place_code), masked_address(row)) for row in rows], "form": form,
    }  # fmt: skip
    return render(request, "notices/gateways.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def gateway(request, uid):
    """One gateway: change it, switch it off or on."""
    row = _found(request.user, uid)
    may = _may(request.user, row)
    form = ChangeForm.of(row, sent(request)) if may else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed(NOT_YOURS)
        if done(request, form, change_gateway, gateway=row):
            messages.success(request, "改好了。")
            return redirect("gateway", uid)
    return _page(request, row, form, TrialForm() if may else None)


@require_POST
@login_required
@never_cache
def gateway_try(request, uid):
    """Send a trial message, and say how it went; a text message to a number that is typed in, or to one's own."""
    row = _found(request.user, uid)
    if not _may(request.user, row):
        raise NotAllowed(NOT_YOURS)
    trial = TrialForm(request.POST)
    outcome = _tried(request, row, trial)
    if trial.errors:
        return _page(request, row, ChangeForm.of(row, None), trial)
    if outcome is not None:
        _say_how_it_went(request, row, outcome, trial)
    return redirect("gateway", uid)


def _tried(request, row: Gateway, trial: TrialForm) -> Outcome | None:
    """How the trial went; None where it was refused, with the sentence on the form, or on the next page."""
    if not trial.is_valid():
        return None
    is_sms = row.kind == GatewayKind.SMS
    if row.is_active and is_flood(request, Trials() if is_sms else PostTrials()):
        said = TOO_MANY if is_sms else TOO_MANY_POSTS
        refuse(trial, DomainError(said, fields={"phone": said}))
        trial.refused_status = 429
        return None
    try:
        return try_gateway(gateway=row, phone=trial.cleaned_data["phone"], actor=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        if error.fields:
            refuse(trial, error)
        else:
            messages.warning(request, error.message)
    return None


def _say_how_it_went(request, row: Gateway, outcome: Outcome, trial: TrialForm) -> None:
    if outcome.fate != Fate.ARRIVED:
        messages.warning(request, f"试发没有成功:{outcome.reason}")
    elif row.kind != GatewayKind.SMS:
        messages.success(request, "试发的消息对方收下了,请到那边看看有没有。")
    else:
        whose = "那部" if trial.cleaned_data["phone"] else "您的"
        messages.success(request, f"试发的短信交给短信平台了,请到{whose}手机看看收到没有。")


def _page(request, row: Gateway, form: ChangeForm | None, trial: TrialForm | None):
    context = {
        "row": row, "place": Station.objects.get(code=row.place_code), "form": form, "trial": trial,
        "masked": masked_address(row),
    }  # fmt: skip
    return render(request, "notices/gateway.html", context, status=status_of(form, trial))


def _may(user, row: Gateway) -> bool:
    place = Station.objects.select_related("county").get(code=row.place_code)
    return can_manage_gateways(user, place, row.kind)


def _demand_reader(user) -> None:
    if not sees_messages(user):
        raise NotAllowed(NOT_YOURS)


def _found(user, uid) -> Gateway:
    _demand_reader(user)
    return get_object_or_404(unopened(gateways_in_reach(user), "address"), uid=uid)


def _add_form(user, data) -> GatewayForm | None:
    """For the places where the person sets gateways up; nobody else has it."""
    keys = places_with(user, Right.MANAGE_GATEWAYS)
    if not keys:
        return None
    known = Station.objects.exclude(level=Level.BRANCH).open(today_here()).select_related("county")
    places = list(known.filter(pk__in=keys) | known.filter(county__in=keys))
    places.sort(key=lambda place: (place.county_id, place.level != Level.CENTRE, place.official_order, place.code))
    return GatewayForm(data, places=places)


def _places_of(rows: list[Gateway]) -> dict[str, str]:
    return dict(Station.objects.filter(code__in={row.place_code for row in rows}).values_list("code", "name"))
