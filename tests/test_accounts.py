"""Signing in: sessions that end and can be ended elsewhere, the second factor, guesses that lock, the account page."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.middleware import SessionMiddleware
from julu_liaison.accounts.models import ApiToken, Session, User
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.rules import address_of, device_in_words, plain_code
from julu_liaison.accounts.services import (
    begin_second_factor,
    change_password,
    confirm_second_factor,
    edit_account,
    end_session,
    issue_token,
    remove_second_factor,
    renew_password,
    verify_second_factor,
)
from julu_liaison.accounts.sessions import stored_key
from julu_liaison.accounts.tasks import forget_old_sign_ins
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.history import changes_of
from julu_liaison.common.models import AuditLog
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.services import remove_posted_second_factor
from stations.states import Role
from tests.cast import PASSWORD

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36"
)
WECHAT = "Mozilla/5.0 (Linux; Android 10; TEL-AN00a) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0 Mobile MicroMessenger/8.0"
NEW = "Another-pass-2026"
RECOVERY_CODE = r'<code class="num">([a-z2-9]{5}-[a-z2-9]{5})<'
BEGIN = {"begin-password": PASSWORD}  # what the page sends to begin setting up a second factor


def log_in(username="guanting", password=PASSWORD, client=None, **options):
    """Sign in by the form, in a browser of its own; returns (client, answer)."""
    client = client or Client()
    answer = client.post(reverse("login"), {"username": username, "password": password}, **options)
    return client, answer


def is_in(client) -> bool:
    return client.get(reverse("account")).status_code == 200


def code_of(account, steps=0) -> str:
    """The code that the account's phone shows `steps` half minutes from now (one ahead is accepted, too)."""
    device = TOTPDevice.objects.get(user=account)
    totp = TOTP(device.bin_key, drift=steps)
    return f"{totp.token():06d}"


def give_second_factor(account) -> list[str]:
    """Set a second factor up; returns the recovery codes. Codes of this half minute count again."""
    begin_second_factor(account=account, password=PASSWORD)
    codes = confirm_second_factor(account=account, code=code_of(account))
    forget_used_codes()
    return codes


def forget_used_codes():
    """Spare the tests the half minute until the next code, and the wait after a wrong one."""
    TOTPDevice.objects.update(last_t=-1, drift=0, throttling_failure_count=0, throttling_failure_timestamp=None)


def age_sessions(**back) -> None:
    for row in Session.objects.all():
        Session.objects.filter(pk=row.pk).update(
            last_seen_at=row.last_seen_at - timedelta(**back), expire_date=row.expire_date - timedelta(**back)
        )


def acts(account) -> list[str]:
    rows = AuditLog.objects.filter(target_kind="user", target_key=str(account.pk)).order_by("id")
    return list(rows.values_list("action", flat=True))


# --- Where one is signed in -------------------------------------------------------------------------------------


def test_session_knows_who_where_on_what_and_since_when(cast):
    log_in(HTTP_USER_AGENT=CHROME, REMOTE_ADDR="10.0.0.9")
    row = Session.objects.get(user=cast.clerk)
    assert (row.device, row.address) == ("Windows 上的 Chrome", "10.0.0.9")
    assert timezone.now() - row.started_at < timedelta(minutes=1) and row.last_seen_at >= row.started_at


def test_page_lists_the_places_and_marks_this_one(cast):
    issue_token(user=cast.clerk)
    log_in(HTTP_USER_AGENT=WECHAT, REMOTE_ADDR="10.0.0.7")
    here, _ = log_in(HTTP_USER_AGENT=CHROME)
    text = here.get(reverse("account")).text
    for words in (
        "Windows 上的 Chrome",
        "安卓手机 上的 微信",
        "10.0.0.7",
        "这一台",
        "接口令牌",
        "官亭镇人大代表联络站",
        "联络站工作人员",
    ):
        assert words in text
    assert text.count("这一台</span>") == 1
    for row in Session.objects.all():
        assert row.session_key not in text, "a key in a page could be stolen from it"


def test_after_a_wrong_password_one_types_the_password(cast, client):
    assert re.search(r'id="id_username"[^>]* autofocus', client.get(reverse("login")).text)
    _client, answer = log_in(password="wrong", client=client)
    assert re.search(r'id="id_password"[^>]* autofocus', answer.text) and answer.text.count(" autofocus") == 1


