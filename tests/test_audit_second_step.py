"""The second step of signing in leaves rows of the audit trail, right or wrong."""

import pytest
from django_otp.oath import TOTP

from julu_liaison.accounts.services import begin_second_factor, confirm_second_factor
from tests.cast import PASSWORD
from tests.test_audit_coverage import post, trail


@pytest.mark.django_db
def test_the_second_step_leaves_rows_too(cast):
    device = begin_second_factor(account=cast.clerk, password=PASSWORD)
    totp = TOTP(device.bin_key)
    codes = confirm_second_factor(account=cast.clerk, code=f"{totp.token():06d}")
    for typed, expected in (("000000", ["fail_sign_in"]), (codes[0], ["use_recovery_code", "sign_in"])):
        before = len(trail("action"))
        client, _answer = post("login", {"username": "guanting", "password": PASSWORD})
        assert trail("action")[before:] == []  # half in is not in
        post("login-code", {"code": typed}, client)
        assert [action for (action,) in trail("action")[before:]] == expected
    assert trail("detail__way")[-1] == ("recovery_code",)
