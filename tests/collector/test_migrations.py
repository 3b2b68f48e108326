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


@pytest.mark.heavy
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


CUT = """
import django; django.setup()
from collector.console import tables
real = tables.call_command
def cut(*words, **more):
    if "fake" in more:
        raise SystemExit(9)
    real(*words, **more)
tables.call_command = cut
tables.make()
"""


@pytest.mark.heavy
def test_a_set_up_that_was_broken_off_leaves_nothing_and_is_begun_anew(tmp_path: Path) -> None:
    """Tables that no migration accounts for could not be brought up to date by a later version."""
    environment = os.environ | {"IKM_DATA": str(tmp_path), "DATABASE_URL": "", "SECRET_KEY": "of this test"}
    environment["DJANGO_SETTINGS_MODULE"] = "collector.settings"
    done = subprocess.run(
        [sys.executable, "-c", CUT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 9, done.stdout + done.stderr
    left = sqlite3.connect(tmp_path / "collector.sqlite3")
    assert left.execute(_TABLES).fetchall() == []
    left.close()
    whole = of(tmp_path, "setup")
    assert len(whole.execute(_TABLES).fetchall()) > 100
    assert whole.execute("SELECT COUNT(*) FROM django_migrations").fetchone()[0] > 40
    whole.close()


@pytest.mark.django_db
def test_one_that_has_its_migrations_is_migrated_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(making, "call_command", lambda *_words, **more: ran.append(str(sorted(more))))
    making.make()
    assert ran == ["['interactive', 'verbosity']"]