def test_the_database_has_no_key_that_signs_anybody_in(cast):
    """Whoever reads the table or a backup can put nothing of it into a cookie."""
    client, _answer = log_in()
    row, cookie = Session.objects.get(user=cast.clerk), client.cookies[settings.SESSION_COOKIE_NAME].value
    assert len(row.session_key) == len(stored_key(cookie)) == 40 and row.session_key == stored_key(cookie) != cookie
    for key in (row.session_key, cookie.upper()):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = key
        assert not is_in(thief)
    assert is_in(client)


def test_a_first_password_waits_in_no_cookie_and_ends_with_the_session(cast):
    """Where the page that shows it was never fetched, the next one at the computer does not see it either."""
    client, _answer = log_in("xian")
    renew = {"action": "renew_passwords", "_selected_action": str(cast.clerk.pk)}
    sent = client.post(reverse("admin:accounts_user_changelist"), renew)
    assert sent.status_code == 302 and set(sent.cookies) <= {settings.SESSION_COOKIE_NAME}
    client.post(reverse("logout"))
    assert "首次密码" not in client.get(reverse("login")).text
    assert "首次密码" not in log_in("yantuan", client=client)[0].get(reverse("home"), follow=True).text


def test_signing_out_one_place_ends_it_and_no_other_and_is_audited(cast):
    there, _ = log_in(HTTP_USER_AGENT=WECHAT, REMOTE_ADDR="10.0.0.7")
    third, _ = log_in()
    here, _ = log_in()
    mark = Session.objects.get(address="10.0.0.7").mark
    answer = here.post(reverse("account-sign-out"), {"session": mark}, follow=True)
    assert "安卓手机 上的 微信退出登录了" in answer.text
    assert not is_in(there) and is_in(third) and is_in(here)
    row = AuditLog.objects.get(action="end_session")
    assert row.actor == cast.clerk and row.detail == {"device": "安卓手机 上的 微信", "address": "10.0.0.7"}


def test_signing_out_everywhere_else_ends_tokens_too(cast, api_status):
    there, _ = log_in()
    key, _token = issue_token(user=cast.clerk)
    here, _ = log_in()
    answer = here.post(reverse("account-sign-out"), {"others": "1"}, follow=True)
    assert "别处的2个登录都退出了" in answer.text
    assert not is_in(there) and is_in(here) and api_status(key) == 401
    assert AuditLog.objects.get(action="end_other_sign_ins").detail == {"places": 2}


def test_a_token_is_revoked_from_the_page(cast, api_status):
    key, token = issue_token(user=cast.clerk)
    here, _ = log_in()
    assert "接口令牌作废了" in here.post(reverse("account-sign-out"), {"token": token.pk}, follow=True).text
    assert api_status(key) == 401 and "revoke_token" in acts(cast.clerk)


@pytest.mark.parametrize(
    "body", [{}, {"session": "x"}, {"token": "x"}, {"token": "9" * 30}, {"token": "9" * 5000}, {"token": "１"}]
)
def test_unknown_places_are_not_found(cast, body):
    here, _ = log_in()
    assert here.post(reverse("account-sign-out"), body).status_code == 404


def test_nobody_signs_somebody_else_out(cast):
    there, _ = log_in("yantuan")
    _key, token = issue_token(user=cast.stranger)
    here, _ = log_in()
    for body in ({"session": Session.objects.get(user=cast.stranger).mark}, {"token": token.pk}):
        assert here.post(reverse("account-sign-out"), body).status_code == 404
    assert is_in(there) and ApiToken.objects.filter(user=cast.stranger).exists()


@pytest.mark.parametrize(
    "end",
    [
        lambda cast: change_password(user=cast.clerk, old=PASSWORD, new=NEW),
        lambda cast: renew_password(account=cast.clerk, actor=cast.admin),
        lambda cast: edit_account(account=cast.clerk, actor=cast.admin, is_active=False),
    ],
    ids=["changed", "renewed", "stopped"],
)
def test_password_and_stopping_end_every_session_and_token_really(cast, end):
    there, _ = log_in()
    issue_token(user=cast.clerk)
    log_in("yantuan")
    end(cast)
    assert not Session.objects.filter(user=cast.clerk).exists() and not cast.clerk.api_tokens.exists()
    assert not is_in(there) and Session.objects.filter(user=cast.stranger).count() == 1


