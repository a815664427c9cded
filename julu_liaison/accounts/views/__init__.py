"""Sign in and out, passwords, one's own account and its second factor, how pages look."""

from julu_liaison.accounts.views.account import account, account_sign_out
from julu_liaison.accounts.views.password import password
from julu_liaison.accounts.views.second_factor import (
    second_factor,
    second_factor_begin,
    second_factor_codes,
    second_factor_off,
)
from julu_liaison.accounts.views.signing_in import CodeStep, SignIn, locked_out, mode

__all__ = [
    "CodeStep",
    "SignIn",
    "account",
    "account_sign_out",
    "locked_out",
    "mode",
    "password",
    "second_factor",
    "second_factor_begin",
    "second_factor_codes",
    "second_factor_off",
]
