"""`Idempotency-Key`: a POST sent twice is done once and answered alike.

The key belongs to the account, not to its token. Only what was done is kept: a refused request changed nothing, so
its repeat is judged anew, and may be corrected under the same key.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.response import Response

from julu_liaison.common.errors import DomainError
from julu_liaison.common.models import ReplayedRequest

LONGEST_KEY = 100
HEADER = "Idempotency-Key"


class KeyReused(DomainError):
    """The key was used for another request (422)."""

    status = 422
    title = "这个 Idempotency-Key 用过了"


def once(post: Callable) -> Callable:
    """Wrap a view's `post`: with the header, it runs once per account and key."""

    @wraps(post)
    def wrapped(view, request, *args, **kwargs):
        key = request.headers.get(HEADER)
        if key is None:
            return post(view, request, *args, **kwargs)
        return _answer_once(request, key.strip(), lambda: post(view, request, *args, **kwargs))

    return wrapped


def _answer_once(request, key: str, act: Callable[[], Response]) -> Response:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise DomainError(f"{HEADER} 请用1到{LONGEST_KEY}个字符。", fields={HEADER: f"请用1到{LONGEST_KEY}个字符"})
    asked = {"user": request.user, "key": key}
    fingerprint = _fingerprint(request)
    if not ReplayedRequest.objects.filter(**asked).exists():
        with transaction.atomic():
            row = _claim(asked, fingerprint)
            if row is not None:
                return _act(row, act)
    return _replay(ReplayedRequest.objects.get(**asked), fingerprint)


def _claim(asked: dict, fingerprint: str) -> ReplayedRequest | None:
    """Insert the row first: a second request waits here for the first one's end, and gets None if it succeeded."""
    try:
        with transaction.atomic():
            return ReplayedRequest.objects.create(**asked, fingerprint=fingerprint, created_at=timezone.now())
    except IntegrityError:
        return None


def _act(row: ReplayedRequest, act: Callable[[], Response]) -> Response:
    answer = act()
    row.status, row.body = answer.status_code, answer.data
    row.save(update_fields=["status", "body"])
    row.refresh_from_db(fields=["body"])  # PostgreSQL keeps keys in an order of its own: the repeat gets this very text
    answer.data = row.body
    return answer


def _replay(row: ReplayedRequest, fingerprint: str) -> Response:
    if row.fingerprint != fingerprint:
        raise KeyReused(f"这个 {HEADER} 已经用在另一个请求上了,新的请求请换一个。")
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _fingerprint(request) -> str:
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def forget_replays(before: datetime) -> int:
    """Delete the answers kept from before that moment; return how many. Later repeats count as new requests."""
    count, _by_model = ReplayedRequest.objects.filter(created_at__lt=before).delete()
    return count


def change_answers(uid, **columns: str) -> int:
    """Put `columns` into every kept answer that shows the row `uid` and has them; return how many there are.

    For words that were struck out since: the repeat still counts as done, and must not bring them back.
    """
    rows = ReplayedRequest.objects.filter(body__uid=str(uid))
    for row in rows:
        body = dict(row.body or {})
        row.body = body | {name: value for name, value in columns.items() if name in body}
        row.save(update_fields=["body"])
    return len(rows)
