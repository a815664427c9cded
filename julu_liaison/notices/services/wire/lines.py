"""Connections that look at whom they have reached before they say a word.

An address is looked up once when it is checked and again when it is dialled; whoever owns the name may answer differently
(DNS rebinding). What counts is the other end of the line.
"""

from django.conf import settings
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from julu_liaison.notices.services.wire.addresses import is_forbidden


class _Looking:
    """Hangs up, before TLS and before the request, where the other end is the machine itself."""

    def _new_conn(self):
        reached = super()._new_conn()
        there, here = reached.getpeername()[0], reached.getsockname()[0]
        if settings.PRODUCTION and (there == here or is_forbidden(there)):
            reached.close()
            raise NewConnectionError(self, "it leads to the machine itself")
        return reached


class _Plain(_Looking, HTTPConnection):
    pass


class _Secure(_Looking, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def line() -> Session:
    """A session for one request. Through a proxy of the office's own, it is the proxy that looks names up."""
    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
