"""What left the house (外发消息): how far each message has come, as those see it who look after its readers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.keyset import page_of
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Message, Notice
from julu_liaison.notices.querysets import NOT_OUT, RECENT_DAYS, UNCLEAR, recent
from julu_liaison.notices.services.again import REPEATABLE
from julu_liaison.notices.states import UNFINISHED, MessageState
from stations.models import Posting, Station
from stations.permissions import acts_for_people, sees_messages
from stations.querysets import messages_in_reach
from stations.services.resending import send_message_again

NOT_YOURS = "外发消息由联络站工作人员和县人大办公室查看。"
SHOWN = {"": "全部", "failed": "没有发出去", "unclear": "不确定", "waiting": "等待"}
LOOKS = {
    MessageState.DELIVERED: "tag-ok", MessageState.FAILED: "tag-bad", MessageState.UNCLEAR: "tag-warn",
    MessageState.DROPPED: "",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One message in words; `about` says of each notice its text where anybody may read it, else only its kind."""

    message: Message
    to: str
    posts: list[str]
    about: list[str]
    look: str
    may_again: bool


@require_safe
@login_required
@never_cache
def messages_sent(request):
    """Newest first; all, or (`?state=`) those that wait, and of the last days those that need a look."""
    rows = _seen(request.user)
    state = request.GET.get("state", "")
    if state not in SHOWN:
        raise Http404
    chosen = rows.filter(_of(state))
    page = page_of(
        _with_words(chosen), by=("-pk",), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "lines": _lines(page.rows, may_act=acts_for_people(request.user)), "links": page.links(request.GET),
        "state": state, "shown": list(SHOWN.items()),
        "left": _left(rows), "days": RECENT_DAYS,
    }  # fmt: skip
    return render(request, "notices/messages.html", context)


@require_POST
@login_required
@never_cache
def message_again(request, uid):
    """Have a message that didn't arrive sent once more, and go back to the list as it was."""
    message = get_object_or_404(_seen(request.user), uid=uid)
    now = timezone.now()
    try:
        row = send_message_again(message=message, actor=request.user, at=now)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        at_night = row.due_at > now
        messages.success(request, "现在不是发送的时间,早上再发一次。" if at_night else "已经排上,马上再发一次。")
    state = request.POST.get("state", "")
    return redirect(reverse("messages") + (f"?{urlencode({'state': state})}" if state in SHOWN and state else ""))


def _seen(user):
    if not sees_messages(user):
        raise NotAllowed(NOT_YOURS)
    return messages_in_reach(user)


def _with_words(rows):
    posts = Posting.objects.in_force(today_here()).select_related("station__parent", "department")
    return rows.select_related("user", "gateway").prefetch_related(
        Prefetch("user__postings", queryset=posts, to_attr="posts_now"),
        Prefetch("notices", queryset=Notice.objects.order_by("pk")),
    )


def _of(state: str) -> Q:
    """What a filter shows: of what needs a look as much as the warning above it and the first pages count."""
    now = timezone.now()
    return {
        "failed": NOT_OUT & recent(now), "unclear": UNCLEAR & recent(now), "waiting": Q(state__in=UNFINISHED),
    }.get(state, Q())  # fmt: skip


def _left(rows) -> dict[str, int]:
    """How many of the last days' messages did not get out, and of how many nobody knows (one query)."""
    return rows.filter(recent(timezone.now())).aggregate(
        failed=Count("pk", filter=NOT_OUT), unclear=Count("pk", filter=UNCLEAR)
    )


def _lines(rows: list[Message], *, may_act: bool) -> list[Line]:
    codes = {row.place_code for row in rows if row.place_code}
    places = dict(Station.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        Line(
            message=row,
            to=row.user.name if row.user else f"{places.get(row.place_code, row.place_code)}工作群",
            posts=[_post(one) for one in row.user.posts_now] if row.user else [],
            about=_about(row.notices.all()),
            look=LOOKS.get(MessageState(row.state), "tag-todo"),
            may_again=may_act and row.state in REPEATABLE,
        )
        for row in rows
    ]


def _post(posting: Posting) -> str:
    place = posting.station or posting.department
    above = posting.station.parent.name if posting.station and posting.station.parent_id else ""
    return f"{above if posting.role in ('branch_head', 'deputy') else ''}{place.name}{posting.get_role_display()}"


def _about(notices: Iterable[Notice]) -> list[str]:
    """Texts that anybody may read; of the others how many of which kind."""
    told = [notice.text for notice in notices if notice.fit_for_outside]
    kinds = Counter(notice.get_kind_display() for notice in notices if not notice.fit_for_outside)
    return told + [f"{number}条“{kind}”通知" for kind, number in kinds.items()]