def test_changing_the_password_on_the_page_keeps_this_browser_only(cast):
    there, _ = log_in()
    here, _ = log_in()
    answer = here.post(reverse("password"), {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302 and is_in(here) and not is_in(there)
    assert Session.objects.filter(user=cast.clerk).count() == 1


def test_a_page_loading_while_its_session_is_ended_elsewhere_signs_nobody_in_again(cast, rf):
    here, _ = log_in()
    age_sessions(minutes=1)

    def page(request):
        assert request.session["_auth_user_id"] == str(cast.clerk.pk)
        end_session(session=Session.objects.get(user=cast.clerk), actor=cast.clerk)
        return HttpResponse()

    request = rf.get("/")
    request.COOKIES = {name: cookie.value for name, cookie in here.cookies.items()}
    answer = SessionMiddleware(page)(request)
    assert answer.url == reverse("login") and not Session.objects.exists() and not is_in(here)


@pytest.mark.parametrize(
    "cookie", ['"aaaaaaaa\\000"', "'; drop table", "x" * 5000, "１２３４".encode().decode("latin-1"), ""]
)
def test_any_cookie_may_come(client, db, cookie):
    answer = client.get(reverse("account"), HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}")
    assert answer.status_code == 302 and answer.url == "/login/?next=/account/"


def test_a_page_writes_the_session_once_a_minute_at_most(
    cast, django_assert_num_queries, django_assert_max_num_queries
):
    here, _ = log_in()
    page = reverse("notices")
    here.get(page)

    def writes(spent):
        return [query for query in spent.captured_queries if query["sql"].startswith("UPDATE")]

    with django_assert_max_num_queries(20) as quiet:
        here.get(page)
    assert writes(quiet) == []
    age_sessions(minutes=1)
    with django_assert_num_queries(len(quiet) + 3) as busy:  # savepoint, update, release: what every page cost before
        here.get(page)
    assert len(writes(busy)) == 1
    assert timezone.now() - Session.objects.get(user=cast.clerk).last_seen_at < timedelta(minutes=1)


def test_account_page_costs_the_same_for_one_place_and_for_three(cast, django_assert_max_num_queries):
    here, _ = log_in()
    spent = []
    for _turn in range(2):
        with django_assert_max_num_queries(20) as queries:
            here.get(reverse("account"))
        spent.append(len(queries))
        for _more in range(2):
            log_in()
            issue_token(user=cast.clerk)
    assert spent[0] == spent[1]


def test_ended_sessions_and_tokens_are_cleared_at_night_a_day_later(cast):
    for hours, kept in ((0, 1), (3, 1), (25, 1), (27, 0)):
        Session.objects.all().delete()
        ApiToken.objects.all().delete()
        log_in()
        age_sessions(hours=hours)
        _key, token = issue_token(user=cast.clerk, at=timezone.now() - settings.API_TOKEN_LIFETIME)
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(hours=hours - 2))
        forget_old_sign_ins()
        assert Session.objects.count() == kept == ApiToken.objects.count(), hours


def test_the_nightly_task_is_on_the_schedule():
    assert "julu_liaison.accounts.tasks.forget_old_sign_ins" in {
        row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()
    }


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Windows 上的 Chrome"),
        (f"{CHROME} Edg/120.0", "Windows 上的 Edge"),
        (f"{CHROME} QIHU 360SE", "Windows 上的 360浏览器"),
        (WECHAT, "安卓手机 上的 微信"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 14_0 like Mac OS X) Version/14.0 Mobile Safari/604.1",
            "苹果手机 上的 Safari",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "Linux 上的 火狐"),
        ("curl/8.0", "认不出的设备"),
        ("", "认不出的设备"),
    ],
)
def test_device_in_words(agent, words):
    assert device_in_words(agent) == words


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "1.2.3.4", "10.0.0.1"), (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"), (2, "1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "1.2.3.4", "1.2.3.4"), (1, "", "10.0.0.1"), (1, "'; drop", "10.0.0.1"), (1, "2001:db8::1", "2001:db8::1"),
    ],
)  # fmt: skip
def test_address_is_what_our_own_proxies_saw(rf, settings, proxies, header, address):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    assert address_of(request) == address


# --- Idle logout ------------------------------------------------------------------------------------------------


def test_a_session_ends_after_the_idle_minutes_and_not_before(cast, settings):
    settings.SESSION_IDLE_MINUTES = 30
    here, _ = log_in()
    age_sessions(minutes=29)
    assert is_in(here)
    age_sessions(minutes=29)
    assert is_in(here), "every page starts the half hour anew"
    age_sessions(minutes=30)
    assert not is_in(here)


def test_two_hours_unless_the_environment_says_otherwise():
    assert settings.SESSION_IDLE_MINUTES == 120


