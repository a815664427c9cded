"""Mail, one letter a connection."""

from contextlib import suppress
from dataclasses import dataclass
from smtplib import SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from julu_liaison.notices.services.wire.outcomes import ARRIVED, TIMEOUTS, Fate, Outcome

PRINTED = Outcome(Fate.ARRIVED, "这台机器没有设邮件,信只打印在后台。")


@dataclass(frozen=True)
class Letter:
    """A mail as it is to be read."""

    subject: str
    body: str
    headers: dict[str, str]


def has_mail_server() -> bool:
    """Whether letters leave this machine at all; without a server they are printed to its console at most."""
    return settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend"


def send_letter(letter: Letter, *, to: str, uid: UUID) -> Outcome:
    """Send one mail. Its Message-ID is made of `uid`, so that mail systems and people know a repeat."""
    if settings.PRODUCTION and not has_mail_server():
        return Outcome(Fate.NEVER, "系统还没有设置邮件服务器,请系统管理员设置好,再发一次。")
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{uid}@{host}>", "Auto-Submitted": "auto-generated"} | letter.headers
    mail = EmailMessage(letter.subject, letter.body, to=[to], headers=headers)
    mail.connection = get_connection(timeout=TIMEOUTS[1])
    try:
        mail.connection.open()
    except (SMTPException, OSError):
        return Outcome(Fate.LATER, "邮件服务器连不上,或者不认本系统的账号,请系统管理员检查。", is_down=True)
    try:
        return _handed_over(mail)
    finally:
        with suppress(SMTPException, OSError):  # what was said by then is said
            mail.connection.close()


def _handed_over(mail: EmailMessage) -> Outcome:
    try:
        mail.send()
    except SMTPRecipientsRefused as refusal:
        code = min(code for code, _words in refusal.recipients.values())
        return _by_code(code, f"对方邮箱没有收({code}),请本人到通知设置里核对邮箱。")
    except SMTPResponseException as refusal:
        return _by_code(refusal.smtp_code, f"邮件服务器没有收({refusal.smtp_code}),请系统管理员检查邮件设置。")
    except (SMTPNotSupportedError, ValueError):
        return Outcome(Fate.NEVER, "邮箱地址不对,请本人到通知设置里改。")
    except (SMTPException, OSError):
        return Outcome(Fate.UNCLEAR, "发到一半断了,不知道对方有没有收到。可以问问本人,没收到再发一次。")
    return ARRIVED if has_mail_server() else PRINTED


def _by_code(code: int, reason: str) -> Outcome:
    """SMTP answers 4xx where one may come again."""
    return Outcome(Fate.LATER if 400 <= code < 500 else Fate.NEVER, reason)
