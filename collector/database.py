"""`DATABASE_URL` read into Django's database settings: SQLite by default, PostgreSQL for many machines."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets pages read while the listener writes; FULL, because a receipt promises that a power cut loses nothing.
# secure_delete, because what a citizen wrote is destroyed one day, and must not stay in pages that are free.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864; "
    "PRAGMA secure_delete=ON;"
)
POSTGRESQL = "collector.servers"
# A server that vanishes without a word (its power, its network) is given up after seconds and not after hours.
GONE_SOON = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
# PostgreSQL compiles a statement whose estimate is high, which takes longer than running any of ours; what an address says counts more.
NOT_COMPILED = "-c jit=off"


def database(url: str, *, folder: Path) -> dict[str, Any]:
    """Give Django's settings for the database at `url`, or for the SQLite file in `folder` where it is empty.

    Raises:
        ImproperlyConfigured: the address is neither `sqlite:///PATH` nor `postgresql://USER@HOST/NAME`.
    """
    if not url:
        return _sqlite(folder / "collector.sqlite3")
    parts, servers = _split(url)
    if parts.scheme == "sqlite" and not servers and len(parts.path) > 1:
        path = unquote(parts.path[1:])
        return _sqlite(Path(path) if path.startswith("/") else Path.cwd() / path)
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        options = dict(parse_qsl(parts.query))
        host, port = _places(servers)
        host, port = options.pop("host", "") or host, options.pop("port", "") or port
        if "," in host:
            options.setdefault("target_session_attrs", "read-write")
        options["options"] = f"{NOT_COMPILED} {options.get('options', '')}".rstrip()
        return {
            "ENGINE": POSTGRESQL,
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": port,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": GONE_SOON | options,
        }
    raise ImproperlyConfigured(
        "DATABASE_URL is neither sqlite:///PATH (sqlite:////absolute/path) nor postgresql://USER@HOST/NAME (several servers: HOST:PORT,HOST:PORT); "
        "leave it unset for the SQLite file in IKM_DATA"
    )


def replica(url: str, *, of: Mapping[str, Any]) -> dict[str, Any]:
    """Give Django's settings for a server that is only read from, and holds what the database `of` does.

    Raises:
        ImproperlyConfigured: one of the two is not PostgreSQL.
    """
    told = database(url, folder=Path())
    if not told["ENGINE"] == of["ENGINE"] == POSTGRESQL:
        raise ImproperlyConfigured(
            "IKM_READ_DATABASE_URL names a standby of PostgreSQL, and DATABASE_URL its primary: both are postgresql://USER@HOST/NAME"
        )
    options = {"target_session_attrs": "any"} | told["OPTIONS"]
    options["options"] += " -c default_transaction_read_only=on"
    return told | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "TEST": {"MIRROR": "default"},
    }


def _split(url: str) -> tuple[SplitResult, str]:
    """Give the address without its servers, and these: the library takes several for one, and Python 3.13 refuses `[` in the middle of it."""
    scheme, mark, rest = url.partition("://")
    end = len(re.split("[/?#]", rest, maxsplit=1)[0])
    begin = rest.rfind("@", 0, end) + 1
    return urlsplit(f"{scheme}{mark}{rest[:begin]}{rest[end:]}"), rest[begin:end]


def _places(servers: str) -> tuple[str, str]:
    """Give hosts and ports as libpq takes them, of `one:5432,two`; a port that is not said is PostgreSQL's own."""
    hosts, ports = [], []
    for one in servers.split(","):
        host, colon, port = one.rpartition(":") if not one.endswith("]") else (one, "", "")
        hosts.append(unquote(host if colon else one).strip("[]"))
        ports.append(port if colon else "")
    return ",".join(hosts), ",".join(port or "5432" for port in ports) if any(ports) else ""


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        # IMMEDIATE: a transaction that reads and then writes must not find the lock taken in between.
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS},
    }
