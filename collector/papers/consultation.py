"""What a public consultation (FKP) works from: the lowest three elements with their trend and doubt, open plans, and the minutes.

Complaints stand in it only as numbers that are public already; at present none are, and it says so. No text of a citizen is in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from collector.fleet.models import Unit
from collector.followup import forum
from collector.followup.models import Forum, Item, State
from collector.followup.reading import read
from collector.followup.sentences import signed
from collector.papers.cleaning import clean, clean_lines
from collector.papers.followed import LONGEST, PlanSaid, plans_said
from collector.papers.said import Said, printed
from collector.releases.content import interval_of, opened
from collector.releases.models import Release
from collector.releases.moved import judged
from collector.releases.states import State as ReleaseState
from survey.index.doubt import Change
from survey.index.periods import long_date, parse

_TREND = 5
_BLANK_ROWS = 4
_LASTS = timedelta(days=366)
"""A forum within a year after the period is held over it."""
_WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_DOTS = "." * 30


@dataclass(frozen=True, slots=True)
class LowSaid:
    """One of the three lowest elements, with the releases before."""

    element: str
    value: str
    interval: str
    trend: tuple[tuple[str, str, str], ...]
    """Period, value and interval, the oldest first, this release the last."""
    change: str
    """What became of it since the release before, with its doubt; empty where there is none."""


@dataclass(frozen=True, slots=True)
class AgreedSaid:
    """A row of the minutes' table."""

    problem: str
    proposal: str
    until: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """The whole pack."""

    lows: tuple[LowSaid, ...]
    open_plans: tuple[PlanSaid, ...]
    title: str
    topic: str
    day_sentence: str
    place: str
    place_and_day: str
    year: str
    agreed: tuple[AgreedSaid, ...]
    attendance: tuple[tuple[str, str], ...]
    present: str
    signers: tuple[str, ...]
    day: date


def consultation(said: Said) -> Consultation:
    """Give the pack of a unit's release; where a forum was held over it, with what it came to, else with room to write."""
    unit = said.release.unit
    if unit is None:
        raise ValueError("a region holds no forum")
    held = _held(unit, said.release)
    title, signers = (held.title, tuple(held.signers.splitlines())) if held else forum.proposed(unit)
    open_items = read(Item.objects.filter(unit=unit, state=State.PLANNED))
    agreed = read(Item.objects.filter(unit=unit, forum__held_on=held.held_on)) if held else []
    plans = plans_said(said, open_items)
    day = max([said.day, *([held.held_on] if held else []), *(one.made_on for one in [*open_items, *agreed])])
    return Consultation(
        lows=_lows(said),
        open_plans=plans,
        title=clean(title),
        topic=clean(held.topic) if held else _DOTS,
        day_sentence=_day(held.held_on) if held else f"hari {_DOTS} tanggal {_DOTS}",
        place=clean(held.place) if held else _DOTS,
        place_and_day=f"{clean(held.place)}, {long_date(held.held_on)}" if held else f"{_DOTS}, {_DOTS}",
        year=str(held.held_on.year if held else said.day.year),
        agreed=tuple(
            AgreedSaid(clean(one.problem, longest=LONGEST), clean(one.action, longest=LONGEST), plan.months)
            for one, plan in zip(agreed, plans_said(said, agreed), strict=True)
        )
        or (AgreedSaid("", "", ""),) * _BLANK_ROWS,
        attendance=tuple((name, str(count)) for name, count in forum.came(held))
        if held
        else tuple((name, "") for name, _ in forum.came(Forum(attendance={}))),
        present=str(forum.groups_present(held)) if held else "",
        signers=clean_lines("\n".join(signers), most=20),
        day=day,
    )


def _held(unit: Unit, release: Release) -> Forum | None:
    """Give the newest forum that was held within a year after a release's period."""
    first, last = release.last_day, release.last_day + _LASTS
    return next((one for one in forum.forums(unit) if first < one.held_on <= last), None)


def _lows(said: Said) -> tuple[LowSaid, ...]:
    contents = [opened(one) for one in _series(said.release)]
    return tuple(_low(one.key, f"{one.label} {one.name}", contents) for one in said.elements if one.is_low)


def _low(key: str, name: str, contents: Sequence[Mapping[str, Any]]) -> LowSaid:
    found = [(content, element) for content in contents if (element := _element(content, key))]
    trend = tuple(
        (parse(content["period"]["id"]).title, printed(element["value"]), _interval(element))
        for content, element in found
    )
    change = ""
    if len(found) > 1:
        # picked by this release: it is the later side whose bad luck is to be allowed for
        _, seen = judged(found[-2][0], found[-1][0], key, picked=True)
        if seen is not None and seen.interval is not None:
            verdict = {
                Change.BETTER: "naik",
                Change.WORSE: "turun",
                Change.CANNOT_TELL: "belum dapat dibedakan",
            }
            low, high = signed(seen.interval.low), signed(seen.interval.high)
            change = f"{verdict[seen.change]}: selisih {signed(seen.value)}, antara {low} dan {high}"
    return LowSaid(name, trend[-1][1], trend[-1][2], trend, change)


def _element(content: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    return next((one for one in content["index"]["elements"] if one["key"] == key), None)


def _interval(element: Mapping[str, Any]) -> str:
    found = interval_of(element)
    return f"{printed(found.low)}–{printed(found.high)}" if found else ""


def _series(release: Release) -> list[Release]:
    """Give this release and those of its kind before it, the oldest first."""
    out = Release.objects.filter(
        unit=release.unit,
        subject="unit",
        instrument=release.instrument,
        state=ReleaseState.PUBLISHED,
        last_day__lt=release.first_day,
    ).exclude(n=None)
    kind = parse(release.period).kind
    before = [
        one
        for one in out.defer("basis", "breakdown").order_by("first_day", "number")
        if parse(one.period).kind is kind
    ]
    return [*before[-(_TREND - 1) :], release]


def _day(day: date) -> str:
    return f"hari {_WEEKDAYS[day.weekday()]} tanggal {long_date(day)}"
