"""Reading from a replica (`IKM_READ_DATABASE_URL`): what everybody may see, while the replica is at most `IKM_READ_LAG_S` behind.

Whoever is logged in reads from the primary, and so does everything that is no question of the addresses below: what somebody has just changed is there.
Accounts, tokens and rights are asked of the primary in any case. How old an answer may be stands in its header `IKM-Data-Age`: that bound, and not how old
it is, which would tell everybody when something was written. Where the replica is further behind, or does not answer, the primary does, without the header.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from collector.servers.lag import Lag

log = logging.getLogger(__name__)

REPLICA = "replica"
HEADER = "IKM-Data-Age"
_ADDRESSES = re.compile(
    r"(?:/en)?/(?:(?:(?:r|unit|place)/[^/]+/|(?:region|agency)/(?:[^/]+/)?|data/.*|cara-menghitung/)?)"
    r"|/api/v1/(?:releases(?:/[^/]+)?|exports|explain|indices|breakdowns|ipp|units|kiosks)"
)
"""What may be read from a replica."""
_APPS = frozenset(
    {"fleet", "evidence", "scores", "challenges", "releases", "followup", "papers", "standards"}
)
"""Whose tables are; all others (people, rights, tokens, counts of who asks) are the primary's."""
_LOOK_S = 1.0
_REST_S = 5.0
"""After it did not answer, it is left alone for so long."""
_PRIMARY_STANDS = "SELECT pg_current_wal_lsn() - '0/0', system_identifier FROM pg_control_system()"
_REPLICA_STANDS = "SELECT pg_last_wal_replay_lsn() - '0/0', system_identifier FROM pg_control_system() WHERE pg_is_in_recovery()"

Respond = Callable[[HttpRequest], HttpResponseBase]
_reading: ContextVar[bool] = ContextVar("reading", default=False)
_failed: ContextVar[bool] = ContextVar("failed", default=False)


class Router:
    """Where Django reads and writes."""

    def db_for_read(self, model: type[Model], **_: Any) -> str:
        """Give the replica for what may be read there, in a request that may."""
        return REPLICA if _reading.get() and model._meta.app_label in _APPS else DEFAULT_DB_ALIAS  # noqa: SLF001 - Django's documented name

    def db_for_write(self, _model: type[Model], **_: Any) -> str:
        """Give the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        """Both hold the same rows."""
        return True

    def allow_migrate(self, db: str, *_: Any, **__: Any) -> bool:
        """Tables are made at the primary."""
        return db == DEFAULT_DB_ALIAS


def connection() -> BaseDatabaseWrapper:
    """Give the connection for a question in SQL that only reads what may be read from a replica."""
    return connections[REPLICA if _reading.get() else DEFAULT_DB_ALIAS]


class Watch:
    """Looks after the replica: once a second, by whichever request comes first."""

    def __init__(self) -> None:
        self._lag = Lag()
        self._next = 0.0
        self._lock = Lock()

    def behind(self) -> float | None:
        """Give by how many seconds the replica may be behind at most; None where it cannot be read from."""
        now = time.monotonic()
        if now >= self._next and self._lock.acquire(blocking=False):
            try:
                self._next = now + (_LOOK_S if self._look(now) else _REST_S)
            finally:
                self._lock.release()
        return self._lag.behind(time.monotonic())

    def is_away(self) -> None:
        """It failed while it was read from."""
        self._lag.forget()
        self._next = time.monotonic() + _REST_S

    def _look(self, now: float) -> bool:
        try:
            primary = _stands(DEFAULT_DB_ALIAS, _PRIMARY_STANDS)
            replica = _stands(REPLICA, _REPLICA_STANDS)
            if primary and replica and replica[0] > primary[0]:
                primary = _stands(DEFAULT_DB_ALIAS, _PRIMARY_STANDS)
        except DatabaseError as error:
            log.warning("the replica is not read from: %s", str(error).strip())
            connections[REPLICA].close()
            self._lag.forget()
            return False
        if primary is None or replica is None or primary[1] != replica[1] or replica[0] > primary[0]:
            log.warning("the replica is not read from: it is no standby of this primary")
            self._lag.forget()
            return False
        self._lag.note(now, primary=primary[0], replica=replica[0])
        return True


WATCH = Watch()
"""Of this process."""


def is_set() -> bool:
    """Tell whether there is a replica."""
    return REPLICA in settings.DATABASES


def usable() -> float | None:
    """Give how far the replica is behind, in seconds at most; None where that is too far, or unknown."""
    behind = WATCH.behind()
    return behind if behind is not None and behind <= settings.IKM_READ_LAG_S else None


def from_replica(respond: Respond) -> Respond:
    """Read from the replica what may be read there: a middleware, before all that answer."""

    def shown(request: HttpRequest) -> HttpResponseBase:
        if not (is_set() and _may(request) and usable() is not None and _answers()):
            return respond(request)
        with _from_replica() as has_failed:
            response = respond(request)
            in_vain = response.status_code >= 500 and (has_failed() or not _answers())
        if in_vain:
            WATCH.is_away()
            return respond(request)
        response[HEADER] = str(settings.IKM_READ_LAG_S)
        if not isinstance(response, HttpResponse):  # a file is written while it is sent
            response.streaming_content = _kept(response.streaming_content)  # type: ignore[attr-defined]
        return response

    return shown


def _may(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and _ADDRESSES.fullmatch(request.path_info) is not None
    )


def _answers() -> bool:
    """Tell whether this thread's connection to the replica stands, or can be made; Django looks after one that broke."""
    try:
        with connections[REPLICA].cursor():
            return True
    except DatabaseError as error:
        log.warning("the replica is not read from: %s", str(error).strip())
        connections[REPLICA].close()
        WATCH.is_away()
        return False


@contextmanager
def _from_replica() -> Iterator[Callable[[], bool]]:
    reading, failed = _reading.set(True), _failed.set(False)
    try:
        with connections[REPLICA].execute_wrapper(_noting):
            yield _failed.get
    finally:
        _reading.reset(reading)
        _failed.reset(failed)


def _noting(execute: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return execute(*arguments)
    except DatabaseError:
        _failed.set(True)
        raise


def _kept(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Have each part of a file read where its beginning was."""
    following = iter(parts)
    while True:
        reading = _reading.set(True)
        try:
            part = next(following)
        except StopIteration:
            return
        finally:
            _reading.reset(reading)
        yield part


def _stands(alias: str, query: str) -> tuple[int, int] | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row is not None and row[0] is not None else None
