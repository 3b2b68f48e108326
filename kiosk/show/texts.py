"""The words of the interface: one TOML catalogue a language, Indonesian behind all of them.

A further language is one more file in `kiosk/show/locale/`. A catalogue may lack keys while it is a draft; they are then read
from Indonesian, so that a visitor never meets a bare key. The official questions and their options are not here: they
belong to the instruments.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

# Not importlib.resources: it takes longer to load than all catalogues together, and the kiosk is never zipped.
LOCALE = Path(__file__).parent / "locale"
AUTHORITY = "id"
"""The language that has every key."""


class MissingTextError(LookupError):
    """No catalogue has this key: a mistake in the program, not in a translation."""


class Language(NamedTuple):
    """What the head of a catalogue says about itself."""

    code: str
    name: str
    voice: str
    """The voice of espeak-ng that can read it."""
    draft: bool
    """Still unchecked by a speaker: not offered to visitors unless the kiosk's settings name it."""


class Texts(NamedTuple):
    """The catalogue of one language.

    `overrides` are texts that the collector sent for this kiosk, by key; they come before the catalogue's own.
    """

    language: str = AUTHORITY
    overrides: Mapping[str, str] | None = None

    def get(self, key: str, **values: object) -> str:
        """The text for `key` with `{name}` replaced by the values.

        Raises:
            MissingTextError: not even the Indonesian catalogue has the key.
        """
        text = (self.overrides or {}).get(key)
        if text is None:
            text = _table(self.language, _table_of(key)).get(key)
        if text is None:
            text = _table(AUTHORITY, _table_of(key)).get(key)
        if text is None:
            raise MissingTextError(f"no catalogue has a text for {key!r}")
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Tell whether there is a text for `key`, for keys that are made of data such as a topic's code."""
        table = _table_of(key)
        return any(
            key in texts
            for texts in (self.overrides or {}, _table(self.language, table), _table(AUTHORITY, table))
        )

    def spell(self, code: str) -> str:
        """How a ticket code is read aloud, character by character, with a pause where it has a space."""
        groups = [" ".join(self.get(f"spell.{character}") for character in group) for group in code.split()]
        return " · ".join(groups)

    def number(self, value: int) -> str:
        """A whole number with the language's grouping: 4182 → `4.182`."""
        return f"{value:,}".replace(",", self.get("number.group"))

    def decimal(self, text: str) -> str:
        """A decimal number that comes with a point, in the language's writing: `84.12` → `84,12`."""
        return text.replace(".", self.get("number.decimal"))

    def weekday(self, number: int) -> str:
        """The name of a day of the week, Monday = 0 as in `datetime.weekday()`."""
        return self.get("date.weekdays").split()[number]

    def month(self, number: int) -> str:
        """The short name of a month, January = 1."""
        return self.get("date.months").split()[number - 1]


@lru_cache(maxsize=16)
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language, its tables flattened with dots. Unknown languages have none."""
    return dict(_flatten(tomllib.loads(_file(language)), prefix=""))


@lru_cache(maxsize=16)
def _file(language: str) -> str:
    return (LOCALE / f"{language}.toml").read_text(encoding="utf-8") if is_shipped(language) else ""


@lru_cache(maxsize=256)
def _table(language: str, name: str) -> Mapping[str, str]:
    """The texts of one table, read when the first of them is needed: a first picture needs four of sixty."""
    text = _file(language)
    start = text.find(f"\n[{name}]\n")
    if start < 0:
        return {}
    end = text.find("\n[", start + 1)
    return dict(_flatten(tomllib.loads(text[start : None if end < 0 else end]), prefix=""))


def _table_of(key: str) -> str:
    return key.rpartition(".")[0]


def is_shipped(code: str) -> bool:
    """Tell whether a language has a catalogue here."""
    return (LOCALE / f"{code}.toml").is_file()


def shipped() -> tuple[Language, ...]:
    """Every language that has a catalogue, Indonesian first."""
    codes = [file.stem for file in LOCALE.glob("*.toml")]
    return tuple(language(code) for code in sorted(codes, key=lambda code: (code != AUTHORITY, code)))


@lru_cache(maxsize=16)
def language(code: str) -> Language:
    """The head of a catalogue, its table `[language]`; the rest is not read, for the first frame names languages it does not speak."""
    text = (LOCALE / f"{code}.toml").read_text(encoding="utf-8")
    start = text.index("[language]")
    head = tomllib.loads(text[start : text.find("\n[", start)])["language"]
    return Language(code=code, name=head["name"], voice=head["voice"], draft=head["draft"])


def _flatten(table: Mapping[str, object], *, prefix: str) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            entries += _flatten(value, prefix=f"{prefix}{key}.")
        elif isinstance(value, bool):
            entries.append((prefix + key, "true" if value else "false"))
        else:
            entries.append((prefix + key, str(value)))
    return entries
