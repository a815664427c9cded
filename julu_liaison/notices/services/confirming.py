"""The mail that asks whether an address is really its owner's."""

from uuid import uuid4

from django.conf import settings
from django.urls import reverse

from julu_liaison.notices.models import Subscription
from julu_liaison.notices.services.subscriptions import CONFIRMING, mail_token
from julu_liaison.notices.services.wire import Letter, Outcome, send_letter

SUBJECT = "请确认您的邮箱"
BODY = """您好:

有人在人大代表联络平台把这个邮箱填成了接收通知的邮箱。是您本人填的,请打开下面的链接,点“确认”:

{link}

链接{days}天内有效。不是您填的,不用理会,以后不会再收到邮件。
"""


def send_confirmation(*, subscription: Subscription) -> Outcome:
    """Send the confirming mail to the address that is not confirmed yet; returns how that went.

    Called outside of transactions: what was chosen is saved, whatever becomes of the mail.
    """
    link = settings.SITE_URL + reverse("notice-mail-confirm", args=[mail_token(subscription)])
    letter = Letter(SUBJECT, BODY.format(link=link, days=CONFIRMING.days), {})
    return send_letter(letter, to=subscription.email, uid=uuid4())
