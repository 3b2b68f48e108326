"""The instruments this collector knows: those that ship, and its own from the folder `instruments` of its data."""

from collections.abc import Iterator
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


@lru_cache(maxsize=64)
def _find(instrument: str, version: str) -> Instrument:
    # A KeyError is not remembered: an instrument may be put into the folder while the collector runs.
    try:
        return definition.load(instrument, version)
    except KeyError:
        for found in _own():
            if (found.id, found.version) == (instrument, version):
                return found
        raise


def _own() -> Iterator[Instrument]:
    for file in own_files():
        try:
            yield definition.read(file)
        except InstrumentError:
            continue  # `ikm-collector instruments check` names what is wrong with it
