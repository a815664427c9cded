"""Links in mails by which an officer answers one ticket without signing in.

A link names the ticket, the department and the step that handed it over, the account and the second it was made; a
signature with a salt of its own and of the account's password keeps it from being guessed or altered, and a new password ends
it. It is made while the mail is written and stored nowhere: whether it still holds is read from the ticket and the postings.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode
from django.utils import timezone

from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from opinions.models import Opinion
from opinions.states import State
from stations.models import Department
from stations.permissions import holds
from stations.states import Right

ANSWER_LINK_DAYS = 10
SEPARATOR = "."
SALT = "opinions.answer-link"
TOKEN = re.compile(r"[0-9A-Za-z]{1,11}(-[0-9A-Za-z]{1,11}){4}\.[\w-]+", re.ASCII)
HANDOVERS = ("transfer", "reassign")
AT_THE_DEPARTMENT = (State.AT_DEPARTMENT, State.REWORKING)


@dataclass(frozen=True)
class AnswerLink:
    """What a link that was really made by us says; whether it still holds is `demand_open`'s question."""

    ticket: Opinion
    department: Department
    officer: Any  # the account it was sent to
    made_at: datetime
    handover: int  # key of the hop that gave the ticket to the department: once it has left, the link is no good again

    @property
    def last_moment(self) -> datetime:
        return self.made_at + timedelta(days=ANSWER_LINK_DAYS)


class LinkBroken(DomainError):
    """Not one of ours, or altered on the way (404): nothing is told of what it may have been."""

    status = 404
    title = "没有找到"


def answer_path(*, ticket: Opinion, user, at: datetime) -> str:
    """Return the address, from the host on, by which `user` can answer for the ticket's department; about 95 characters."""
    facts = [ticket.pk, ticket.holder_department_id, user.pk, int(at.timestamp()), _last_handover(ticket)]
    return f"/answer/{_signer(user).sign('-'.join(b62_encode(number) for number in facts))}/"


def read_link(token: str) -> AnswerLink:
    """Return what the token names. Raises LinkBroken for one that was guessed, cut or altered."""
    try:
        if not TOKEN.fullmatch(token):
            raise BadSignature(token)
        ticket, department, user, seconds, handover = map(b62_decode, token.partition(SEPARATOR)[0].split("-"))
        officer = get_user_model()._default_manager.get(pk=user)
        _signer(officer).unsign(token)
        return AnswerLink(
            Opinion.objects.for_list().get(pk=ticket), Department.objects.get(pk=department), officer,
            datetime.fromtimestamp(seconds, UTC), handover,
        )  # fmt: skip
    except (BadSignature, ObjectDoesNotExist, OverflowError, ValueError) as error:
        raise LinkBroken("这个链接不完整或者不对。请从通知里重新点开,或者登录后在“待办”里办理。") from error


def read_path(path: str) -> AnswerLink:
    """Return what an address of `answer_path` names. Raises LinkBroken."""
    return read_link(path.split("/")[2])


def demand_open(link: AnswerLink, at: datetime) -> None:
    """Raise DomainError with the reason in plain words unless the link still lets its officer act."""
    ticket, name = link.ticket, link.department.name
    if not at < link.last_moment:
        raise NotAllowed(f"这个链接{ANSWER_LINK_DAYS}天内有效,已经过期了。请登录后在“待办”里办理。")
    if not holds(link.officer, Right.ANSWER_OPINIONS, link.department.pk):
        raise NotAllowed(f"这个链接是发给{name}经办人的,收到链接的账号现在不在这个岗位上。请由现在的经办人登录办理。")
    if ticket.department_id != link.department.pk:
        raise Conflict(f"{ticket.number}已经不由{name}办理,这个链接用不上了。")
    if _last_handover(ticket) != link.handover:
        raise Conflict(f"{ticket.number}后来又转过一次,这个链接用不上了。请从新的通知里点开,或者登录后在“待办”里办理。")
    given = ticket.replies.filter(department=link.department, withdrawn=False, drafted_at__gte=link.made_at).last()
    if given is not None:
        waits = "等负责人签发" if given.signed_at is None else "已经答复"
        raise Conflict(
            f"{ticket.number}在{_words(given.drafted_at)}由{given.drafted_by.name}交过答复了({waits}),不用再办。"
        )
    if ticket.state not in AT_THE_DEPARTMENT:
        raise Conflict(f"{ticket.number}现在是“{ticket.get_state_display()}”,不用部门答复。")


def _last_handover(ticket: Opinion) -> int:
    """Key of the hop by which the ticket came to the department that has it; 0 for none."""
    hops = ticket.hops.filter(move__in=HANDOVERS).order_by("-pk").values_list("pk", flat=True)
    return hops.first() or 0


def _words(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _signer(officer) -> Signer:
    return Signer(salt=f"{SALT}:{officer.get_session_auth_hash()}", sep=SEPARATOR)
