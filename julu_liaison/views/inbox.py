"""The person's inbox."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from julu_liaison.common.keyset import page_of
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import mark_read
from julu_liaison.notices.states import Kind
from stations.permissions import sees_messages


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def notices(request):
    """The person's inbox, newest first, of all kinds or (`?kind=`) one; POST marks everything as read."""
    if request.method == "POST":
        mark_read(user=request.user, at=timezone.now())
        return redirect("notices")
    kind = request.GET.get("kind", "")
    if kind and kind not in Kind.values:
        raise Http404
    mine = Notice.objects.filter(user=request.user)
    page = page_of(
        mine.filter(kind=kind) if kind else mine, by=("-pk",), after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )  # fmt: skip
    new = _new_by_kind(mine)
    context = {
        "notices": page.rows, "links": page.links(request.GET), "has_new": any(new.values()),
        "kind": kind, "kinds": _kinds(new, kind), "sees_messages": sees_messages(request.user),
    }  # fmt: skip
    return render(request, "notices.html", context)


def _new_by_kind(mine: QuerySet[Notice]) -> dict[str, int]:
    """How many are new, of each kind of which the person has any (one query)."""
    return dict(mine.order_by().values_list("kind").annotate(new=Count("pk", filter=Q(read_at=None))))


def _kinds(new: dict[str, int], chosen: str) -> list[tuple[str, str]]:
    """The ways to narrow the list: the person's own kinds, none where there is nothing to choose."""
    own = [(value, label) for value, label in Kind.choices if value in new or value == chosen]
    return [("", "全部"), *own] if chosen or len(own) > 1 else []
