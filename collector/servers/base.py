"""Django's PostgreSQL, with three things that matter where a standby takes over. Django loads it by this module's name.

Of several servers the one of the newest history is written to (`histories`). A commit that went on without its standby, because somebody cancelled the
waiting, is an error: a receipt would promise what the next primary may not have. And no process outlives a change of history: what it
remembers, such as the short numbers of series, may be gone or mean something else. It ends, and is started anew.
"""

import logging
import os
import signal
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from psycopg.errors import Diagnostic

from collector.servers.histories import Found, History, Known, NoneToWriteTo, newest

log = logging.getLogger(__name__)

KNOWN_FILE = "database-history"
_HISTORY = (
    "SELECT system_identifier, pg_walfile_name(pg_current_wal_insert_lsn()), pg_postmaster_start_time()::text"
    " FROM pg_control_system()"
)
_WARNING = "01000"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to whichever server may be written to."""

    _lived: tuple[int, History] | None = None
    """This process, and the history in which it began. A process that was forked begins its own."""
    _unconfirmed = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; of several servers, all are looked at.

        Raises:
            OperationalError: none answers, none may be written to, or it is in another history than this process.
        """
        hosts = str(conn_params.get("host") or "").split(",")
        ports = str(conn_params.get("port") or "").split(",")
        if len(hosts) == 1:
            connection = super().get_new_connection(conn_params)
        else:
            ports = ports * len(hosts) if len(ports) == 1 else ports
            connection = self._newest(conn_params, list(zip(hosts, ports, strict=True)))
        connection.add_notice_handler(self._heard)
        return connection

    def _newest(self, conn_params: dict[str, Any], places: list[tuple[str, str]]) -> Any:
        opened: dict[Found, Any] = {}
        why: list[str] = []
        chosen = None
        try:
            for host, port in places:
                try:
                    one = super().get_new_connection({**conn_params, "host": host, "port": port})
                    opened[_found(one, f"{host}:{port}" if port else host)] = one
                except psycopg.OperationalError as error:
                    why.append(str(error).strip())
            if not opened:
                raise psycopg.OperationalError("; ".join(why))
            known = Known(settings.IKM_DATA / KNOWN_FILE)
            try:
                found = newest(list(opened), known.read())
            except NoneToWriteTo as error:
                raise psycopg.OperationalError(str(error)) from error
            self._live_in(found.history)
            _remember(known, found.history)
            chosen = opened[found]
        finally:
            for one in opened.values():
                if one is not chosen:
                    one.close()
        return chosen

    def _live_in(self, history: History) -> None:
        lived = DatabaseWrapper._lived
        if lived is None or lived[0] != os.getpid():
            DatabaseWrapper._lived = (os.getpid(), history)
        elif lived[1] != history:
            log.error(
                "the database went over to another server: this process ends, and has to be started anew"
            )
            os.kill(os.getpid(), signal.SIGTERM)
            raise psycopg.OperationalError("the database went over to another server")

    def _heard(self, notice: Diagnostic) -> None:
        if notice.sqlstate == _WARNING:
            self._unconfirmed = True

    def _commit(self) -> None:
        """Commit.

        Raises:
            OperationalError: it is committed here, and no standby has confirmed it.
        """
        self._unconfirmed = False
        super()._commit()  # type: ignore[misc]  # Django's types leave it out
        if self._unconfirmed:
            raise OperationalError("committed here, and no standby confirmed it")


def _found(connection: Any, host: str) -> Found:
    connection.autocommit = True
    system, file, begun = connection.execute(_HISTORY).fetchone()
    return Found(host, History(int(system), int(file[:8], 16)), str(begun))


def _remember(known: Known, history: History) -> None:
    try:
        known.write(history)
    except OSError as error:
        log.warning("which history of the database was written to could not be noted: %s", error)
