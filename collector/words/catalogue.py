"""Sentences by key, from one TOML catalogue a language.

Rooms that count and decide raise codes with values; only a page, a printed sheet or the console has words, and takes them
from here. Both catalogues have every key with the same placeholders; a test holds them, and every key is said somewhere.
The official questions and categories are not here: they belong to the instruments. Templates hold their own words.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = ("id", "en")
CONSOLE = "en"
"""The language the console converses in; what it prints to be handed on follows `IKM_LANGUAGE`."""


def say(key: str, language: str, /, **values: object) -> str:
    """Give a sentence with its placeholders replaced.

    Raises:
        KeyError: there is no such sentence: a mistake in the program.
    """
    return catalogue(language)[key].format(**values)


def known(key: str) -> bool:
    """Tell whether there is such a sentence."""
    return key in catalogue(LANGUAGES[0])


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """Give all sentences of a language, the tables flattened with dots."""
    content = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_flatten(content, ""))


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)
