"""Whatever is taken away or printed leaves a row of the audit trail, and so does the second step of signing in."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP

from julu_liaison.accounts.services import begin_second_factor, confirm_second_factor
from julu_liaison.common.models import AuditLog
from tests.cast import PASSWORD
from tests.test_access_matrix import arguments, page_names
from tests.test_audit_coverage import post, trail


@pytest.mark.django_db
def test_the_second_step_leaves_rows_too(cast):
    device = begin_second_factor(account=cast.clerk)
    totp = TOTP(device.bin_key)
    codes = confirm_second_factor(account=cast.clerk, code=f"{totp.token():06d}")
    for typed, expected in (("000000", ["fail_sign_in"]), (codes[0], ["use_recovery_code", "sign_in"])):
        before = len(trail("action"))
        client, _answer = post("login", {"username": "guanting", "password": PASSWORD})
        assert trail("action")[before:] == []  # half in is not in
        post("login-code", {"code": typed}, client)
        assert [action for (action,) in trail("action")[before:]] == expected
    assert trail("detail__way")[-1] == ("recovery_code",)


# ---- What is taken away or printed -------------------------------------------------------------------------------------

FORMATS = ("", "format=xlsx", "format=csv", "format=docx", "picture=1")
# What is handed out without a row, and why.
SILENT = {
    "calendar-feed": "asked for every hour by telephones; opening and revoking the address is recorded",
    "console-import-template": "an empty form with names of places",
    "deputy-photo": "a picture on public pages, or on a page of whoever keeps the file",
    "deputy-photo-edit": "",
    "duty-log-photo": "a picture on the log's page",
    "glyph": "the picture of a character",
    "edition-preview": "recorded once a day",
}
PAPERS = ("roster-print", "sunday-print", "visit-print")


def _files(answer) -> bool:
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code == 200 and not kind.startswith(("text/html", "application/json"))


def _takings(cast, role) -> Iterator[tuple[str, str, int]]:
    """(page, query, rows that it left) of everything that answers with a file, and of pages made for paper."""
    places = arguments(cast)
    for name in sorted(page_names() - {"admin:jsi18n"}):
        for args in places.get(name, {"-": ()}).values():
            for query in FORMATS:
                client = Client(raise_request_exception=False)
                client.force_login(getattr(cast, role), backend="django.contrib.auth.backends.ModelBackend")
                with transaction.atomic():
                    before = AuditLog.objects.count()
                    answer = client.get(f"{reverse(name, args=args)}?{query}")
                    left = AuditLog.objects.count() - before
                    transaction.set_rollback(True)
                if _files(answer) or (name in PAPERS and answer.status_code == 200):
                    yield name, query, left
                elif not query and answer.status_code != 200:
                    break


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("role", ["admin", "auditor", "clerk"])
def test_everything_that_is_taken_away_or_printed_leaves_a_row(cast, media, role):
    found = list(_takings(cast, role))
    silent = sorted({f"{name}?{query}" for name, query, left in found if not left and name not in SILENT})
    assert silent == []
    assert len({name for name, _query, _left in found}) > {"admin": 15, "auditor": 12, "clerk": 15}[role]


