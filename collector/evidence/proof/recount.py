"""Indices counted from single records: what the tallies must agree with, and what an auditor computes anew."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from collector.evidence.intake.accepted import AcceptedRecord
from survey.index.indices import NothingAnswered, index
from survey.index.periods import Period
from survey.index.pulse import share
from survey.index.shares import shares
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.wording import rule_line
from survey.record.errors import Malformed

Find = Callable[[str, str], Instrument | None]
"""Give an instrument by id and version, or None where it is not known."""


@dataclass(frozen=True, slots=True)
class PublishedIndex:
    """An index as it was published for a unit and a period, or as it comes out of the records."""

    instrument: str
    """`id@version`."""
    measure: str
    """What the number is called: `IKM`, the pulse's share …"""
    value: str
    category: str
    n: int
    incomplete: int
    weight_mode: str
    rule: str
    elements: tuple[tuple[str, str], ...]
    """`(element, mean as an exact fraction)`."""
    tally: tuple[int, ...]
    """Layout of `survey.index.tally`."""

    @property
    def facts(self) -> tuple[object, ...]:
        """What two of them must agree in."""
        return self.value, self.category, self.n, self.incomplete, self.elements, self.tally


def recount_archived(
    records: Iterable[AcceptedRecord], *, unit_id: int, period: Period, zone: str, find: Find
) -> dict[str, int]:
    """Give how many complete responses to each instrument version are history, played in under an archive key."""
    history = (record for record in records if record.archived)
    tallies = recount(history, unit_id=unit_id, period=period, zone=zone, find=find)
    return {name: tally.complete for name, tally in tallies.items() if tally.complete}


def recount(
    records: Iterable[AcceptedRecord], *, unit_id: int, period: Period, zone: str, find: Find
) -> dict[str, Tally]:
    """Give the tally of every instrument version that was answered at a unit in a period of its local days."""
    start, end = period.bounds_ms(zone)
    tallies: dict[str, Tally] = {}
    for record in records:
        response = record.response
        if response is None or record.unit_id != unit_id or not start <= record.at_ms < end:
            continue
        instrument = find(response.instrument, response.version)
        if instrument is None:
            continue
        tally = tallies.setdefault(instrument.name, Tally.empty(instrument))
        try:
            tally.add(response.answers)
        except Malformed:
            continue  # the projection sets such a record aside as well
    return tallies


def published(tally: Tally, *, weight_mode: str | None = None) -> PublishedIndex | None:
    """Give the index or the shares a tally comes to; None where nobody answered."""
    instrument = tally.instrument
    try:
        if instrument.kind is Kind.SHARES:
            return _shares(tally)
        if instrument.kind is not Kind.PULSE:
            found = index(instrument, tally, weight_mode=weight_mode)
            return PublishedIndex(
                instrument=instrument.name,
                measure=instrument.index_name,
                value=str(found.value),
                category=found.letter or "",
                n=found.n,
                incomplete=found.incomplete,
                weight_mode=str(found.weight_mode),
                rule=found.rule,
                elements=tuple((element.key, str(element.nrr)) for element in found.elements),
                tally=tally.to_ints(),
            )
        pulse = share(instrument, tally)
        return PublishedIndex(
            instrument=instrument.name,
            measure=pulse.name,
            value=str(pulse.percent),
            category="",
            n=pulse.n,
            incomplete=tally.incomplete,
            weight_mode="",
            rule=instrument.rule,
            elements=(),
            tally=tally.to_ints(),
        )
    except NothingAnswered:
        return None


def _shares(tally: Tally) -> PublishedIndex:
    """Give what leads to no number: the counts of each answer stand in the tally."""
    instrument = tally.instrument
    return PublishedIndex(
        instrument=instrument.name,
        measure=instrument.index_name,
        value="",
        category="",
        n=shares(instrument, tally)[0].n,
        incomplete=tally.incomplete,
        weight_mode="",
        rule=rule_line(instrument),
        elements=(),
        tally=tally.to_ints(),
    )
