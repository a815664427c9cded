"""The second factor (第二步验证): a code that changes every 30 seconds (TOTP), and recovery codes for a lost phone.

django-otp keeps the devices and checks the codes; recovery codes are stored as digests only.
"""

import secrets
from datetime import datetime
from math import ceil

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from julu_liaison.accounts.models import User
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.rules import plain_code
from julu_liaison.accounts.services.passwords import FIRST_PASSWORD_SIGNS, demand_password
from julu_liaison.accounts.services.sessions import end_sign_ins
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError

RECOVERY_CODES = 8
DIGITS = 6


class WrongCode(DomainError):
    """The code does not fit; doors count these like wrong passwords."""


class CodeWait(DomainError):
    """After wrong codes one has to wait a little; the code was not looked at (429)."""

    status = 429
    title = "请等一会儿再填验证码"


@transaction.atomic
def begin_second_factor(*, account: User, password: str) -> TOTPDevice:
    """Give the account a fresh secret, which counts only when a code from it has been confirmed.

    Asks for the password: whoever finds the computer unlocked could otherwise lock its owner out. Raises WrongPassword.
    """
    demand_password(account, password)
    if factor_of(account):
        raise Conflict("第二步验证已经设好了。要换手机,请先取消,再重新设。")
    TOTPDevice.objects.filter(user=account).delete()
    return TOTPDevice.objects.create(user=account, name="手机验证器", confirmed=False)


def confirm_second_factor(*, account: User, code: str, keep: str = "") -> list[str]:
    """Switch the second factor on by a first code; returns the recovery codes, which are shown once.

    Ends every other place where the account is signed in: nobody there has given a code. Raises WrongCode, CodeWait.
    """
    device = TOTPDevice.objects.filter(user=account, confirmed=False).first()
    if device is None:
        raise Conflict("请先点“开始设置”。")
    _demand_code(device, plain_code(code))
    with transaction.atomic():
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        codes = _fresh_recovery_codes(account)
        end_sign_ins(account, keep=keep)
        audit.record("confirm_second_factor", actor=account, target=account)
    return codes


def verify_second_factor(*, account: User, code: str) -> int | None:
    """Accept a code of the phone or a recovery code, each once; returns how many recovery codes are left after one
    was used, else None. Raises WrongCode, CodeWait.

    Not one transaction: a refused code must leave its mark (the wait grows with every one).
    """
    typed = plain_code(code)
    if len(typed) == DIGITS and typed.isdigit():
        device = factor_of(account)
        if device is None:
            raise WrongCode("验证码不对,请重新填写。", fields={"code": "验证码不对"})
        _demand_code(device, typed)
        return None
    device, _ = StaticDevice.objects.get_or_create(user=account, defaults={"name": "恢复码"})
    _demand_code(device, _digest(typed))
    left = StaticToken.objects.filter(device=device).count()
    audit.record("use_recovery_code", actor=account, target=account, left=left)
    return left


@transaction.atomic
def renew_recovery_codes(*, account: User, password: str) -> list[str]:
    """Make new recovery codes; the old ones no longer count. Raises WrongPassword."""
    demand_password(account, password)
    if not factor_of(account):
        raise Conflict("还没有设第二步验证,请先设好。")
    audit.record("renew_recovery_codes", actor=account, target=account)
    return _fresh_recovery_codes(account)


@transaction.atomic
def switch_off_second_factor(*, account: User, password: str, keep: str = "") -> None:
    """Do without the second factor from now on. Raises WrongPassword."""
    demand_password(account, password)
    _forget_devices(account)
    end_sign_ins(account, keep=keep)
    audit.record("switch_off_second_factor", actor=account, target=account)


@transaction.atomic
def remove_second_factor(*, account: User, actor, reason: str) -> None:
    """Take a lost second factor off somebody's account; signed out everywhere, since the phone may be in other hands.

    Who may is decided by callers who know the postings.
    """
    if not reason.strip():
        raise DomainError("请写明原因,例如:手机丢了,本人当面申请。", fields={"reason": "请写明原因"})
    if not factor_of(account):
        raise Conflict(f"{account.name}的账号没有设第二步验证,不用取消。")
    _forget_devices(account)
    end_sign_ins(account)
    audit.record("remove_second_factor", actor=actor, target=account, username=account.username, reason=reason.strip())


def _forget_devices(account: User) -> None:
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=account).delete()


def _demand_code(device: Device, code: str) -> None:
    """Let the device look at the code, one at a time. Raises CodeWait while it takes none, WrongCode."""
    with transaction.atomic():
        device = type(device).objects.select_for_update().get(pk=device.pk)
        allowed, state = device.verify_is_allowed()
        accepted = allowed and device.verify_token(code)
    if not allowed:
        sentence = f"刚才的码填错了,请等{_seconds_until(state['locked_until'])}秒再填。"
        raise CodeWait(sentence, fields={"code": sentence})
    if not accepted:
        sentence = "验证码不对,或者已经用过了,请等手机上换了下一个再填。"
        raise WrongCode(sentence, fields={"code": sentence})


def _seconds_until(moment: datetime) -> int:
    return max(1, ceil((moment - timezone.now()).total_seconds()))


def _fresh_recovery_codes(account: User) -> list[str]:
    device, _ = StaticDevice.objects.get_or_create(user=account, defaults={"name": "恢复码"})
    device.token_set.all().delete()
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(plain_code(code))) for code in codes)
    return codes


def _recovery_code() -> str:
    """Return e.g. `kq2mx-4np8w`: 10 of 31 signs, 49 random bits."""
    return "-".join("".join(secrets.choice(FIRST_PASSWORD_SIGNS) for _ in range(5)) for _ in range(2))


def _digest(code: str) -> str:
    """Return what is stored of a recovery code: 64 bits under the installation's secret, as the column is short."""
    return salted_hmac("recovery-code", code, algorithm="sha256").hexdigest()[:16]
