"""Reading a file somebody wrote by hand: every problem noted with its key, its value and the remedy, none fatal."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from survey.record.errors import InstrumentError

MAX_TEXT = 600

_Choice = TypeVar("_Choice", bound=StrEnum)
_ANYTHING = re.compile(r".+", re.DOTALL)


class Problems:
    """What is wrong with one file, in the order it was found."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[InstrumentError] = []

    @property
    def found(self) -> tuple[InstrumentError, ...]:
        """What was found so far."""
        return tuple(self._found)

    def note(self, key: str, value: object, remedy: str) -> None:
        """Note that `value` stands under `key` and what should stand there."""
        self._found.append(InstrumentError(file=self._file, key=key, value=value, remedy=remedy))


class Fields:
    """One table of the file; what nobody asked for is a problem too, for it is mostly a misspelt key.

    Every method gives a harmless value where it notes a problem, so that one reading finds them all.
    """

    def __init__(self, content: Mapping[str, object], place: str, problems: Problems) -> None:
        self._content = content
        self._place = place
        self._problems = problems
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Say whether the key is written at all."""
        return key in self._content

    def note(self, key: str, value: object, remedy: str) -> None:
        """Note a problem of a key of this table."""
        self._problems.note(self._place + key, value, remedy)

    def text(self, key: str, *, remedy: str, pattern: re.Pattern[str] = _ANYTHING) -> str:
        """Give a text that matches `pattern` as a whole."""
        value = self._get(key)
        if not isinstance(value, str) or len(value) > MAX_TEXT or not pattern.fullmatch(value.strip()):
            self.note(key, value, f"write {remedy}")
            return "?"
        return value.strip()

    def texts(
        self, key: str, *, remedy: str, pattern: re.Pattern[str] = _ANYTHING, required: bool = True
    ) -> tuple[str, ...]:
        """Give a list of texts that each match `pattern`; an empty one only where it is not required."""
        value = self._get(key) if required or self.has(key) else []
        good = isinstance(value, list) and all(
            isinstance(item, str) and len(item) <= MAX_TEXT and pattern.fullmatch(item) for item in value
        )
        if not isinstance(value, list) or not good or (required and not value):
            self.note(key, value, f"a list: {remedy}")
            return ("id",)
        return tuple(str(item) for item in value)

    def whole(self, key: str) -> int:
        """Give a whole number."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(key, value, "write a whole number, without quotes")
            return 0
        return value

    def flag(self, key: str) -> bool:
        """Give true or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            self.note(key, value, "write true or false, without quotes")
            return False
        return value

    def choice(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        """Give one of the values of an enumeration."""
        value = self._get(key)
        if isinstance(value, str) and value in [choice.value for choice in choices]:
            return choices(value)
        self.note(key, value, "one of " + ", ".join(f'"{choice.value}"' for choice in choices))
        return default

    def table(self, key: str) -> "Fields":
        """Give a table inside this one."""
        value = self._get(key)
        if not isinstance(value, dict):
            self.note(key, value, "write a table")
            value = {}
        return Fields(value, f"{self._place}{key}.", self._problems)

    def tables(self, key: str, *, required: bool = True) -> tuple["Fields", ...]:
        """Give a list of tables; an empty one only where it is not required."""
        value = self._get(key) if required or self.has(key) else []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.note(key, value, f"write one [[{self._place}{key}]] or more")
            return ()
        if required and not value:
            self.note(key, value, f"write one [[{self._place}{key}]] or more")
        return tuple(
            Fields(item, f"{self._place}{key}[{number}].", self._problems)
            for number, item in enumerate(value, 1)
        )

    def translations(
        self, key: str, languages: tuple[str, ...], *, required: bool = True
    ) -> Mapping[str, str]:
        """Give texts by language, the Indonesian one at least."""
        if not required and not self.has(key):
            self._asked.add(key)
            return {}
        return self.table(key).rest_as_translations(languages)

    def rest_as_translations(
        self, languages: tuple[str, ...], *, known: tuple[str, ...] = ()
    ) -> Mapping[str, str]:
        """Read the rest of this table as texts by language, the Indonesian one at least."""
        found = {}
        for key in self._content:
            if key in known:
                continue
            if key not in languages:
                self.note(key, self._content[key], f"a language of this instrument: {', '.join(languages)}")
                continue
            found[key] = self.text(key, remedy="the text, in quotes")
        if "id" not in found:
            self.note("id", None, "write the Indonesian text")
        return found

    def done(self) -> None:
        """Note every key nobody asked for."""
        for key in self._content:
            if key not in self._asked:
                self.note(key, self._content[key], "unknown key: correct its spelling or leave it out")

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._content.get(key)
