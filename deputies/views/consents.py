"""Recording and withdrawing a deputy's consent; the forms stand on the deputy's page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from deputies.forms import ConsentForm, SubjectForm, WithdrawalForm
from deputies.permissions import can_withdraw_consent
from deputies.services import record_consent, withdraw_consent
from deputies.services.consents import SUBJECTS
from deputies.views.people import deputy_page, visible_deputy
from julu_liaison.common.errors import DomainError, NotAllowed, NotFound


@dataclass(frozen=True)
class Deed:
    """One of the two things that can be done: its form, the service, and the words afterwards."""

    form: type[SubjectForm]
    service: Callable
    done: str


DEEDS = {
    "record": Deed(ConsentForm, record_consent, "同意公开{}已登记。"),
    "withdraw": Deed(WithdrawalForm, withdraw_consent, "已撤回,不再公开{}。"),
}


@require_POST
@login_required
def consent(request, code, subject):
    """`do`: record (day and evidence) or withdraw (reason). What needs mending comes back on the deputy's page."""
    person = visible_deputy(request.user, code)
    if subject not in SUBJECTS:
        raise NotFound("没有找到这一页。")
    if not can_withdraw_consent(request.user, person):
        raise NotAllowed("同意公开由县人大办公室或代表所在的联络站登记;撤回也可以由代表本人办。")
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise DomainError("请回到代表的页面,选登记或撤回。")
    form = deed.form(request.POST, subject=subject)
    if form.is_valid():
        try:
            deed.service(deputy=person, subject=subject, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            if not error.fields:
                raise
            for name, sentence in error.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
    if form.errors:
        return deputy_page(request, person, refused=form, status=400)
    messages.success(request, deed.done.format(SUBJECTS[subject]))
    return redirect("deputy", code=person.code)
