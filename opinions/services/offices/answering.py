"""An officer signs for, answers or returns one ticket by the link in a notice, without signing in."""

import re
from datetime import datetime

from django.db import transaction

from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.second_step import must_set_up
from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed
from opinions.models import Opinion
from opinions.services.moving import move_opinion
from opinions.services.offices.links import AT_THE_DEPARTMENT, AnswerLink, answer_path, demand_open, read_path

PAGE = re.compile("/opinions/[0-9a-f-]{36}/")  # `Opinion.page`
BY_LINK = ("sign_for", "reply", "return_wrong")


def demand_usable(link: AnswerLink, at: datetime) -> None:
    """Raise DomainError with the reason unless the officer can act by the link now.

    Where an account signs in by two steps, or has to change its password first, a link in a message is no way around it.
    """
    if factor_of(link.officer) is not None or must_set_up(link.officer):
        raise NotAllowed("您的账号登录时要用手机验证码,不能用链接办理。请登录后在“待办”里办理。")
    if link.officer.must_change_password:
        raise NotAllowed("您的账号还在用初始密码,不能用链接办理。请先登录,改好密码再办。")
    demand_open(link, at)


def way_in(*, page: str, user, at: datetime) -> str:
    """Return the address by which `user` can answer the ticket of that page without signing in; "" where they can't now.

    An answer that waits to be signed is nothing for a link: who signs it signs in.
    """
    rows = Opinion.objects.filter(state__in=AT_THE_DEPARTMENT, holder_department__isnull=False)
    ticket = rows.filter(uid=page.split("/")[2]).first() if PAGE.fullmatch(page) else None
    if ticket is None or ticket.replies.filter(department=ticket.department, withdrawn=False, signed_at=None).exists():
        return ""
    path = answer_path(ticket=ticket, user=user, at=at)
    try:
        demand_usable(read_path(path), at)
    except DomainError:
        return ""
    return path


@transaction.atomic
def move_by_link(*, link: AnswerLink, move: str, at: datetime, version: int | None = None, **facts) -> Opinion:
    """Make one of BY_LINK as the link's officer; everything else is `move_opinion`'s to check.

    The audit says that it came by a link. Raises DomainError as `demand_usable` and `move_opinion` do.
    """
    if move not in BY_LINK:
        raise NotAllowed("这个链接只能签收、答复、退回,别的请登录后办理。")
    demand_usable(link, at)
    ticket = move_opinion(opinion=link.ticket, move=move, actor=link.officer, at=at, version=version, **facts)
    audit.record("act_by_link", actor=link.officer, target=ticket, at=at, move=move, department=link.department.code)
    return ticket
