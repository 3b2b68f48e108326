"""A collector that is set up: made once for all tests of a process, and copied. Making its tables takes seconds of the processor's time."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SQLITE = "sqlite:///"


def set_up(environment: Mapping[str, str]) -> None:
    """Set up the collector whose settings these are: its keys are those of all others, its database is its own.

    One that is set up already stays as it is. On PostgreSQL it is done by the command itself.
    """
    data, url = Path(environment["IKM_DATA"]), environment.get("DATABASE_URL", "")
    if url and not url.startswith(SQLITE):
        _run(environment)
        return
    database = Path(url.removeprefix(SQLITE)) if url else data / "collector.sqlite3"
    if not database.exists():
        shutil.copytree(_made() / "keys", data / "keys")
        shutil.copy(_made() / "collector.sqlite3", database)


@cache
def _made() -> Path:
    folder = tempfile.mkdtemp(prefix="ikm-set-up-")
    _run(os.environ | {"IKM_DATA": folder, "DATABASE_URL": ""})
    return Path(folder)


def _run(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "collector.manage", "setup"]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
