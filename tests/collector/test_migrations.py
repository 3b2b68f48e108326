"""The tables are what the models say.

New databases, and those of the tests, are made from the models; these here hold the migrations to them.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from collector.console import tables as making

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"

Tables = dict[str, tuple[list[tuple[object, ...]], set[tuple[object, ...]], set[tuple[object, ...]]]]


def tables(names: Iterable[str], cursor: sqlite3.Cursor) -> Tables:
    """Give each table's columns, references and indexes, in whatever order they were made."""

    def told(what: str, name: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in cursor.execute(f"PRAGMA {what}({name!r})").fetchall()]

    found: Tables = {}
    for name in names:
        columns = sorted(row[1:] for row in told("table_info", name))
        references = {row[2:] for row in told("foreign_key_list", name)}
        indexes = {
            (index, *rest, tuple(row[2] for row in told("index_info", str(index))))
            for _, index, *rest in told("index_list", name)
            if not str(index).startswith("sqlite_autoindex")
        }
        found[name] = (columns, references, indexes)
    return found


def of(folder: Path, *words: str) -> sqlite3.Connection:
    """Run a command on a collector of its own, and give its database."""
    environment = os.environ | {"IKM_DATA": str(folder), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "collector.manage", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return sqlite3.connect(folder / "collector.sqlite3")


def test_no_model_has_changed_since_its_migration(tmp_path: Path) -> None:
    of(tmp_path, "makemigrations", "--check", "--dry-run").close()


def test_a_new_database_is_what_the_migrations_would_have_made(tmp_path: Path) -> None:
    (tmp_path / "migrated").mkdir()
    migrated = of(tmp_path / "migrated", "migrate", "-v", "0")
    at_once = of(tmp_path / "at-once", "setup")
    names = [name for (name,) in migrated.execute(_TABLES)]
    assert len(names) > 100
    assert sorted([*names, "cache"]) == [name for (name,) in at_once.execute(_TABLES)]
    assert tables(names, migrated.cursor()) == tables(names, at_once.cursor())
    done = "SELECT app, name FROM django_migrations ORDER BY app, name"
    assert migrated.execute(done).fetchall() == at_once.execute(done).fetchall() != []
    migrated.close()
    at_once.close()


@pytest.mark.django_db(transaction=True)
def test_a_set_up_that_was_broken_off_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables are there already, and no migration counts as done."""
    monkeypatch.setattr(settings, "MIGRATION_MODULES", {})  # the tests' own tables have none
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.all().delete()
    assert "evidence_stream" in connection.introspection.table_names()
    making.make()
    assert {app for app, _ in recorder.applied_migrations()} >= {"evidence", "fleet", "auth"}
    ran: list[str] = []
    monkeypatch.setattr(making, "call_command", lambda *_words, **more: ran.append(str(sorted(more))))
    making.make()
    assert ran == ["['interactive', 'verbosity']"], "one that has its migrations is migrated and nothing else"
