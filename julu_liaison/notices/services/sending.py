"""Sending what is due: claimed, on the wire, ended. Never two workers on one message, never a transaction open on the wire.

A message is WAITING, or CLAIMED by a worker that has not begun to send, or ON_WIRE. Each step is a commit of its own, so
that of a killed worker one knows whether the message can have left: CLAIMED is taken again, ON_WIRE is UNCLEAR unless the
receiver can tell a repeat by the message's id. `claimed_until` is the claim's token as well as its end.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from julu_liaison.common.working_days import Calendar
from julu_liaison.notices.models import Message, Notice
from julu_liaison.notices.rules import BACKOFF, STALE_AFTER, is_needless, is_stale, is_wanted, next_allowed, next_try
from julu_liaison.notices.services.routing import calendar_from, choice_of, mail_address
from julu_liaison.notices.services.wire import Fate, Letter, Outcome, post, send_letter
from julu_liaison.notices.services.words import group_post, letter_of, text_message
from julu_liaison.notices.states import Channel, GatewayKind, MessageState

LEASE = timedelta(minutes=5)  # the wire's own limits of time are far shorter
WORKED_FOR = timedelta(seconds=25)  # of every minute; a county's small machine has one worker for everything

NOT_HEARD = "发到一半系统停了,不知道对方有没有收到。可以问问对方,没收到再发一次。"
NO_EMAIL = "收件人没有确认过的邮箱,或者不要邮件了。请本人到通知设置里填写、确认邮箱。"
NO_KEY = "存着的地址打不开(加密的钥匙换过),请重新填一次,或者请管理员核对 FIELD_KEYS。"
NO_PHONE = "账号上没有手机号,请把手机号填上,再发一次。"
NO_GATEWAY = "发送通道停用了,或者已经没有了。启用以后再发一次。"
READ_ALREADY = "收件人在平台上看过了,不用再发。"
NOT_WANTED = "收件人不再要这一类通知。"
NO_ACCOUNT = "收件人的账号停用了。"
TOO_LATE = "系统停了三天以上,过时的通知不再发。"


@dataclass(frozen=True)
class Parcel:
    """A message ready to go: the letter, or the text for the gateway."""

    letter: Letter | None = None
    text: str = ""
    to: str = ""


@dataclass(frozen=True)
class End:
    """Why a message goes nowhere."""

    state: MessageState
    reason: str


def send_due(*, at: datetime, now: Callable[[], datetime] | None = None) -> Counter:
    """Send what is due, the urgent first, until nothing is left or 25 seconds have gone; returns how many messages came
    to which state.

    `now` tells the time while it goes on; without it, it stands still at `at`. At night and on public holidays all but
    the urgent ones are put off. Where nobody answers, the others for the same place are left for the next run.
    """
    clock = now or (lambda: at)
    calendar = calendar_from(at)
    take_from_the_dead(at=at)
    put_off(at=at, calendar=calendar)
    done: Counter = Counter()
    down: set[tuple[str, int | None]] = set()
    while clock() - at < WORKED_FOR and (message := _claimed(clock(), calendar, down)):
        done[_carried(message, clock, calendar, down)] += 1
    return done


# ---- Whose turn it is ----


def take_from_the_dead(*, at: datetime) -> int:
    """Give free what was claimed and never ended; returns how many messages."""
    over = Message.objects.filter(claimed_until__lt=at)
    free = {"state": MessageState.WAITING, "claimed_until": None}
    told_apart = Q(gateway__kind=GatewayKind.WEBHOOK, attempts__lte=len(BACKOFF))
    return (
        over.filter(state=MessageState.CLAIMED).update(**free)
        + over.filter(told_apart, state=MessageState.ON_WIRE).update(**free)
        + over.filter(state=MessageState.ON_WIRE).update(
            state=MessageState.UNCLEAR, claimed_until=None, ended_at=at, error=NOT_HEARD
        )
    )


def put_off(*, at: datetime, calendar: Calendar) -> int:
    """At night and on a public holiday, let what is due and not urgent wait for the next possible morning."""
    morning = next_allowed(at, calendar)
    if morning == at:
        return 0
    return _due(at).filter(urgent=False, due_at__gte=at - STALE_AFTER).update(due_at=morning)


def _due(at: datetime) -> QuerySet[Message]:
    return Message.objects.filter(state=MessageState.WAITING, due_at__lte=at)


def _free(at: datetime, calendar: Calendar) -> QuerySet[Message]:
    """What may be taken up now: at night the urgent, and what is too old and goes nowhere."""
    if next_allowed(at, calendar) == at:
        return _due(at)
    return _due(at).filter(Q(urgent=True) | Q(due_at__lt=at - STALE_AFTER))


@transaction.atomic
def _claimed(at: datetime, calendar: Calendar, down: set[tuple[str, int | None]]) -> Message | None:
    """The next message, ours for five minutes; one that somebody else has just taken is passed over."""
    rows = _free(at, calendar)
    for channel, gateway in down:
        rows = rows.exclude(Q(channel=channel, gateway=gateway))
    rows = rows.select_related("user__subscription", "gateway").order_by("-urgent", "due_at", "pk")
    rows = rows.defer("user__subscription__email", "gateway__address")  # opened one by one: see _carried
    message = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if message is not None:
        message.state, message.claimed_until = MessageState.CLAIMED, at + LEASE
        message.save(update_fields=["state", "claimed_until"])
    return message


# ---- One message ----


def _carried(message: Message, clock: Callable[[], datetime], calendar: Calendar, down: set) -> MessageState:
    """Take one claimed message as far as it gets; returns the state it has come to."""
    try:
        packed = _packed(message, clock())
        _ = message.gateway and message.gateway.address
    except ValueError:  # sealed with a key that is not among ours any more
        packed = End(MessageState.FAILED, NO_KEY)
    if isinstance(packed, End):
        return _ended(message, packed.state, packed.reason, clock())
    if not _put_on_wire(message, clock()):
        return MessageState.CLAIMED  # another worker thought us dead and has taken it
    outcome = _sent(message, packed)
    if outcome.is_down:
        down.add((message.channel, message.gateway_id))
    return _judged(message, outcome, clock(), calendar)


def _packed(message: Message, at: datetime) -> Parcel | End:
    if is_stale(message.due_at, at):
        return End(MessageState.DROPPED, TOO_LATE)
    if message.user is not None and not message.user.is_active:
        return End(MessageState.DROPPED, NO_ACCOUNT)
    if message.channel != Channel.MAIL and not (message.gateway and message.gateway.is_active):
        return End(MessageState.FAILED, NO_GATEWAY)
    notices = list(message.notices.order_by("pk"))
    if message.channel == Channel.GROUP:
        return Parcel(text=group_post(notices))
    wanted = _still_wanted(message, notices)
    if isinstance(wanted, End):
        return wanted
    return _letter(message, wanted, at) if message.channel == Channel.MAIL else _text(message, wanted)


def _still_wanted(message: Message, notices: list[Notice]) -> list[Notice] | End:
    """What the reader has neither read nor turned off meanwhile."""
    muted = choice_of(message.user).muted
    wanted = [notice for notice in notices if is_wanted(notice.kind, muted)]
    unread = [notice for notice in wanted if not is_needless(notice.kind, notice.read_at)]
    return unread or End(MessageState.DROPPED, READ_ALREADY if wanted else NOT_WANTED)


def _letter(message: Message, notices: list[Notice], at: datetime) -> Parcel | End:
    address = mail_address(choice_of(message.user))
    if not address:
        return End(MessageState.FAILED, NO_EMAIL)
    return Parcel(letter=letter_of(user=message.user, notices=notices, at=at), to=address)


def _text(message: Message, notices: list[Notice]) -> Parcel | End:
    if not message.user.phone:
        return End(MessageState.FAILED, NO_PHONE)
    return Parcel(text=text_message(notices), to=message.user.phone)


def _put_on_wire(message: Message, at: datetime) -> bool:
    """The last commit before the network is touched; False where the claim is not ours any more."""
    attempts, until = message.attempts + 1, at + LEASE
    ours = _own(message, MessageState.CLAIMED).update(
        state=MessageState.ON_WIRE, attempts=attempts, claimed_until=until
    )
    message.attempts, message.claimed_until = attempts, until
    return bool(ours)


def _sent(message: Message, parcel: Parcel) -> Outcome:
    if parcel.letter is not None:
        return send_letter(parcel.letter, to=parcel.to, uid=message.uid)
    return post(gateway=message.gateway, text=parcel.text, uid=message.uid, phone=parcel.to)


# ---- What became of it ----


def _judged(message: Message, outcome: Outcome, at: datetime, calendar: Calendar) -> MessageState:
    if outcome.fate is Fate.ARRIVED:
        return _ended(message, MessageState.DELIVERED, outcome.reason, at)
    if outcome.fate is Fate.NEVER:
        return _ended(message, MessageState.FAILED, outcome.reason, at)
    if outcome.fate is Fate.UNCLEAR and not (message.gateway and message.gateway.knows_repeats):
        return _ended(message, MessageState.UNCLEAR, outcome.reason, at)
    again = next_try(message.attempts, at, urgent=message.urgent, calendar=calendar)
    if again is None:
        return _ended(message, MessageState.FAILED, f"试了{message.attempts}次都没有发出去。{outcome.reason}", at)
    _own(message, MessageState.ON_WIRE).update(
        state=MessageState.WAITING, claimed_until=None, due_at=again, error=outcome.reason
    )
    return MessageState.WAITING


def _ended(message: Message, state: MessageState, reason: str, at: datetime) -> MessageState:
    _own(message, MessageState.CLAIMED, MessageState.ON_WIRE).update(
        state=state, claimed_until=None, ended_at=at, error=reason
    )
    return state


def _own(message: Message, *states: MessageState) -> QuerySet[Message]:
    """The message's row as long as the claim is ours."""
    return Message.objects.filter(pk=message.pk, state__in=states, claimed_until=message.claimed_until)
