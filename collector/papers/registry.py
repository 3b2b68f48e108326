"""The formats of papers: each module in `collector.papers.formats` is one, and whoever adds a module has added a format.

A module holds `FORMAT`, a `Format`. Nothing else has to know it: the command, the public addresses, the list of a release's files and
the tests go over `formats()`.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import import_module

from collector.errors import CollectorError
from collector.papers import formats as package
from collector.papers.press import Press
from collector.papers.said import Said
from collector.releases.models import Release
from collector.scores.ask.lookups import find_form
from survey.instrument.kinds import Kind

SKM_ONLY = frozenset({Kind.SKM})
"""What follows the annex of the rule on the SKM: nine elements, categories, that very sheet."""
EVERY_INDEX = frozenset({Kind.SKM, Kind.PERCEPTION, Kind.F03})


class Audience(StrEnum):
    """Who may have a paper."""

    EVERYBODY = "everybody"
    """It says nothing that the release does not say; it has a public address."""
    OFFICE = "office"
    """For the unit's officers, evaluators and administrators, and the console."""
    EVALUATORS = "evaluators"
    """Not for the unit's officers: it counts complaints about them. It is made alone, and is in no job's file."""


class Purpose(StrEnum):
    """What a paper is for, in Indonesian, in the order in which lists show them."""

    ANNOUNCE = "Untuk diumumkan"
    REPORT = "Laporan dan lembar"
    FOLLOW = "Tindak lanjut dan forum"
    ASSESS = "Untuk penilaian dari luar"


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file."""

    name: str
    """What commands call it."""
    file: str
    """What the file is called, after the release it is of: `poster-a4.pdf`."""
    content_type: str
    title: str
    """What people call it, in Indonesian."""
    audience: Audience
    purpose: Purpose
    make: Callable[[Said, Press], bytes]
    """Gives the file of a release; the same bytes each time, and of a unit's follow-up as long as its register stands still."""
    of_units: bool = False
    """Whether only a unit's release has it: it tells of what the unit did, beside what the release says."""

    kinds: frozenset[Kind] = SKM_ONLY
    """Of which kinds of questionnaire it is made."""

    def why_not(self, release: Release) -> CollectorError | None:
        """Give why a release has no such file; None where it has (`paper_of_unit`, `paper_of_kind`)."""
        if self.of_units and release.subject != "unit":
            return CollectorError("paper_of_unit", name=self.name)
        if kind_of(release) not in self.kinds:
            return CollectorError("paper_of_kind", name=self.name, instrument=release.instrument)
        return None

    def suits(self, release: Release) -> bool:
        """Tell whether a release has such a file."""
        return self.why_not(release) is None


@lru_cache(maxsize=1)
def formats() -> Mapping[str, Format]:
    """Give all formats by their names, in the order of the names."""
    modules = [module.name for module in pkgutil.iter_modules(package.__path__)]
    every: list[Format] = [import_module(f"{package.__name__}.{module}").FORMAT for module in modules]
    found = {one.name: one for one in sorted(every, key=lambda one: one.name)}
    if len(found) < len(every) or len({one.file for one in every}) < len(every):
        raise ValueError(
            f"two formats have the same name or file: {sorted((one.name, one.file) for one in every)}"
        )
    return found


def formats_of(release: Release) -> list[Format]:
    """Give the formats that a release has, by what they are for and their titles."""
    purposes = list(Purpose)
    having = [one for one in formats().values() if one.suits(release)]
    return sorted(having, key=lambda one: (purposes.index(one.purpose), one.title))


def kind_of(release: Release) -> Kind | None:
    """Give the kind of questionnaire a release is of; None of an evaluation's result, and where the questionnaire is not known here any more."""
    try:
        return _kind(release.instrument)
    except CollectorError:
        return None


@lru_cache(maxsize=64)
def _kind(instrument: str) -> Kind:
    """Remember the kind of a questionnaire, which is the same in all its versions: a public paper asks for it each time."""
    return find_form(instrument)[1].instrument.kind


def find(name: str) -> Format:
    """Give a format by its name.

    Raises:
        CollectorError: there is none (`paper_unknown`).
    """
    known = formats()
    if name not in known:
        raise CollectorError("paper_unknown", name=name, known=", ".join(known))
    return known[name]
