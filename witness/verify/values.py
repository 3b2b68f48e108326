"""Values out of a stranger's JSON, each of the type it must have: the page in the browser reads them by the same rules."""

import re
from datetime import UTC, date, datetime
from typing import Any

from survey.record.errors import Malformed

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00")
_MOST = 2**53


def wrong(what: str) -> Malformed:
    """Give the error for a value that makes no sense."""
    return Malformed("proof_file", f"{what} makes no sense in this proof")


def obj(value: object, key: str) -> dict[str, Any]:
    """Give an object under a key.

    Raises:
        Malformed: there is none, as with all others here (`proof_file`).
    """
    found = at(value, key)
    if not isinstance(found, dict):
        raise wrong(key)
    return found


def rows(value: object, key: str) -> list[Any]:
    """Give a list under a key."""
    found = at(value, key)
    if not isinstance(found, list):
        raise wrong(key)
    return found


def text(value: object, key: str) -> str:
    """Give a text under a key."""
    found = at(value, key)
    if not isinstance(found, str):
        raise wrong(key)
    return found


def whole(value: object, key: str) -> int:
    """Give a whole number, not below nought, under a key."""
    found = at(value, key)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < _MOST:
        raise wrong(key)
    return found


def number(value: object, key: str) -> float:
    """Give a number under a key."""
    found = at(value, key)
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise wrong(key)
    return found


def at(value: object, key: str) -> Any:
    """Give whatever is under a key; there must be something, if only null."""
    if not isinstance(value, dict) or key not in value:
        raise wrong(key)
    return value[key]


def unhex(value: object) -> bytes:
    """Read hexadecimal."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise wrong("hexadecimal")
    return bytes.fromhex(value)


def day(value: str) -> date:
    """Read a date."""
    if not _DAY.fullmatch(value):
        raise wrong("a date")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise wrong("a date") from error


def moment_ms(value: str) -> int:
    """Read a moment in UTC, as milliseconds since 1970."""
    if not _MOMENT.fullmatch(value):
        raise wrong("a moment")
    try:
        return round(datetime.fromisoformat(value).astimezone(UTC).timestamp() * 1000)
    except ValueError as error:
        raise wrong("a moment") from error
