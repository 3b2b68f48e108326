"""What is known of a unit's year that PEKPPP asks about: releases with what became of them, forums, standards, complaints, kiosks, evaluations.

Numbers of citizens come from releases alone. Complaints are counted, never told: an officer's folder counts those that the unit's own desk may
see, an evaluator's all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector import clock
from collector.complaints.models import TicketStatus
from collector.fleet.assignments import standing_at
from collector.fleet.models import Unit
from collector.followup import forum
from collector.followup.standing import Standing, standings
from collector.handover.facts import is_guarded
from collector.handover.models import ComplaintReport
from collector.handover.outputs.counting import lapor_of
from collector.handover.outputs.register import tickets_between
from collector.handover.outputs.report import published
from collector.local import local_date
from collector.papers.register import Entry, entries
from collector.releases.content import opened
from collector.releases.evaluation.keeping import Round, newest, scores
from collector.releases.evaluation.result import F03, SUBJECT
from collector.releases.models import Release
from collector.releases.policy import official
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.standards.history import VisitRead, visits_of
from collector.standards.models import Maklumat, Standard
from collector.standards.reading import ServiceRead, promise_of, services_of
from survey.index.periods import parse


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey of the year: its release, and what became of it."""

    release: Release
    said: Mapping[str, Any]
    publications: tuple[Entry, ...]
    standing: Standing

    @property
    def period_title(self) -> str:
        """Its period in words."""
        return parse(self.release.period).title


@dataclass(frozen=True, slots=True)
class Complaints:
    """Complaints of the year's twelve months."""

    received: int
    resolved: int
    """Those that are *selesai*."""
    whole: bool
    """Whether those are counted that the unit's own desk may not see."""
    lapor: tuple[int, int] | None
    """Received and resolved in SP4N-LAPOR!: as somebody states, else those from here that have its number; None where there are neither."""
    stated: bool
    """Whether somebody states the numbers of SP4N-LAPOR!."""
    reports: tuple[ComplaintReport, ...] = ()
    """What was published of the year's complaints, the oldest first."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluator entered in one round, and the IPP that is out of it."""

    round: Round
    marks: Mapping[int, int]
    version: int
    ipp: Mapping[str, Any] | None
    """As it was published; None where it is not."""
    users: Release | None
    """The users' release the IPP follows from."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What the unit promised at the end of the year, and who looked whether it holds."""

    on: date
    """The last day of the year; today, while it lasts."""
    services: tuple[ServiceRead, ...]
    """Those that are offered now, with the standard that was in force."""
    maklumat: Maklumat | None
    visits: tuple[VisitRead, ...]
    """Of the year, the oldest first."""

    @property
    def in_force(self) -> list[Standard]:
        """Give the standards in force."""
        return [one.standard for one in self.services if one.standard is not None]


@dataclass(frozen=True, slots=True)
class Facts:
    """A unit's year."""

    unit: Unit
    year: int
    today: date
    surveys: tuple[Survey, ...]
    """By the official kind of period, the oldest first."""
    forums: tuple[tuple[date, tuple[str, ...]], ...]
    """The day of each forum and the groups that came."""
    complaints: Complaints
    kiosks: int
    """How many stand at the unit now."""
    users: Release | None
    """The newest F-03 that is out."""
    evaluated: tuple[Evaluated, ...]
    promised: Promised

    @property
    def last(self) -> Survey | None:
        """The newest survey."""
        return self.surveys[-1] if self.surveys else None


def facts_of(unit: Unit, year: int, *, whole: bool, lapor: tuple[int, int] | None = None) -> Facts:
    """Give a unit's year; `whole` for who may see all complaints of the unit."""
    today = local_date(clock.now(), unit.time_zone)
    return Facts(
        unit=unit,
        year=year,
        today=today,
        surveys=_surveys(unit, year, today),
        forums=tuple(
            (one.held_on, tuple(name for name, count in forum.came(one) if count))
            for one in reversed(forum.forums(unit))
            if one.held_on.year == year
        ),
        complaints=_complaints(unit, year, whole=whole, lapor=lapor),
        kiosks=len(standing_at(unit)),
        users=_released(unit, year, F03).last(),
        evaluated=tuple(_evaluated(unit, year)),
        promised=_promised(unit, min(today, date(year, 12, 31))),
    )


def _promised(unit: Unit, day: date) -> Promised:
    return Promised(
        on=day,
        services=tuple(services_of(unit, day)),
        maklumat=promise_of(unit, day),
        visits=tuple(one for one in reversed(visits_of(unit)) if one.visit.visited_on.year == day.year),
    )


def _released(unit: Unit, year: int, instrument: str) -> Any:
    out = Release.objects.filter(
        unit=unit, subject="unit", instrument=instrument, state=State.PUBLISHED, last_day__year=year
    )
    return (
        out.exclude(n=None).select_related("unit__region", "unit__agency").order_by("last_day", "first_day")
    )


def _surveys(unit: Unit, year: int, today: date) -> tuple[Survey, ...]:
    out = [
        one
        for one in _released(unit, year, DEFAULT_INSTRUMENT)
        if (period := parse(one.period)).kind.value == official(unit, period).period_kind
    ]
    return tuple(
        Survey(one, opened(one), tuple(entries(one)), standing)
        for one, standing in zip(out, standings(out, today), strict=True)
    )


def _complaints(unit: Unit, year: int, *, whole: bool, lapor: tuple[int, int] | None) -> Complaints:
    every = tickets_between(unit, date(year, 1, 1), date(year, 12, 31))
    counted = [one for one in every if whole or not is_guarded(one)]
    numbered = lapor_of(counted)
    return Complaints(
        received=len(counted),
        resolved=sum(one.status == TicketStatus.DONE for one in counted),
        whole=whole,
        lapor=lapor if lapor is not None else numbered if numbered[0] else None,
        stated=lapor is not None,
        reports=tuple(reversed([one for one in published(unit) if one.first_day.year == year])),
    )


def _evaluated(unit: Unit, year: int) -> Any:
    for rnd in Round:
        kept = newest(unit, parse(str(year)), rnd)
        if kept is None:
            continue
        out = Release.objects.filter(
            subject=SUBJECT,
            code=unit.code,
            period=str(year),
            instrument=f"{SUBJECT}-{rnd.value}",
            state=State.PUBLISHED,
        ).first()
        told = opened(out)["ipp"] if out is not None else None
        users = Release.objects.filter(address=told["f03"]["address"]).first() if told else None
        yield Evaluated(rnd, scores(kept), kept.number, told, users)
