"""What users would write instead: a subscriber that puts each message into a table. They check nothing.

Run by `bench/ingest.py`, each in a process of its own: python -m bench.ingest_peers KIND --port P --topic T --database URL
"""

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarpras",
)  # fmt: skip
COLUMNS = (
    "id",
    "unit",
    "kiosk",
    "service",
    "at",
    "instrument",
    "duration_s",
    "channel",
    "language",
    *ELEMENTS,
)
_TYPES = {"id": "TEXT PRIMARY KEY", "at": "BIGINT", "duration_s": "INTEGER"}
CREATE = "CREATE TABLE IF NOT EXISTS response ({})".format(
    ", ".join(f"{name} {_TYPES.get(name, 'INTEGER' if name in ELEMENTS else 'TEXT')}" for name in COLUMNS)
)

Store = Callable[[list[dict[str, Any]]], None]


def row(message: dict[str, Any]) -> tuple[Any, ...]:
    """Give a message's row."""
    return tuple(message[name] if name in message else message["answers"][name] for name in COLUMNS)


def sqlite(path: str, *, wal: bool) -> Store:
    """Store in SQLite, a commit a message, as the `sqlite3` module does by default or with WAL."""
    database = sqlite3.connect(path)
    if wal:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
    database.execute(CREATE)
    database.commit()
    insert = f"INSERT OR IGNORE INTO response VALUES ({', '.join('?' * len(COLUMNS))})"

    def store(messages: list[dict[str, Any]]) -> None:
        database.executemany(insert, [row(message) for message in messages])
        database.commit()

    return store


def postgres(url: str) -> Store:
    """Store in PostgreSQL with psycopg, a commit a message."""
    database = psycopg.connect(url, autocommit=False)
    database.execute(CREATE)
    database.commit()
    insert = f"INSERT INTO response VALUES ({', '.join(['%s'] * len(COLUMNS))}) ON CONFLICT DO NOTHING"

    def store(messages: list[dict[str, Any]]) -> None:
        with database.cursor() as cursor:
            if len(messages) == 1:
                cursor.execute(insert, row(messages[0]))
            else:
                cursor.executemany(insert, [row(message) for message in messages])
        database.commit()

    return store


def django(url: str) -> Store:
    """Store with Django's `create()`, its defaults otherwise."""
    from django.conf import settings  # noqa: PLC0415 - only this peer needs Django

    from collector.database import database  # noqa: PLC0415 - only to read the address

    if url.startswith("postgresql"):
        chosen = database(url, folder=None)  # type: ignore[arg-type]
        chosen.pop("CONN_HEALTH_CHECKS")
    else:
        chosen = {"ENGINE": "django.db.backends.sqlite3", "NAME": url}
    settings.configure(DATABASES={"default": chosen}, USE_TZ=True)
    import django as package  # noqa: PLC0415 - as above

    package.setup()
    from django.db import connection, models  # noqa: PLC0415 - as above

    fields: dict[str, Any] = {
        name: models.IntegerField()
        if name in ELEMENTS or name == "duration_s"
        else models.CharField(max_length=64)
        for name in COLUMNS
    }
    fields["id"] = models.CharField(max_length=64, primary_key=True)
    fields["at"] = models.BigIntegerField()
    meta = type("Meta", (), {"app_label": "bench", "db_table": "response"})
    model = type("Response", (models.Model,), {**fields, "__module__": __name__, "Meta": meta})
    with connection.cursor() as cursor:
        cursor.execute(CREATE)

    def store(messages: list[dict[str, Any]]) -> None:
        for message in messages:
            model.objects.create(**dict(zip(COLUMNS, row(message), strict=True)))  # type: ignore[attr-defined]

    return store


def main() -> None:
    """Subscribe and store until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("sqlite", "wal", "postgres", "django"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--database", required=True)
    options = parser.parse_args()
    if options.kind == "postgres":
        store = postgres(options.database)
    elif options.kind == "django":
        store = django(options.database)
    else:
        store = sqlite(options.database, wal=options.kind == "wal")

    def arrived(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        content = json.loads(message.payload)
        store(content if isinstance(content, list) else [content])

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = arrived
    client.on_connect = lambda one, *_: one.subscribe(options.topic, 1)
    client.on_subscribe = lambda *_: print("READY", flush=True)
    client.connect("127.0.0.1", options.port)
    client.loop_forever()


if __name__ == "__main__":
    sys.exit(main())
