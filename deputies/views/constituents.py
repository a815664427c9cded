"""Whom a deputy keeps in touch with: the deputy's own list, the same list for head and staff, one of them, contacts.

Villagers' names are shown to those who keep them, masked to the auditor. Phones of other people's constituents are
masked until one asks for them, which is recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.forms import ConstituentForm, EndForm, TouchForm
from deputies.models import Constituent, Contact, Deputy
from deputies.permissions import can_keep_constituents, is_oneself, sees_constituents
from deputies.rules import CONSTITUENCY_LEVELS, CONSTITUENTS_EACH
from deputies.services import (
    add_constituent,
    edit_constituent,
    end_constituent,
    forget_constituent,
    look_at_constituents,
    record_contact,
    void_contact,
)
from deputies.states import ContactForm
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.own_forms import ForgetForm
from julu_liaison.common.secrets import masked_name, masked_phone
from julu_liaison.common.sending import done, status_of
from julu_liaison.common.working_days import today_here


@dataclass(frozen=True)
class Known:
    """A constituent as the reader may see them; `row` has `last_date` and `last_form`."""

    row: Constituent
    name: str
    phone: str

    @property
    def figures(self) -> TouchForm:
        """The folded fields of this one's quick form; several stand on one page, so the ids carry the row's."""
        return TouchForm(auto_id=f"id_%s_{self.row.uid}")


def shown(rows: Iterable[Constituent], *, names: bool, phones: bool) -> list[Known]:
    """Return the constituents with names and phones in full or masked; who sees no names sees no phone at all."""
    return [
        Known(row, row.name if names else masked_name(row.name), _phone(row.phone, whole=phones) if names else "")
        for row in rows
    ]


def _phone(phone: str, *, whole: bool) -> str:
    return phone if whole else masked_phone(phone)


# ---- Lists ---------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def my_constituents(request):
    """The deputy's own, with a contact written down in two taps."""
    person = Deputy.objects.filter(user=request.user).select_related("county").first()
    if person is None:
        raise Http404
    return _list(request, person, phones=True)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def constituents(request, code):
    """Those of one deputy, for head, clerk, county and auditor; POST shows the phones, which is recorded."""
    person = _person(request, code)
    if not sees_constituents(request.user, person):
        raise PermissionDenied
    if is_oneself(request.user, person):
        return redirect("my-constituents")
    asked = request.method == "POST"
    if asked and not can_keep_constituents(request.user, person):
        raise NotAllowed("群众的电话只给代表本人、站长、联络站和县人大办公室看。")
    return _list(request, person, phones=asked)


def _person(request, code) -> Deputy:
    return get_object_or_404(Deputy.objects.visible_to(request.user).select_related("county"), code=code)


def _list(request, person: Deputy, *, phones: bool):
    today, is_mine = today_here(), is_oneself(request.user, person)
    keeps = is_mine or can_keep_constituents(request.user, person)
    rows = list(person.constituents.in_force(today).select_related("village").with_last_contact())
    if keeps and not is_mine and rows:
        look_at_constituents(whose=person, people=len(rows), actor=request.user, at=timezone.now())
    context = {
        "person": person, "today": today, "is_mine": is_mine, "keeps": keeps, "phones_shown": phones,
        "people": shown(rows, names=keeps, phones=phones),
        "is_called_to": person.mandates.in_force(today).filter(level__in=CONSTITUENCY_LEVELS).exists(),
        "free": max(0, CONSTITUENTS_EACH - len(rows)), "each": CONSTITUENTS_EACH, "forms": ContactForm.choices,
        "former": person.constituents.filter(ended_on__lt=today).count() if keeps else 0,
    }  # fmt: skip
    return render(request, "deputies/constituents.html", context)


def _back(request, person: Deputy):
    if is_oneself(request.user, person):
        return redirect("my-constituents")
    return redirect("constituents", code=person.code)


