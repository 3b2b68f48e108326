"""Where a program of `bench.peers` stores its answers, how many stand there, and what the database itself worked."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.spent import tree_seconds
from tests.postgres import PrivatePostgres

PROBE = "probe"
"""How the identities of messages begin that only ask whether a program listens; those of answers are hexadecimal, and so before it."""


@dataclass(frozen=True)
class Held:
    """What a table has: rows, and different answers among them."""

    rows: int
    different: int

    def lost(self, published: int) -> int:
        """How many of those published it does not have."""
        return published - self.different

    @property
    def doubled(self) -> int:
        """How many rows it has beyond one for each answer."""
        return self.rows - self.different

    def since(self, before: "Held") -> "Held":
        """What came since an earlier look."""
        return Held(self.rows - before.rows, self.different - before.different)


class Table:
    """A database of PostgreSQL or a file of SQLite, asked over a connection whose own work is not the program's."""

    def __init__(self, cluster: PrivatePostgres | None, name: str, folder: Path) -> None:
        self._cluster = cluster
        self.name = name
        self.file = folder / f"{name}.sqlite3"
        self._postmaster = self._backend = 0
        if cluster is not None:
            with psycopg.connect(cluster.url(), autocommit=True) as admin:
                admin.execute(f'CREATE DATABASE "{name}"')
            self._postgres = psycopg.connect(cluster.url(name), autocommit=True)
            self._backend = self._postgres.info.backend_pid
            self._postmaster = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def url(self) -> str:
        """The address as `DATABASE_URL` has it."""
        return f"sqlite:///{self.file}" if self._cluster is None else self._cluster.url(self.name)

    @property
    def variables(self) -> dict[str, str]:
        """The address as PostgreSQL's own clients read it from their environment."""
        if self._cluster is None:
            return {}
        return {
            "PGHOST": str(self._cluster.folder),
            "PGUSER": self._cluster.user,
            "PGDATABASE": self.name,
        }

    def run(self, statement: str) -> None:
        """Execute a statement."""
        if self._cluster is not None:
            self._postgres.execute(statement)
            return
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            database.execute(statement)

    def ask(self, query: str) -> tuple[int, ...]:
        """Give a row of numbers; none where SQLite has no such table yet, or is locked by a commit."""
        if self._cluster is not None:
            return tuple(int(one) for one in self._postgres.execute(query).fetchone() or ())
        try:
            with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=5)) as database:
                return tuple(database.execute(query).fetchone())
        except sqlite3.OperationalError:
            return ()

    def seconds(self) -> float:
        """Give the processor's seconds of PostgreSQL, all its processes but the one that answers here; SQLite works in its callers."""
        return tree_seconds(self._postmaster, without=self._backend) if self._postmaster else 0.0

    def close(self) -> None:
        """Leave it."""
        if self._cluster is not None:
            self._postgres.close()


Counting = Callable[[], Held]


def counting(table: Table, *, source: str = "response", identity: str = "id") -> Counting:
    """Give what counts the answers in a table, without the probes."""
    query = f"SELECT COUNT(*), COUNT(DISTINCT {identity}) FROM {source} WHERE {identity} < '{PROBE}'"
    return lambda: Held(*(table.ask(query) or (0, 0)))