def test_login_page_says_so_only_when_a_session_ran_out_and_goes_back(cast):
    target = reverse("opinions") + "?state=open"
    here, _ = log_in()
    age_sessions(hours=2)
    sent = here.get(target)
    assert sent.status_code == 302 and sent.url == "/login/?next=/opinions/%3Fstate%3Dopen"
    page = here.get(sent.url)
    assert "登录已过期,您填的内容还在,请重新登录后继续" in page.text
    back = here.post(sent.url, {"username": "guanting", "password": PASSWORD, "next": page.context["next"]})
    assert back.status_code == 302 and back.url == target and is_in(here)


def test_login_page_says_nothing_of_it_otherwise(cast):
    target = reverse("login") + "?next=/opinions/"
    left, _ = log_in()
    left.post(reverse("logout"))
    ended, _ = log_in()
    Session.objects.filter(user=cast.clerk).delete()
    came_by_himself, _ = log_in("yantuan")
    age_sessions(hours=2)
    assert "登录已过期" not in came_by_himself.get(reverse("login")).text
    for client in (Client(), left, ended):
        text = client.get(target).text
        assert "登录已过期" not in text and "请先登录" in text


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_next_never_leads_elsewhere(cast, then):
    _client, answer = log_in()
    client = Client()
    answer = client.post(reverse("login"), {"username": "guanting", "password": PASSWORD, "next": then})
    assert answer.url == reverse("home")


# --- Passwords --------------------------------------------------------------------------------------------------


def test_first_login_sees_the_password_page_only_and_then_all(cast):
    User.objects.filter(pk=cast.clerk.pk).update(must_change_password=True)
    here, _ = log_in()
    for name in ("home", "account", "opinions", "second-factor"):
        assert here.get(reverse(name)).headers["Location"] == reverse("password")
    here.post(reverse("password"), {"old": PASSWORD, "new": NEW, "again": NEW})
    assert is_in(here)


