"""Logs that can be kept for half a year: who asked what, how long it took, what went wrong; nobody's words or secrets.

An address may hold the secret of a link and a query what was searched for, so lines name the route (`f/<str:token>/`). What
a database says of a refused row repeats the row, so only its first line is kept.
"""

import logging
import re
from time import perf_counter

from django.db import Error as DatabaseError
from django.urls import Resolver404, resolve
from django.utils.functional import LazyObject
from pythonjsonlogger.json import JsonFormatter

access = logging.getLogger("liaison.access")

UNKNOWN = "(没有这个地址)"
ROW = re.compile(r"(DETAIL|CONTEXT|QUERY):.*", re.DOTALL)
ADDRESS = re.compile(r"(?<![\w.])/[^\s\"'?]+(\?\S*)?")


class AccessLog:
    """One line a request: method, route, status, milliseconds, the account's key."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = perf_counter()
        answer = self.get_response(request)
        access.info(
            "%s %s %s", request.method, route_of(request), answer.status_code,
            extra={
                "method": request.method, "route": route_of(request), "status": answer.status_code,
                "ms": round((perf_counter() - began) * 1000), "account": _account_of(request),
            },
        )  # fmt: skip
        return answer


def route_of(request) -> str:
    """The pattern that the address fits, without what is filled in."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return UNKNOWN
    return match.route


def _account_of(request) -> int | None:
    """The key of whoever is signed in, if anything has asked for it: a villager's page does not."""
    user = request.__dict__.get("user")  # set anew by the API, which knows its callers by token
    if user is None or isinstance(user, LazyObject):
        user = request.__dict__.get("_cached_user")
    return user.pk if user is not None else None


class NamesNobody(logging.Filter):
    """Put routes in the place of addresses in what Django itself says of a request; leave out the rows that a database's
    error repeats, and what Celery adds of a task (`data`), in what anybody says."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("data", None)
        if ROW.search(said := record.getMessage()):
            record.msg, record.args = ROW.sub(r"\1: (略)", said), ()
        if record.name.startswith("django."):
            request = record.__dict__.pop("request", None)
            where = route_of(request) if hasattr(request, "path_info") else UNKNOWN
            record.msg, record.args = ADDRESS.sub(lambda _found: where, record.getMessage()), ()
        return True


class WithoutRows:
    """For formatters: a traceback in which no database repeats a row."""

    def formatException(self, ei):
        lines = super().formatException(ei)  # type: ignore[misc]
        if not _is_of_a_database(ei[1]):
            return lines
        return re.sub(r"(?m)^(DETAIL|CONTEXT|QUERY|LINE \d+):.*(\n[ \t].*)*$", r"\1: (略)", lines)


def _is_of_a_database(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, DatabaseError):
            return True
        error = error.__cause__ or error.__context__
    return False


class Lines(WithoutRows, logging.Formatter):
    """For a person at a terminal."""


class Json(WithoutRows, JsonFormatter):
    """One object a line, for whatever collects logs."""


def logging_config(*, as_json: bool, level: str, access_level: str) -> dict:
    """Return Django's LOGGING: everything to the standard error output, with the id of the request it belongs to."""
    fields = "%(asctime)s %(levelname)s %(name)s %(correlation_id)s %(message)s"
    form = {"()": f"{__name__}.Json", "json_ensure_ascii": False} if as_json else {"()": f"{__name__}.Lines"}
    console = {"class": "logging.StreamHandler", "formatter": "form", "filters": ["request", "nobody"]}
    filters = {"request": {"()": "django_guid.log_filters.CorrelationId"}, "nobody": {"()": f"{__name__}.NamesNobody"}}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": filters,
        "formatters": {"form": form | {"fmt": fields}},
        "handlers": {"console": console},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            access.name: {"level": access_level},
            "liaison.audit": {"level": access_level},  # a seal's digest once a minute at most
            "django_guid": {"level": "ERROR"},  # it tells of every request that has no id yet
            # Django gives these handlers of their own, which would print the address as it is.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
        },
    }
