"""A year's terms, ranking and bands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.sending import done, refuse, sent, status_of
from scoring.forms.settings import GradesForm, TermsForm
from scoring.models import Scheme
from scoring.services.settings import set_grades, set_terms
from scoring.views.rules.places import demand_setter, scheme_of
from scoring.workflow import is_frozen


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rules_settings(request, year: int):
    """`do` says which form was sent: terms or grades."""
    scheme = scheme_of(request.user, year)
    demand_setter(request.user, scheme.county)
    if request.method != "POST":
        return _page(request, scheme)
    act = {"terms": _set_terms, "grades": _set_grades}.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    return act(request, scheme)


def _set_terms(request, scheme: Scheme):
    form = TermsForm(sent(request), scheme=scheme)
    if done(request, form, set_terms, scheme=scheme):
        messages.success(request, "期限保存好了。")
        return redirect("rules-settings", scheme.year)
    return _page(request, scheme, terms=form)


def _set_grades(request, scheme: Scheme):
    form = GradesForm(sent(request), scheme=scheme)
    if form.is_valid():
        try:
            set_grades(scheme=scheme, **form.facts(), actor=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except DomainError as error:
            error.fields = form.in_typed_rows(error.fields)
            refuse(form, error)
        else:
            messages.success(request, "等次保存好了。")
            return redirect("rules-settings", scheme.year)
    return _page(request, scheme, grades=form)


def _page(request, scheme: Scheme, *, terms: TermsForm | None = None, grades: GradesForm | None = None):
    context = {
        "scheme": scheme, "frozen": is_frozen(scheme.county_id, scheme.year), "terms": terms or TermsForm(scheme=scheme),
        "grades": grades or GradesForm(scheme=scheme), "sent": [form for form in (terms, grades) if form],
    }  # fmt: skip
    return render(request, "scoring/rules_settings.html", context, status=status_of(terms, grades))
