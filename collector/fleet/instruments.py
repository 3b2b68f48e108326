"""The instruments this collector knows: those that ship, and its own from the folder `instruments` of its data."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from survey.instrument import definition
from survey.instrument.instrument import Instrument
from survey.record.errors import InstrumentError


def find(instrument: str, version: str) -> Instrument | None:
    """Give an instrument by id and version, or None where this collector does not know it (yet)."""
    try:
        return _find(instrument, version)
    except KeyError:
        return None


def own_files() -> list[Path]:
    """Give the files of this collector's own instruments."""
    return sorted((settings.IKM_DATA / "instruments").glob("*.toml"))


def own() -> Iterator[Instrument]:
    """Give this collector's own instruments; a file that breaks a rule is none."""
    for file in own_files():
        with suppress(InstrumentError):  # `ikm-collector instruments check` names what is wrong with it
            yield definition.read(file)


def text(instrument: str, version: str) -> str:
    """Give one of our own instruments as it is written; empty where there is none."""
    for file in own_files():
        with suppress(InstrumentError, OSError):
            found = definition.read(file)
            if (found.id, found.version) == (instrument, version):
                return file.read_text(encoding="utf-8")
    return ""


@lru_cache(maxsize=64)
def _find(instrument: str, version: str) -> Instrument:
    # A KeyError is not remembered: an instrument may be put into the folder while the collector runs.
    try:
        return definition.load(instrument, version)
    except KeyError:
        for found in own():
            if (found.id, found.version) == (instrument, version):
                return found
        raise
