"""Whether an error says that the database is away for a while: its server fails over, begins, or lets nobody write or in.

Asked where an answer is made of an error. What we did wrong ourselves (a table that is not there, a statement that makes no sense) is no such error, and SQLite and
PostgreSQL both mix the two under one name: so the database's own code of the error decides, and where there is none, that no connection could be made or it broke.
"""

import sqlite3

from django.db import Error, OperationalError

RETRY_AFTER_S = 30
"""After how many seconds to ask again."""
_POSTGRESQL = frozenset({"25006", "53300", "57P01", "57P02", "57P03", "57P05"})
"""It takes no writing (a rival, or a standby), has no connection left, is being stopped, crashed, begins, ended a connection."""
_CONNECTION = "08"
_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_away(error: BaseException | None) -> bool:
    """Tell whether an error of the database, or the one that it came after, says that the database cannot be asked now."""
    if not isinstance(error, Error):
        return False
    before = error.__context__ if error.__cause__ is None else error.__cause__.__context__
    return _says_so(error) or is_away(before)


def _says_so(error: Error) -> bool:
    cause = error.__cause__
    if cause is None:
        return isinstance(error, OperationalError)  # said by our own backend
    if hasattr(cause, "sqlite_errorcode"):
        return cause.sqlite_errorcode & 0xFF in _SQLITE
    if hasattr(cause, "sqlstate"):
        state = cause.sqlstate
        if state is None:  # the driver's own word: it came to no server, or lost it
            return isinstance(error, OperationalError)
        return state in _POSTGRESQL or state.startswith(_CONNECTION)
    return False
