"""Statements about many keys at once whose text never changes, for paths where building them by the model costs more than running them.

A text that is always the same is compiled once by SQLite and costs no building. The keys go in as one parameter: an array on
PostgreSQL, a JSON list on SQLite. `{among}` stands where an ORM's `__in` would, `{each}` where rows are made of the keys, in their order,
and `{then}` joins what is looked up for each of them: SQLite, which knows nothing of their number, must not begin at the other end.
"""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection

_DIALECTS = {
    # The keys' names are the same in both: `given.value`.
    "postgresql": {"among": "= ANY(%s)", "each": "unnest(%s::bigint[]) AS given(value)", "then": "JOIN"},
    "sqlite": {
        "among": "IN (SELECT value FROM json_each(%s))",
        "each": "json_each(%s) AS given",
        "then": "CROSS JOIN",
    },
}


Parameter = int | str | bytes | None | list[int] | list[str]


def rows(text: str, *parameters: Parameter) -> list[tuple[Any, ...]]:
    """Give what a statement selects."""
    with connection.cursor() as cursor:
        cursor.execute(_in_dialect(text, connection.vendor), parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def some_at_a_time(text: str, *parameters: Parameter, number: int) -> Iterator[tuple[Any, ...]]:
    """Give what a statement selects, with no more than `number` of its rows in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_in_dialect(text, connection.vendor), parameters)
        while found := cursor.fetchmany(number):
            yield from found


def run(text: str, *parameters: Parameter) -> None:
    """Run a statement that gives nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_in_dialect(text, connection.vendor), parameters)


def several(keys: Collection[int] | Collection[str]) -> list[int] | list[str] | str:
    """Give the parameter for keys that are numbers, or texts."""
    given: list[Any] = list(keys)
    return given if connection.vendor == "postgresql" else json.dumps(given)


def locking(text: str, *, clause: str = "FOR UPDATE") -> str:
    """Give a statement that also locks what it selects until the commit; on SQLite whoever writes is alone anyway."""
    return f"{text} {clause}" if connection.vendor == "postgresql" else text


def milliseconds(moment: datetime | str) -> int:
    """Give a moment that was selected as milliseconds since 1970; SQLite holds moments as text, in UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@cache
def _in_dialect(text: str, vendor: str) -> str:
    return text.format(**_DIALECTS[vendor])