@pytest.mark.parametrize(
    ("new", "words"),
    [("Ab1!xyz", "8"), ("abcdefgh1", "至少要有三种"), ("Guanting-1", "相似"), (PASSWORD, "不能和现在的密码一样")],
)
def test_plain_passwords_are_refused_in_words(cast, new, words):
    here, _ = log_in()
    answer = here.post(reverse("password"), {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 200 and words in answer.text
    cast.clerk.refresh_from_db()
    assert cast.clerk.check_password(PASSWORD)


def guess(client, old="nope", **options):
    return client.post(reverse("password"), {"old": old, "new": NEW, "again": NEW}, **options)


def test_five_wrong_old_passwords_end_the_session_and_lock_the_account_here(cast):
    here, _ = log_in(REMOTE_ADDR="10.0.0.9")
    for left in (4, 3, 2, 1):
        answer = guess(here, REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 200 and f"再错{left}次就会退出登录" in answer.text
    locked = guess(here, REMOTE_ADDR="10.0.0.9")
    assert locked.status_code == 429 and "要等15分钟" in locked.text
    assert not Session.objects.filter(user=cast.clerk).exists() and not is_in(here)
    assert log_in(REMOTE_ADDR="10.0.0.9")[1].status_code == 429
    assert log_in(REMOTE_ADDR="10.0.0.8")[1].status_code == 302
    assert log_in("yantuan", REMOTE_ADDR="10.0.0.9")[1].status_code == 302
    cast.clerk.refresh_from_db()
    assert cast.clerk.check_password(PASSWORD)


def test_the_right_password_forgets_the_wrong_ones(cast):
    here, _ = log_in()
    for _turn in range(4):
        guess(here)
    assert guess(here, PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_locked_account_cannot_be_guessed_on_in_an_open_session(cast):
    here, _ = log_in()
    for _turn in range(5):
        log_in(password="nope")
    answer = guess(here, PASSWORD)
    assert answer.status_code == 429 and is_in(here)
    cast.clerk.refresh_from_db()
    assert cast.clerk.check_password(PASSWORD)


def test_the_record_of_failures_holds_no_password_and_no_code(cast):
    give_second_factor(cast.clerk)
    here, _ = sign_in_fully(cast.clerk)
    guess(here, "Secret-old-1")
    here.post(reverse("second-factor-off"), {"off-password": "Secret-off-1"})
    here.post(reverse("second-factor-codes"), {"codes-password": "Secret-codes-1"})
    half, _ = log_in()
    half.post(reverse("login-code"), {"code": "secretcode"})
    kept = str(list(AccessAttempt.objects.values()))
    assert "Secret" not in kept and NEW not in kept and "secretcode" not in kept and "***" in kept


def test_the_lock_lasts_fifteen_minutes_however_often_one_tries(cast):
    for _turn in range(5):
        log_in(password="nope")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    _client, answer = log_in()
    opens = timezone.localtime(timezone.now() + timedelta(minutes=1))
    assert answer.status_code == 429
    assert f"{opens:%H:%M}" in answer.text or f"{opens - timedelta(minutes=1):%H:%M}" in answer.text
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15))
    assert log_in()[1].status_code == 302


# --- The second factor ------------------------------------------------------------------------------------------


def sign_in_fully(account, code=None, client=None, **fields):
    client, answer = log_in(account.username, client=client)
    assert answer.url.startswith(reverse("login-code"))
    forget_used_codes()
    answer = client.post(reverse("login-code"), {"code": code or code_of(account), **fields})
    return client, answer


def test_setting_up_shows_a_code_to_scan_and_to_type_and_eight_recovery_codes_once(cast):
    there, _ = log_in()
    here, _ = log_in()
    page = reverse("second-factor")
    assert "开始设置" in here.get(page).text and not TOTPDevice.objects.exists()
    refused = here.post(reverse("second-factor-begin"), {"begin-password": "wrong"})
    assert "密码不对" in refused.text and "<svg" not in refused.text and not TOTPDevice.objects.exists()
    assert here.post(reverse("second-factor-begin")).status_code == 200 and not TOTPDevice.objects.exists()
    shown = here.post(reverse("second-factor-begin"), BEGIN, follow=True)
    secret = re.search(r'class="secret num">([A-Z2-7 ]+)<', shown.text).group(1)
    assert "<svg" in shown.text and len(secret.replace(" ", "")) == 32
    assert "no-store" in shown["Cache-Control"]
    assert factor_of(cast.clerk) is None, "a secret nobody has confirmed does not count"
    done = here.post(page, {"code": code_of(cast.clerk)})
    codes = re.findall(RECOVERY_CODE, done.text)
    assert len(set(codes)) == 8 and "只显示这一次" in done.text and "no-store" in done["Cache-Control"]
    assert factor_of(cast.clerk) and is_in(here) and not is_in(there)
    again = here.get(page).text
    assert "已打开" in again and codes[0] not in again and secret not in again
    stored = str(list(StaticToken.objects.values_list("token", flat=True)))
    assert not any(code in stored or plain_code(code) in stored for code in codes)
    assert acts(cast.clerk)[-1] == "confirm_second_factor"


def test_a_wrong_first_code_sets_nothing_up(cast):
    here, _ = log_in()
    page = reverse("second-factor")
    early = here.post(page, {"code": "123456"})
    assert early.status_code == 409 and "请先点“开始设置”" in early.text
    here.post(reverse("second-factor-begin"), BEGIN)
    answer = here.post(page, {"code": "12ab"})
    assert "验证码不对" in answer.text and "<svg" in answer.text and factor_of(cast.clerk) is None
    assert "请等1秒再填" in here.post(page, {"code": code_of(cast.clerk)}).text


def test_password_alone_opens_no_page_but_the_code_page(cast):
    give_second_factor(cast.clerk)
    half, answer = log_in(client=Client(), username="guanting")
    assert answer.url == reverse("login-code")
    for name in ("account", "opinions", "station-home", "password", "second-factor", "notices"):
        sent = half.get(reverse(name))
        assert sent.status_code == 302 and sent.url.startswith(reverse("login"))
        assert half.get(sent.url).url.startswith(reverse("login-code"))
    assert half.post(reverse("second-factor-off"), {"off-password": PASSWORD}).url.startswith(reverse("login"))
    assert factor_of(cast.clerk)
    assert cast.clerk.name in half.get(reverse("login-code")).text
    assert not Session.objects.filter(user=cast.clerk).exists()


def test_the_code_signs_in_and_keeps_where_one_wanted_to_go(cast):
    give_second_factor(cast.clerk)
    client = Client()
    sent = client.post(
        reverse("login"), {"username": "guanting", "password": PASSWORD, "next": "/opinions/?state=open"}
    )
    page = client.get(sent.url)
    assert page.context["next"] == "/opinions/?state=open"
    answer = client.post(sent.url, {"code": code_of(cast.clerk), "next": page.context["next"]})
    assert answer.url == "/opinions/?state=open" and is_in(client)


def test_full_width_digits_and_blanks_are_fine(cast):
    give_second_factor(cast.clerk)
    code = code_of(cast.clerk)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    _client, answer = sign_in_fully(cast.clerk, f" {wide[:3]} {wide[3:]} ")
    assert answer.url == reverse("home")


def test_a_code_works_once(cast):
    give_second_factor(cast.clerk)
    code = code_of(cast.clerk)
    sign_in_fully(cast.clerk, code)
    other, _ = log_in()
    assert "已经用过了" in other.post(reverse("login-code"), {"code": code}).text


def test_a_recovery_code_works_once_and_says_how_many_are_left(cast):
    codes = give_second_factor(cast.clerk)
    client, answer = sign_in_fully(cast.clerk, codes[0].upper())
    assert answer.status_code == 302
    assert "还剩7个" in client.get(reverse("account")).text
    assert acts(cast.clerk)[-2:] == ["use_recovery_code", "sign_in"]
    _client, again = sign_in_fully(cast.clerk, codes[0])
    assert again.status_code == 200 and "验证码不对" in again.text


def test_five_wrong_codes_lock_like_five_wrong_passwords(cast):
    give_second_factor(cast.clerk)
    half, _ = log_in()
    for left in (4, 3, 2, 1):
        forget_used_codes()
        assert f"再错{left}次要等15分钟" in half.post(reverse("login-code"), {"code": "000000"}).text
    forget_used_codes()
    locked = half.post(reverse("login-code"), {"code": "000000"})
    assert locked.status_code == 429 and re.search(r"\d\d:\d\d</b>以后再来", locked.text)
    forget_used_codes()
    assert half.post(reverse("login-code"), {"code": code_of(cast.clerk)}).status_code == 429
    assert log_in()[1].status_code == 429
    assert log_in(REMOTE_ADDR="10.0.0.8")[1].status_code == 302


def test_the_right_password_does_not_forget_wrong_codes(cast):
    give_second_factor(cast.clerk)
    for _turn in range(4):
        forget_used_codes()
        log_in()[0].post(reverse("login-code"), {"code": "000000"})
    assert AccessAttempt.objects.get().failures_since_start == 4
    client, _answer = sign_in_fully(cast.clerk)
    assert is_in(client) and not AccessAttempt.objects.exists()


def test_after_a_wrong_code_the_wait_is_told_and_not_counted(cast):
    give_second_factor(cast.clerk)
    half, _ = log_in()
    half.post(reverse("login-code"), {"code": "000000"})
    answer = half.post(reverse("login-code"), {"code": code_of(cast.clerk)})
    assert "请等1秒再填" in answer.text and AccessAttempt.objects.get().failures_since_start == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda account: renew_password(account=account, actor=None),
        lambda account: edit_account(account=account, actor=None, is_active=False),
    ],
    ids=["password renewed", "account stopped"],
)
def test_half_a_sign_in_ends_with_the_password_and_the_account(cast, spoil):
    give_second_factor(cast.clerk)
    half, _ = log_in()
    spoil(cast.clerk)
    assert half.get(reverse("login-code")).url == reverse("login")


