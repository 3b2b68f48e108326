"""A database for every program that `bench.ingest` measures, how many responses stand in it, and what it weighs."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from tests.postgres import PrivatePostgres


class Databases:
    """A database a program: a file of SQLite, or a database in the private cluster."""

    def __init__(self, folder: Path, cluster: PrivatePostgres | None) -> None:
        self._folder, self._cluster = folder, cluster

    def new(self, name: str) -> str:
        """Make one; gives its file, or its address in the cluster."""
        if self._cluster is None:
            return str(self._folder / f"{name}.sqlite3")
        full = f"{name}_{self._folder.name}"
        with psycopg.connect(self._cluster.url(), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{full}"')
        return self._cluster.url(full)

    def counter(self, url: str, query: str) -> Callable[[], int]:
        """Give what counts the responses committed by now."""
        if self._cluster is not None:
            postgres = psycopg.connect(url, autocommit=True)
            return lambda: int((postgres.execute(query).fetchone() or (0,))[0])

        def count() -> int:
            try:
                with closing(sqlite3.connect(f"file:{url}?mode=ro", uri=True, timeout=5)) as database:
                    return int(database.execute(query).fetchone()[0])
            except sqlite3.OperationalError:
                return 0  # not made yet, or locked by a commit

        return count

    def sizer(self, url: str) -> Callable[[], int]:
        """Give what weighs it, in bytes."""
        if self._cluster is not None:

            def size() -> int:
                with psycopg.connect(url, autocommit=True) as postgres:
                    return int(
                        (postgres.execute("SELECT pg_database_size(current_database())").fetchone() or (0,))[
                            0
                        ]
                    )

            return size

        def size_of_file() -> int:
            with closing(sqlite3.connect(url)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Path(url).stat().st_size

        return size_of_file
