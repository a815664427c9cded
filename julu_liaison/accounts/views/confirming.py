"""Pages that ask for the password again: each wrong one counts, the fifth signs out and locks like at login."""

from django.contrib.auth import logout

from julu_liaison.accounts.lockout import count_failure, forget_failures, is_locked, one_guess
from julu_liaison.accounts.services import WrongPassword
from julu_liaison.accounts.views.signing_in import locked_out
from julu_liaison.common.errors import DomainError


def confirm_and_act(request, form, act):
    """Run `act(cleaned_data)` of a valid form. Returns (what it returned, None), or (None, the answer of a locked
    account), or (None, None) after putting the refusal beside the form's fields."""
    user = request.user
    with one_guess(request, user.username) as may:
        if not may or is_locked(request, user):
            return None, locked_out(request, credentials={"username": user.username})
        return _confirmed(request, form, act)


def _confirmed(request, form, act):
    try:
        outcome = act(form.cleaned_data)
    except WrongPassword as error:
        return None, _counted(request, form, error)
    except DomainError as error:
        put_beside_fields(form, error)
        return None, None
    forget_failures(request, request.user)
    return outcome, None


def _counted(request, form, error):
    user = request.user
    left = count_failure(request, user)
    if not left:
        logout(request)
        return locked_out(request, credentials={"username": user.username})
    for field in error.fields:
        form.add_error(field, f"现在的密码不对,再错{left}次就会退出登录,要等15分钟。")
    return None


def put_beside_fields(form, error: DomainError) -> None:
    for field, sentence in (error.fields or {"": error.message}).items():
        form.add_error(field if field in form.fields else None, sentence)