# ---- One of them ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def constituent_add(request, code):
    """Write down one more; what was typed stays when something has to be put right."""
    person, today = _person(request, code), today_here()
    if not can_keep_constituents(request.user, person):
        raise PermissionDenied
    form = ConstituentForm(_sent(request), deputy=person, on=today, initial={"started_on": today})
    if done(request, form, add_constituent, deputy=person):
        messages.success(request, "已加到名单里。")
        return _back(request, person)
    context = {"person": person, "form": form, "is_mine": is_oneself(request.user, person)}
    return render(request, "deputies/constituent_add.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def constituent(request, uid):
    """One of them with every contact; POST corrects what is written down."""
    row = _kept(request, uid)
    form = ConstituentForm.of(row, _sent(request), on=today_here())
    if done(request, form, edit_constituent, constituent=row):
        messages.success(request, "改好了。")
        return redirect("constituent", uid=row.uid)
    return _detail(request, row, form=form)


@require_POST
@login_required
def constituent_end(request, uid):
    """No longer keep in touch; the records stay and the place is free."""
    row = _kept(request, uid)
    form = EndForm(request.POST)
    if done(request, form, end_constituent, constituent=row):
        messages.success(request, "已结束联系,以前的记录都保留。可以再加一位选民。")
        return _back(request, row.deputy)
    return _detail(request, row, end=form)


@require_POST
@login_required
def constituent_forget(request, uid):
    """Let go of who it is, at the constituent's own wish; the contacts stay, without anybody's name."""
    row = _kept(request, uid)
    form = ForgetForm(request.POST, auto_id="f_%s")
    if done(request, form, forget_constituent, constituent=row):
        messages.success(request, "这位选民的信息删去了,联系记录保留,不再写明是谁。")
        return _back(request, row.deputy)
    return _detail(request, row, forget=form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def constituent_contact(request, uid):
    """Write down one contact; the list sends it here, and errors are put right here."""
    row, today = _kept(request, uid), today_here()
    form = TouchForm(_sent(request), initial={"date": today})
    if done(request, form, record_contact, constituent=row):
        day, label = form.cleaned_data["date"], ContactForm(form.cleaned_data["form"]).label
        messages.success(request, f"记下了:{day.month}月{day.day}日 {label}。")
        return _back(request, row.deputy)
    is_mine = is_oneself(request.user, row.deputy)
    if not is_mine:
        look_at_constituents(whose=row.deputy, people=1, actor=request.user, at=timezone.now())
    context = {"row": row, "form": form, "forms": ContactForm.choices, "today": today, "is_mine": is_mine}
    return render(request, "deputies/constituent_contact.html", context, status=status_of(form))


@require_POST
@login_required
def contact_void(request, uid):
    """Take back a contact written down by mistake; it stays with its reason."""
    contacts = Contact.objects.visible_to(request.user).select_related("constituent__deputy__county")
    contact = get_object_or_404(contacts, uid=uid)
    _demand_keeper(request, contact.constituent)
    reason = request.POST.get("reason", "").replace("\0", "")[:100]
    try:
        void_contact(contact=contact, reason=reason, actor=request.user, at=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "作废了,原记录和原因会保留。")
    return redirect("constituent", uid=contact.constituent.uid)


def _kept(request, uid) -> Constituent:
    rows = Constituent.objects.visible_to(request.user).select_related("deputy__county", "village")
    row = get_object_or_404(rows, uid=uid)
    _demand_keeper(request, row)
    return row


def _demand_keeper(request, row: Constituent) -> None:
    if not can_keep_constituents(request.user, row.deputy):
        raise PermissionDenied


def _detail(
    request, row: Constituent, *, form: ConstituentForm | None = None, end: EndForm | None = None,
    forget: ForgetForm | None = None,
):  # fmt: skip
    """The page of one constituent: it shows the phone, so a look by anybody but the deputy is recorded."""
    today, is_mine = today_here(), is_oneself(request.user, row.deputy)
    if not is_mine:
        look_at_constituents(whose=row.deputy, people=1, actor=request.user, at=timezone.now())
    context = {
        "row": row, "today": today, "is_mine": is_mine,
        "form": form or ConstituentForm.of(row, on=today), "end": end or EndForm(initial={"ended_on": today}),
        "forget": forget or ForgetForm(auto_id="f_%s"),
        "contacts": row.contacts.select_related("recorded_by"),
    }  # fmt: skip
    return render(request, "deputies/constituent.html", context, status=status_of(form, end, forget))


def _sent(request):
    return request.POST if request.method == "POST" else None
