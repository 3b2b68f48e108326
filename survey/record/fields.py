"""Reading the fields of a record's body: each read checks the type and says under one code what is wrong.

Fields that a newer version added are ignored, and what an older one did not write has its ordinary value.
"""

from collections.abc import Mapping
from typing import Final

from survey.record.errors import Malformed
from survey.record.record import whole

MAX_WORD: Final = 64
"""Longest text of a field that is a code, a name or a version."""


class Fields:
    """The fields of one body of kind `kind`; a bad one is `Malformed` under `<kind>_field`."""

    def __init__(self, kind: str, body: Mapping[str, object]) -> None:
        self._body = body
        self._code = f"{kind}_field"

    def bad(self, message: str) -> Malformed:
        """Give the error that says what a field must be."""
        return Malformed(self._code, message)

    def whole(self, key: str, *, lowest: int = 0) -> int:
        """Give the whole number under `key`."""
        return whole(self._body, key, lowest=lowest, code=self._code)

    def whole_or(self, key: str, default: int, *, lowest: int = 0) -> int:
        """Give the whole number under `key`, or `default` where there is none."""
        return self.whole(key, lowest=lowest) if self._body.get(key) is not None else default

    def optional_whole(self, key: str, *, lowest: int = 0) -> int | None:
        """Give the whole number under `key`, or None where there is none."""
        return self.whole(key, lowest=lowest) if self._body.get(key) is not None else None

    def text(self, key: str, *, limit: int = MAX_WORD) -> str:
        """Give the text under `key`."""
        value = self._body.get(key)
        if not isinstance(value, str) or len(value) > limit:
            raise self.bad(f"{key} is a text of at most {limit} characters")
        return value

    def text_or(self, key: str, default: str, *, limit: int = MAX_WORD) -> str:
        """Give the text under `key`, or `default` where there is none."""
        return self.text(key, limit=limit) if self._body.get(key) is not None else default

    def optional_text(self, key: str) -> str | None:
        """Give the text under `key`, or None where there is none."""
        return self.text(key) if self._body.get(key) is not None else None

    def flag(self, key: str) -> bool:
        """Give the truth under `key`."""
        value = self._body.get(key)
        if not isinstance(value, bool):
            raise self.bad(f"{key} is true or false")
        return value

    def flag_or(self, key: str, *, default: bool) -> bool:
        """Give the truth under `key`, or `default` where there is none."""
        return self.flag(key) if self._body.get(key) is not None else default

    def texts(self, key: str, *, most: int) -> tuple[str, ...]:
        """Give the list of texts under `key`; none where there is none."""
        value = self._body.get(key, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, str) and len(one) <= MAX_WORD for one in value)
        ):
            raise self.bad(f"{key} is a list of at most {most} texts")
        return tuple(value)

    def wholes(self, key: str, *, most: int) -> tuple[int, ...]:
        """Give the list of whole numbers under `key`; none where there is none."""
        value = self._body.get(key, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in value)
        ):
            raise self.bad(f"{key} is a list of at most {most} whole numbers")
        return tuple(value)

    def counts(self, key: str, *, most: int) -> dict[str, int]:
        """Give the object of whole numbers under `key`; empty where there is none."""
        value = self._body.get(key, {})
        if not isinstance(value, dict) or len(value) > most:
            raise self.bad(f"{key} is an object of at most {most} whole numbers")
        return {name: whole(value, name, lowest=0, code=self._code) for name in value}

    def words(self, key: str, *, most: int) -> dict[str, str]:
        """Give the object of texts under `key`; empty where there is none."""
        value = self._body.get(key, {})
        if (
            not isinstance(value, dict)
            or len(value) > most
            or not all(isinstance(one, str) and len(one) <= MAX_WORD for one in value.values())
        ):
            raise self.bad(f"{key} is an object of at most {most} texts")
        return value

    def inner(self, key: str) -> "Fields | None":
        """Give the fields of the object under `key`, or None where there is none."""
        value = self._body.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.bad(f"{key} is an object")
        return self._within(value)

    def inners(self, key: str, *, most: int) -> "tuple[Fields, ...]":
        """Give the fields of each object in the list under `key`; none where there is none."""
        value = self._body.get(key, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, dict) for one in value)
        ):
            raise self.bad(f"{key} is a list of at most {most} objects")
        return tuple(map(self._within, value))

    def _within(self, body: Mapping[str, object]) -> "Fields":
        inner = Fields("", body)
        inner._code = self._code
        return inner
