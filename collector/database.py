"""`DATABASE_URL` read into Django's database settings: SQLite by default, PostgreSQL for many machines."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets pages read while the listener writes; FULL, because a receipt promises that a power cut loses nothing.
# secure_delete, because what a citizen wrote is destroyed one day, and must not stay in pages that are free.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864; "
    "PRAGMA secure_delete=ON;"
)


def database(url: str, *, folder: Path) -> dict[str, Any]:
    """Give Django's settings for the database at `url`, or for the SQLite file in `folder` where it is empty.

    Raises:
        ImproperlyConfigured: the address is neither `sqlite:///PATH` nor `postgresql://USER@HOST/NAME`.
    """
    if not url:
        return _sqlite(folder / "collector.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        path = unquote(parts.path[1:])
        return _sqlite(Path(path) if path.startswith("/") else Path.cwd() / path)
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        options = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
            "PORT": options.pop("port", "") or str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise ImproperlyConfigured(
        "DATABASE_URL is neither sqlite:///PATH (sqlite:////absolute/path) nor postgresql://USER@HOST/NAME; "
        "leave it unset for the SQLite file in IKM_DATA"
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        # IMMEDIATE: a transaction that reads and then writes must not find the lock taken in between.
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS},
    }
