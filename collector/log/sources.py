"""Where facts come from: each room says what should stand in the log, and the log takes what does not stand there yet.

So a fact is logged whatever wrote it, and a log that was down misses nothing. Rooms above this one register their own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from collector.log.models import LoggedFact

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that should stand in the log."""

    key: str
    """What it is about, at most 120 characters; one fact a key."""
    kind: str
    """One of `survey.log.facts.KINDS`."""
    body: Callable[[], Mapping[str, object]]
    """Asked for only where it is not logged yet."""
    units: tuple[str, ...] = ()
    """Codes of the units that it concerns."""
    stamp: str = ""
    """What it says as far as that can change, at most 150 characters: with another stamp it is logged once more."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of some kinds come from."""

    name: str
    mark: Callable[[], str]
    """Cheap; another text where there may be new facts. Empty where that is not known: then they are looked for each night."""
    facts: Callable[[], Iterable[Fact]]
    """All of them, logged or not, in the order in which they happened."""


_registered: dict[str, Source] = {}


def register(source: Source) -> None:
    """Have a source's facts logged."""
    _registered.setdefault(source.name, source)


def marks() -> dict[str, str]:
    """Give what each source has come to."""
    return {name: source.mark() for name, source in _registered.items()}


def missing(names: Iterable[str]) -> Iterator[Fact]:
    """Give the facts of these sources that do not stand in the log as they are now."""
    for name, source in _registered.items():
        if name not in names:
            continue
        facts = iter(source.facts())
        while some := list(islice(facts, _AT_ONCE)):
            known = dict(
                LoggedFact.objects.filter(key__in=[one.key for one in some]).values_list("key", "stamp")
            )
            yield from (one for one in some if known.get(one.key) != one.stamp)
