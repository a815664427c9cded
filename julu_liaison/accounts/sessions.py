"""The SESSION_ENGINE: sessions in our own table, which says who is signed in where, on what and since when.

A session ends after SESSION_IDLE_MINUTES without a page. When it was last seen is written once a minute at most. Of its key the
table has a digest alone: whoever reads it, or a backup, can be nobody with it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

if TYPE_CHECKING:  # the models aren't loaded yet when Django imports its session engine
    from julu_liaison.accounts.models import Session

WRITTEN_EVERY = timedelta(minutes=1)
CLOCK_BACK = timedelta(days=1)  # a session from further in the future began while the clock was wrong

KEY_LENGTH = 40  # of the column


def stored_key(key: str | None) -> str:
    """What the database has of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:KEY_LENGTH] if key else ""


class SessionStore(db.SessionStore):
    """`address` and `agent` are set by the middleware; `ended_idle` tells whether the cookie's session ran out."""

    def __init__(self, session_key=None):
        super().__init__(session_key)
        self.address = self.agent = ""
        self.row: Session | None = None
        self.ended_idle = False

    def _validate_session_key(self, key):
        """Only what we have given out ourselves is looked up: a cookie may hold anything, NUL included."""
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()

    @property
    def stored_key(self) -> str:
        return stored_key(self.session_key)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        from julu_liaison.accounts.models import Session

        return Session

    def get_expiry_date(self, **kwargs):
        """Apart from the cookie's age: the cookie outlives the session, so that the login page can say what happened."""
        return kwargs.get("modification", timezone.now()) + timedelta(minutes=settings.SESSION_IDLE_MINUTES)

    def _get_session_from_db(self):
        row = self.get_model_class().objects.filter(session_key=self.stored_key).first()
        now = timezone.now()
        if row is not None and now < row.expire_date <= now + timedelta(minutes=settings.SESSION_IDLE_MINUTES) + CLOCK_BACK:
            self.row = row
            return row
        self.ended_idle = row is not None and row.user_id is not None
        self._session_key = None
        return None

    def exists(self, session_key):
        return super().exists(stored_key(session_key))

    def delete(self, session_key=None):
        self.get_model_class().objects.filter(session_key=stored_key(session_key or self.session_key)).delete()

    def create_model_instance(self, data):
        row = cast("Session", super().create_model_instance(data))
        row.session_key = stored_key(row.session_key)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address, row.agent = self.address, self.agent
        row.last_seen_at = timezone.now()
        before = self.row if self.row is not None and self.row.user_id == row.user_id else None
        row.started_at = before.started_at if before else row.last_seen_at
        self.row = row
        return row

    def is_due(self) -> bool:
        """Whether it is time to write again that this session is in use."""
        return self.row is not None and abs(timezone.now() - self.row.last_seen_at) >= WRITTEN_EVERY
