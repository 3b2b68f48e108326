"""Breakdowns asked for: groups of released periods, added up from what was frozen with each release.

Only a unit's official periods have groups. A longer period, a region and an agency add them up, so that they tell nothing that the
units' own do not; and nothing moves but when something is released.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.releases import larger
from collector.releases.bands import Band, band
from collector.releases.cells.cutting import DIMENSIONS, OWN, Group, groups_of
from collector.releases.cells.noise import sum_variance
from collector.releases.models import Release
from collector.releases.policy import KINDS
from collector.releases.sums import atoms_of
from collector.scores.ask.counting import count
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.ask.results import QuestionError
from collector.scores.ask.scope import Days, Scope
from collector.scores.ask.words import period_of
from survey.index.periods import Period
from survey.instrument.instrument import Instrument, Kind

WORDS = ("unit", "region", "agency", "period", "by", "instrument", "format", "for")
_KINDS = ("unit", "region", "agency")
_TWO_SIDED = 1.96


@dataclass(frozen=True, slots=True)
class BreakdownQuestion:
    """A question about the groups of a calendar period."""

    kind: str
    """`unit`, `region` or `agency`."""
    code: str
    period: Period
    by: tuple[str, ...]
    instrument: str = DEFAULT_INSTRUMENT


@dataclass(frozen=True, slots=True)
class Cell:
    """One group: about so many people, and their index with its doubt."""

    dimension: str
    code: str
    releases: int
    """In how many releases it could be shown; the others' people are not in it."""
    n: int
    value: float
    low: float
    high: float
    means: Mapping[str, float]
    """By the elements' keys."""


@dataclass(frozen=True, slots=True)
class BreakdownAnswer:
    """What an account may know of a period's groups."""

    question: BreakdownQuestion
    name: str
    instrument: Instrument
    responses: Band
    """All responses held today, complete or not."""
    releases: tuple[str, ...] = ()
    """Addresses of the releases that are added up."""
    left_out: int = 0
    """Units of which nothing with a number is out."""
    cells: tuple[Cell, ...] | None = None
    """None for whoever may know the band alone."""


def question(words: Mapping[str, str]) -> BreakdownQuestion:
    """Give the question that these words ask.

    Raises:
        QuestionError: a word is unknown, or says nothing that can be asked.
    """
    for word, text in words.items():
        if word not in WORDS:
            raise QuestionError("parameter_unknown", word=word, known=", ".join(WORDS))
        if not text.isprintable():
            raise QuestionError("parameter", word=word)
    named = [kind for kind in _KINDS if words.get(kind)]
    if len(named) != 1:
        raise QuestionError("breakdown_of")
    period = period_of({"period": words.get("period", "")})
    if period.kind not in KINDS:
        raise QuestionError("breakdown_period")
    offered = DIMENSIONS if named == ["unit"] else tuple(one for one in DIMENSIONS if one not in OWN)
    by = tuple(dict.fromkeys(filter(None, words.get("by", "").split(",")))) or offered
    if not set(by) <= set(offered):
        raise QuestionError("breakdown_by", known=", ".join(offered))
    return BreakdownQuestion(
        named[0], words[named[0]], period, by, instrument=words.get("instrument") or DEFAULT_INSTRUMENT
    )


def only_band(asked: BreakdownQuestion) -> BreakdownAnswer:
    """Answer with the band of responses alone.

    Raises:
        CollectorError: there is no such unit, region, agency or instrument.
    """
    whole = _whole(asked)
    number, form = find_form(asked.instrument)
    if form.instrument.kind is not Kind.SKM:
        raise QuestionError("instrument_no_skm", instrument=form.instrument.name)
    held = 0
    if number is not None:
        days = Days(asked.period.first, asked.period.last)
        tally, _ = form.opened(count(number, form, _scope(asked), days).whole.both)
        held = tally.complete + tally.incomplete
    return BreakdownAnswer(asked, whole.name, form.instrument, band(held))


def answer(asked: BreakdownQuestion) -> BreakdownAnswer:
    """Answer with everything.

    Raises:
        CollectorError: there is no such unit, region, agency or instrument.
    """
    known = only_band(asked)
    found = atoms_of(_whole(asked).units, asked.period, instrument=asked.instrument)
    cells = [
        _added(dimension, code, groups, known.instrument)
        for dimension in asked.by
        for code, groups in sorted(_groups(found.atoms, dimension).items())
    ]
    return BreakdownAnswer(
        asked,
        known.name,
        known.instrument,
        known.responses,
        tuple(atom.address for atom in found.atoms),
        found.left_out,
        tuple(cells),
    )


def _scope(asked: BreakdownQuestion) -> Scope:
    if asked.kind == "unit":
        return Scope(unit=asked.code)
    return Scope(region=asked.code) if asked.kind == "region" else Scope(agency=asked.code)


def _whole(asked: BreakdownQuestion) -> larger.Whole:
    if asked.kind == "region":
        return larger.region(asked.code)
    if asked.kind == "agency":
        return larger.agency(asked.code)
    unit = Unit.objects.filter(code=asked.code).first()
    if unit is None:
        raise CollectorError("unit_unknown", code=asked.code)
    return larger.unit_over_time(unit)


def _groups(atoms: Sequence[Release], dimension: str) -> dict[str, list[tuple[Release, Group]]]:
    found: defaultdict[str, list[tuple[Release, Group]]] = defaultdict(list)
    for atom in atoms:
        for code, group in groups_of(atom, dimension).items():
            found[code].append((atom, group))
    return found


def _added(
    dimension: str, code: str, groups: Sequence[tuple[Release, Group]], instrument: Instrument
) -> Cell:
    """Add the groups of several releases up, each with its noise.

    The doubt is chance and noise together: chance as the releases themselves tell it, for as many people as are in the group.
    """
    n = sum(group.n for _, group in groups)
    places = range(len(instrument.element_keys))
    means = [sum(group.n * group.means[place] for _, group in groups) / n for place in places]
    value = 25 * sum(float(weight) * mean for weight, mean in zip(instrument.weights, means, strict=True))
    of_chance = sum(group.n * _person_variance(atom) for atom, group in groups)
    of_noise = len(groups) * sum_variance(instrument) * 25**2
    half = _TWO_SIDED * sqrt(of_chance + of_noise) / n
    lowest, highest = 25 * instrument.lowest, 25 * instrument.highest
    return Cell(
        dimension,
        code,
        len(groups),
        n,
        round(value, 1),
        round(max(value - half, lowest), 1),
        round(min(value + half, highest), 1),
        {key: round(mean, 2) for key, mean in zip(instrument.element_keys, means, strict=True)},
    )


def _person_variance(release: Release) -> float:
    """Give what one person adds to the variance of an index, days included, from the interval that is out."""
    if release.low is None or release.high is None or release.n is None:
        raise AssertionError("a release with groups has five people and an interval")
    half = float(release.high - release.low) / 2
    return (half / _TWO_SIDED) ** 2 * release.n
