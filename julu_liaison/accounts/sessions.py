"""The SESSION_ENGINE: sessions in our own table, which says who is signed in where, on what and since when.

A session ends after SESSION_IDLE_MINUTES without a page. When it was last seen is written once a minute at most.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

WRITTEN_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """`address` and `agent` are set by the middleware; `ended_idle` tells whether the cookie's session ran out."""

    def __init__(self, session_key=None):
        super().__init__(session_key)
        self.address = self.agent = ""
        self.row = None
        self.ended_idle = False

    @classmethod
    def get_model_class(cls):
        from julu_liaison.accounts.models import Session

        return Session

    def get_expiry_date(self, **kwargs):
        """Apart from the cookie's age: the cookie outlives the session, so that the login page can say what happened."""
        return kwargs.get("modification", timezone.now()) + timedelta(minutes=settings.SESSION_IDLE_MINUTES)

    def _get_session_from_db(self):
        row = self.model.objects.filter(session_key=self.session_key).first()
        if row is not None and row.expire_date > timezone.now():
            self.row = row
            return row
        self.ended_idle = row is not None and row.user_id is not None
        self._session_key = None
        return None

    def create_model_instance(self, data):
        now = timezone.now()
        user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        before = self.row if self.row is not None and self.row.user_id == user_id else None
        self.row = self.model(
            session_key=self._get_or_create_session_key(),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(modification=now),
            user_id=user_id,
            address=self.address,
            agent=self.agent,
            started_at=before.started_at if before else now,
            last_seen_at=now,
        )
        return self.row

    def is_due(self) -> bool:
        """Whether it is time to write again that this session is in use."""
        return self.row is not None and timezone.now() - self.row.last_seen_at >= WRITTEN_EVERY