def test_half_a_sign_in_lasts_ten_minutes(cast):
    give_second_factor(cast.clerk)
    half, _ = log_in()
    session = half.session
    session["half_signed_in"] |= {"at": session["half_signed_in"]["at"] - 601}
    session.save()
    assert half.get(reverse("login-code")).url == reverse("login")


def test_another_account_may_be_chosen_instead(cast):
    give_second_factor(cast.clerk)
    half, _ = log_in()
    assert half.post(reverse("login-code"), {"back": "1"}).url == reverse("login")
    assert half.get(reverse("login")).status_code == 200
    assert log_in("yantuan", client=half)[1].url == reverse("home")


def test_code_page_without_a_password_before_leads_to_the_login(client, cast):
    assert client.get(reverse("login-code")).url == reverse("login")
    assert client.post(reverse("login-code"), {"code": "123456"}).url == reverse("login")


def test_a_session_that_came_round_the_code_is_none(cast, signed_in):
    give_second_factor(cast.clerk)
    client = signed_in(cast.clerk)
    assert client.get(reverse("second-factor")).url == reverse("login")
    assert not is_in(client)


def test_switching_off_needs_the_password_and_signs_out_elsewhere(cast):
    give_second_factor(cast.clerk)
    there, _ = sign_in_fully(cast.clerk)
    here, _ = sign_in_fully(cast.clerk)
    off = reverse("second-factor-off")
    assert "再错4次" in here.post(off, {"off-password": "nope"}).text and factor_of(cast.clerk)
    assert here.post(off, {"off-password": PASSWORD}).url == reverse("account")
    assert factor_of(cast.clerk) is None and not StaticToken.objects.exists()
    assert is_in(here) and not is_in(there) and acts(cast.clerk)[-1] == "switch_off_second_factor"
    assert log_in()[1].url == reverse("home")


