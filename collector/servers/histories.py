"""Which of several servers may be written to: the one whose history is the newest, and none where that cannot be told.

PostgreSQL counts the histories of a database: whoever is promoted begins the next. So an old primary that comes back is known by its number, whatever
it thinks of itself. What was written to last stands in a file of this machine, so that an old primary is not taken when the new one is away.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class History(NamedTuple):
    """A history of a database."""

    system: int
    """The database: given when it was made, and the same at its standbys."""
    timeline: int
    """How often somebody was promoted, and one more."""


class Found(NamedTuple):
    """A server that takes writing."""

    host: str
    history: History
    begun: str
    """When it was started: the same server may answer by two names."""


class NoneToWriteTo(Exception):  # noqa: N818 - named for the state
    """No server may be written to, though some would take it."""


def newest(found: Sequence[Found], known: History | None) -> Found:
    """Give the server to write to; `known` is the history that was written to last.

    Raises:
        NoneToWriteTo: the newest that answers is older than what was written to, or two went on from the same point.
    """
    best = max(found, key=lambda one: one.history.timeline)
    if any(one.history.system != best.history.system for one in found):
        raise NoneToWriteTo(f"{_named(found)} are different databases: DATABASE_URL names servers of one")
    rivals = [one for one in found if one.history == best.history and one.begun != best.begun]
    if rivals:
        raise NoneToWriteTo(
            f"{_named([best, *rivals])} both take writing, in histories of one number: stop the one that was not to be promoted"
        )
    if known is not None and known.system == best.history.system and best.history.timeline < known.timeline:
        raise NoneToWriteTo(
            f"{best.host} is an old primary: it stands in history {best.history.timeline}, and {known.timeline} was written to already;"
            " stop it, and make it a standby of the new one"
        )
    return best


def _named(found: Sequence[Found]) -> str:
    return " and ".join(one.host for one in found)


class Known:
    """The history that this machine wrote to last."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> History | None:
        """Give it; None where nothing is known."""
        try:
            system, timeline = self._path.read_text().split()
            return History(int(system), int(timeline))
        except (OSError, ValueError):
            return None

    def write(self, history: History) -> None:
        """Remember it.

        Raises:
            OSError: the file cannot be written.
        """
        if history == self.read():
            return
        passing = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        passing.write_text(f"{history.system} {history.timeline}\n")
        passing.replace(self._path)
