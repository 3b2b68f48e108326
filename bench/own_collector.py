"""A collector of its own for a measurement: SQLite in a folder, set up, and Django ready in this process and those it starts."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

from bench import many_responses
from tests.postgres import PrivatePostgres


def set_up(folder: Path | str, *, url: str = "") -> None:
    """Make the database (of SQLite, where no other is named) and the keys, whatever database the caller has; models may be imported from then on."""
    os.environ |= {
        "IKM_DATA": str(folder),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "collector.settings",
        "IKM_LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "-m", "collector.manage", "setup"], check=True, capture_output=True)
    django.setup()


def vacuumed() -> None:
    """Do what autovacuum has done wherever a database is older than a minute."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def country(
    folder: Path | None, units: int, fill: Callable[[int], int], *, responses: int = 0, postgres: bool = False
) -> Iterator[None]:
    """Have a database of so many units with their releases: the one in `folder`, or one that `fill` makes, there or for this run.

    `responses`: how many there are at these units, in rows and tallies; `postgres`: on a private server, for this run alone.
    """
    from django.conf import settings  # noqa: PLC0415 - read after `set_up`

    with ExitStack() as stack:
        passing = stack.enter_context(tempfile.TemporaryDirectory())
        place = Path(passing) if folder is None or postgres else folder
        is_new = not (place / "collector.sqlite3").exists()
        set_up(place, url=stack.enter_context(PrivatePostgres()).url() if postgres else "")
        settings.SECRET_KEY = "only for this"
        if is_new:
            print(f"{fill(units)} releases of {units} units")
            if responses:
                many_responses.fill(responses)
            if postgres:
                vacuumed()
        if not postgres:
            print(f"{(place / 'collector.sqlite3').stat().st_size / 1e9:.2f} GB of database")
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
        yield