@pytest.mark.parametrize(
    ("name", "field"), [("second-factor-off", "off-password"), ("second-factor-codes", "codes-password")]
)
def test_five_wrong_passwords_there_end_the_session_and_lock(cast, name, field):
    give_second_factor(cast.clerk)
    here, _ = sign_in_fully(cast.clerk)
    answers = [here.post(reverse(name), {field: "nope"}).status_code for _turn in range(5)]
    assert answers == [200, 200, 200, 200, 429] and not is_in(here)
    assert factor_of(cast.clerk) and log_in()[1].status_code == 429


def test_new_recovery_codes_end_the_old(cast):
    old = give_second_factor(cast.clerk)
    here, _ = sign_in_fully(cast.clerk)
    page = here.post(reverse("second-factor-codes"), {"codes-password": PASSWORD}).text
    new = re.findall(RECOVERY_CODE, page)
    assert len(new) == 8 and not set(new) & set(old)
    with pytest.raises(DomainError):
        verify_second_factor(account=cast.clerk, code=old[0])
    assert acts(cast.clerk)[-1] == "renew_recovery_codes"


def test_a_second_one_is_not_set_up_over_the_first(cast):
    give_second_factor(cast.clerk)
    with pytest.raises(Conflict):
        begin_second_factor(account=cast.clerk, password=PASSWORD)


# --- Demanded by role -------------------------------------------------------------------------------------------


@pytest.fixture
def demanded(settings):
    """Clerks must have a second factor."""
    settings.TOTP_ROLES = [Role.CLERK]


def test_a_role_that_demands_it_sees_the_set_up_page_only(cast, demanded):
    here, _ = log_in()
    for name in ("home", "account", "opinions", "password"):
        assert here.get(reverse(name)).headers["Location"] == reverse("second-factor")
    assert "您的岗位要求有第二步验证" in here.get(reverse("second-factor")).text
    here.post(reverse("second-factor-begin"), BEGIN)
    here.post(reverse("second-factor"), {"code": code_of(cast.clerk)})
    assert is_in(here)
    assert (
        "您的岗位要求有第二步验证,不能取消" in here.post(reverse("second-factor-off"), {"off-password": PASSWORD}).text
    )
    assert factor_of(cast.clerk)


def test_other_roles_and_former_clerks_are_left_alone(cast, demanded):
    assert is_in(log_in("xian")[0])
    cast.clerk.postings.update(ended_on=today_here() - timedelta(days=1))
    assert is_in(log_in()[0])


def test_the_new_password_comes_before_the_second_factor(cast, demanded):
    User.objects.filter(pk=cast.clerk.pk).update(must_change_password=True)
    here, _ = log_in()
    assert here.get(reverse("home")).url == reverse("password")
    here.post(reverse("password"), {"old": PASSWORD, "new": NEW, "again": NEW})
    assert here.get(reverse("home")).url == reverse("second-factor")


def test_whoever_has_given_a_code_is_not_asked_again(cast, demanded):
    give_second_factor(cast.clerk)
    assert is_in(sign_in_fully(cast.clerk)[0])


def test_no_rule_is_asked_where_no_role_demands_it(cast, settings):
    settings.SECOND_FACTOR_RULE = "nowhere.at_all"
    assert is_in(log_in()[0])


# --- The API ----------------------------------------------------------------------------------------------------

TOKEN = "/api/v1/auth/token/"


@pytest.fixture
def api_status(client):
    def ask(key) -> int:
        return client.get("/api/v1/stations/", HTTP_AUTHORIZATION=f"Token {key}").status_code

    return ask


def ask_token(**fields):
    body = {"username": "guanting", "password": PASSWORD} | fields
    return Client().post(TOKEN, body, content_type="application/json")


def test_api_asks_for_the_code_too(cast, api_status):
    give_second_factor(cast.clerk)
    for blank in ({}, {"code": ""}, {"code": "  "}):
        missing = ask_token(**blank)
        assert missing.status_code == 400 and "6位验证码" in missing.json()["errors"]["code"]
    assert not AccessAttempt.objects.exists()
    wrong = ask_token(code="000000")
    assert wrong.status_code == 401 and "验证码不对" in wrong.json()["errors"]["code"]
    wait = ask_token(code=code_of(cast.clerk))
    assert wait.status_code == 429 and "请等1秒再填" in wait.json()["detail"]
    forget_used_codes()
    issued = ask_token(code=code_of(cast.clerk))
    assert issued.status_code == 200 and api_status(issued.json()["token"]) == 200


