"""A collector that is set up: made once for all tests of a process, and copied. Making its tables takes seconds of the processor's time."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.postgres import PrivatePostgres

SQLITE = "sqlite:///"
UNIT = ("--code", "sukamaju", "--name", "Balai Desa Sukamaju", "--region", "18.01.05.2003")

_READY: set[str] = set()
"""Databases on PostgreSQL that began as a copy of one that was set up."""


def set_up(environment: Mapping[str, str]) -> None:
    """Set up the collector whose settings these are: its keys are those of all others, its database is its own.

    One that is set up already stays as it is. On PostgreSQL it is done by the command itself, or was (`postgres_set_up`).
    """
    data, url = Path(environment["IKM_DATA"]), environment.get("DATABASE_URL", "")
    if url and not url.startswith(SQLITE):
        if url in _READY:
            shutil.copytree(_made() / "keys", data / "keys", dirs_exist_ok=True)
        else:
            _run(environment, "setup")
        return
    database = Path(url.removeprefix(SQLITE)) if url else data / "collector.sqlite3"
    if not database.exists():
        _copy(_made(), data, database)


def set_up_with_unit(environment: Mapping[str, str]) -> str:
    """Set up a collector on SQLite that has one unit, `sukamaju`; gives the code by which one kiosk becomes that unit's."""
    made, code = _made_with_unit()
    data = Path(environment["IKM_DATA"])
    if not (data / "collector.sqlite3").exists():
        _copy(made, data, data / "collector.sqlite3")
    return code


def postgres_set_up() -> PrivatePostgres:
    """Give a cluster whose database needs no more than its keys, which `set_up` brings."""
    cluster = PrivatePostgres(copy_of=_made_on_postgres())
    _READY.add(cluster.url())
    return cluster


def _copy(made: Path, data: Path, database: Path) -> None:
    shutil.copytree(made / "keys", data / "keys")
    shutil.copy(made / "collector.sqlite3", database)


@cache
def _made() -> Path:
    folder = tempfile.mkdtemp(prefix="ikm-set-up-")
    _run(os.environ | {"IKM_DATA": folder, "DATABASE_URL": ""}, "setup")
    return Path(folder)


@cache
def _made_with_unit() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="ikm-set-up-"))
    _copy(_made(), folder, folder / "collector.sqlite3")
    environment = os.environ | {"IKM_DATA": str(folder), "DATABASE_URL": ""}
    _run(environment, "unit", "add", *UNIT)
    return folder, _run(environment, "enrol", "--unit", UNIT[1]).split()[-1]


@cache
def _made_on_postgres() -> Path:
    with PrivatePostgres() as cluster, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_made() / "keys", Path(folder) / "keys")
        _run(os.environ | {"IKM_DATA": folder, "DATABASE_URL": cluster.url()}, "setup")
        return cluster.kept()


def _run(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "collector.manage", *words]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
