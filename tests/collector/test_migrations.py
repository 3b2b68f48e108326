"""The tables are what the models say.

The tests' own tables are made from the models, in a tenth of the time; these here hold the migrations to them.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.db import connection

from tests.set_up import set_up

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"

Tables = dict[str, tuple[list[tuple[object, ...]], set[tuple[object, ...]], set[tuple[object, ...]]]]


def test_no_model_has_changed_since_its_migration(tmp_path: Path) -> None:
    environment = os.environ | {"IKM_DATA": str(tmp_path), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "collector.manage", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


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


@pytest.mark.django_db
def test_what_the_migrations_make_is_what_the_models_say(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the same migrations")
    set_up(os.environ | {"IKM_DATA": str(tmp_path), "DATABASE_URL": ""})
    made = sqlite3.connect(tmp_path / "collector.sqlite3")
    names = [name for (name,) in made.execute(_TABLES) if name != "django_migrations"]
    assert len(names) > 100
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        of_models = [name for (name,) in cursor.fetchall()]
        assert names == [name for name in of_models if name != "django_migrations"]
        assert tables(names, made.cursor()) == tables(names, cursor)
    made.close()