def test_api_without_a_second_factor_needs_no_code(cast):
    assert ask_token().status_code == 200 == ask_token(code="123456").status_code


def test_five_wrong_codes_lock_the_api_too(cast):
    give_second_factor(cast.clerk)
    statuses = []
    for _turn in range(5):
        forget_used_codes()
        statuses.append(ask_token(code="000000").status_code)
    assert statuses == [401, 401, 401, 401, 429]
    forget_used_codes()
    assert ask_token(code=code_of(cast.clerk)).status_code == 429
    assert not ApiToken.objects.exists()


def test_api_is_closed_to_a_role_that_has_yet_to_set_it_up(cast, settings, api_status):
    key, _token = issue_token(user=cast.clerk)
    settings.TOTP_ROLES = [Role.CLERK]
    assert ask_token().status_code == 403 and "第二步验证" in ask_token().json()["detail"]
    assert api_status(key) == 403
    give_second_factor(cast.clerk)
    key = ask_token(code=code_of(cast.clerk)).json()["token"]
    assert api_status(key) == 200


# --- A lost phone -----------------------------------------------------------------------------------------------


def test_the_county_takes_a_lost_second_factor_off(cast):
    give_second_factor(cast.clerk)
    here, _ = sign_in_fully(cast.clerk)
    remove_posted_second_factor(account=cast.clerk, actor=cast.admin, reason="手机丢了,本人当面申请")
    assert factor_of(cast.clerk) is None and not is_in(here)
    row = AuditLog.objects.get(action="remove_second_factor")
    assert row.actor == cast.admin and row.detail == {"username": "guanting", "reason": "手机丢了,本人当面申请"}
    assert log_in()[1].url == reverse("home")


def test_who_may_not_and_what_is_not_there(cast):
    for account in (cast.clerk, cast.admin):
        give_second_factor(account)
    for actor, account in ((cast.staff, cast.clerk), (cast.clerk, cast.clerk), (cast.admin, cast.admin)):
        with pytest.raises(NotAllowed):
            remove_posted_second_factor(account=account, actor=actor, reason="手机丢了")
    with pytest.raises(DomainError, match="请写明原因"):
        remove_posted_second_factor(account=cast.clerk, actor=cast.admin, reason=" ")
    with pytest.raises(Conflict):
        remove_second_factor(account=cast.stranger, actor=cast.admin, reason="手机丢了")


def test_admin_takes_it_off_with_a_reason(cast, signed_in):
    give_second_factor(cast.clerk)
    client = signed_in(cast.admin)
    address = reverse("admin:accounts_user_changelist")
    body = {"action": "remove_second_factors", "_selected_action": [cast.clerk.pk]}
    assert "请写明原因" in client.post(address, body, follow=True).text and factor_of(cast.clerk)
    answer = client.post(address, body | {"reason": "手机丢了"}, follow=True)
    assert "第二步验证取消了" in answer.text and factor_of(cast.clerk) is None


# --- History, and accounts that are not there -------------------------------------------------------------------


def test_history_tells_who_changed_what_and_nothing_of_logins_and_passwords(cast):
    edit_account(account=cast.clerk, actor=cast.admin, phone="19900001111")
    versions = cast.clerk.history.count()
    log_in()
    cast.clerk.refresh_from_db()
    assert cast.clerk.last_login and cast.clerk.history.count() == versions
    renew_password(account=cast.clerk, actor=cast.admin)
    renewed, edited, opened = changes_of(cast.clerk)
    assert (edited.actor, edited.kind) == (cast.admin, "修改")
    assert [(one.title, one.before, one.after) for one in edited.differences] == [("手机", "", "19900001111")]
    assert {one.title for one in renewed.differences} == {"下次登录改密码", "上次改密码"}
    assert opened.kind == "新增"
    assert not {"password", "last_login"} & {field.name for field in cast.clerk.history.model._meta.get_fields()}


@pytest.mark.django_db
def test_a_fresh_installation_has_no_account_at_all(capsys):
    call_command("prepare", verbosity=0)
    assert User.objects.count() == 0 and not Station.objects.exists()


@pytest.mark.django_db
def test_the_empty_demo_county_has_no_deputies_accounts(capsys):
    call_command("seed_demo", stage="empty")
    assert not User.objects.filter(username__in=["zhanzhang", "daibiao"]).exists()
    assert not User.objects.filter(postings__role__in=[Role.BRANCH_HEAD, Role.DEPUTY]).exists()


@pytest.mark.django_db
def test_demo_password_opens_nothing_outside_demo_data(cast):
    for account in User.objects.all():
        assert not account.check_password("Julu-demo-2026")
