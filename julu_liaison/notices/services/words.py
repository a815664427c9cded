"""What messages say. Only a text that is fit for outside leaves the house; of any other its kind and how many there are."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from julu_liaison.notices.models import Notice
from julu_liaison.notices.services.subscriptions import stop_token
from julu_liaison.notices.services.wire import Letter
from julu_liaison.notices.signals import way_in_wanted
from julu_liaison.notices.states import MANDATORY, Kind

MOST_IN_SMS = 210  # characters: three text messages; what is longer is only counted
SIGN_IN = "请登录平台查看。"


def lines_of(notices: Sequence[Notice], *, linked_at: datetime | None = None) -> list[str]:
    """Return what may be said outside, a line each: the fit texts, then how many of which kind besides.

    `linked_at`: under a fit text stands where it leads as of then, which only its reader can open.
    """
    counted = Counter(notice.kind for notice in notices if not notice.fit_for_outside)
    return [
        *[notice.text + (_opened(notice, linked_at) if linked_at else "") for notice in notices if notice.fit_for_outside],
        *[f"您有{_number(count)}“{Kind(kind).label}”通知,{SIGN_IN}" for kind, count in counted.items()],
    ]


def text_message(notices: Sequence[Notice]) -> str:
    """Return the words of a text message; the service puts its own signature before them."""
    lines = lines_of(notices)
    if len(lines) == 1:
        return lines[0]
    whole = "\n".join([f"您有{len(notices)}条通知:", *_numbered(lines)])
    return whole if len(whole) <= MOST_IN_SMS else f"您有{len(notices)}条通知({_kinds(notices)}),{SIGN_IN}"


def group_post(notices: Sequence[Notice]) -> str:
    """Return what a group reads, with the way there under it."""
    return "\n".join(part for notice in notices for part in (notice.text, _there(notice)) if part)


def letter_of(*, user, notices: Sequence[Notice], at: datetime) -> Letter:
    """Return the mail to `user`: plain text, with the links that turn its kinds off."""
    stops = [(kind, _stop_link(user, kind)) for kind in dict.fromkeys(notice.kind for notice in notices)]
    stops = [(kind, link) for kind, link in stops if link]
    return Letter(_subject(notices), _body(notices, stops, at), _headers([link for _kind, link in stops]))


def _number(count: int) -> str:
    return "一条" if count == 1 else f"{count}条"


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def _kinds(notices: Sequence[Notice]) -> str:
    counted = Counter(notice.kind for notice in notices)
    return "、".join(f"{Kind(kind).label}{count}条" for kind, count in counted.items())


def _opened(notice: Notice, at: datetime) -> str:
    ways = [way for _listener, way in way_in_wanted.send(Notice, notice=notice, at=at) if way]
    return f"\n   {settings.SITE_URL}{ways[0] if ways else reverse('notice-open', args=[notice.pk])}"


def _there(notice: Notice) -> str:
    return settings.SITE_URL + notice.link if notice.link else ""


def _subject(notices: Sequence[Notice]) -> str:
    kinds = {notice.kind for notice in notices}
    what = f"“{Kind(kinds.pop()).label}”通知" if len(kinds) == 1 else "通知"
    return f"人大代表联络:{len(notices)}条{what}"


def _body(notices: Sequence[Notice], stops: list[tuple[str, str]], at: datetime) -> str:
    lines = lines_of(notices, linked_at=at)
    said = lines if len(lines) == 1 else [f"您有{len(notices)}条通知:", *_numbered(lines)]
    inbox, choice = (settings.SITE_URL + reverse(name) for name in ("notices", "notice-settings"))
    return "\n".join(
        [
            "您好:", "", *said, "", "登录平台查看:", inbox, "", "--",
            *[f"不再收“{Kind(kind).label}”的邮件和短信:\n{link}" for kind, link in stops],
            f"改邮箱,或者改成每天一封:\n{choice}", "这封邮件是系统自动发的,请不要回复。", "",
        ]
    )  # fmt: skip


def _stop_link(user, kind: str) -> str:
    if kind in MANDATORY:
        return ""
    return settings.SITE_URL + reverse("notice-stop", args=[stop_token(user=user, kind=kind)])


def _headers(links: list[str]) -> dict[str, str]:
    """RFC 2369; one press of the mail program (RFC 8058) where one link over https says it all."""
    if not links:
        return {}
    named = {"List-Unsubscribe": ", ".join(f"<{link}>" for link in links)}
    if len(links) == 1 and links[0].startswith("https://"):
        named["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return named
