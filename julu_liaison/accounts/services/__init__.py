"""Writes of the accounts app: accounts, passwords, second factors, where one is signed in, API keys."""

from julu_liaison.accounts.services.accounts import edit_account, open_account
from julu_liaison.accounts.services.passwords import WrongPassword, change_password, first_password, renew_password
from julu_liaison.accounts.services.second_factor import (
    CodeWait,
    WrongCode,
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    switch_off_second_factor,
    verify_second_factor,
)
from julu_liaison.accounts.services.sessions import end_other_sign_ins, end_session, forget_sign_ins
from julu_liaison.accounts.services.tokens import issue_token, revoke_token, token_digest

__all__ = [
    "CodeWait",
    "WrongCode",
    "WrongPassword",
    "begin_second_factor",
    "change_password",
    "confirm_second_factor",
    "edit_account",
    "end_other_sign_ins",
    "end_session",
    "first_password",
    "forget_sign_ins",
    "issue_token",
    "open_account",
    "remove_second_factor",
    "renew_password",
    "renew_recovery_codes",
    "revoke_token",
    "switch_off_second_factor",
    "token_digest",
    "verify_second_factor",
]
