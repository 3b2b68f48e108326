"""What a unit's edition would say today, and whether it may: everything up to the moment it is frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.releases import content, shares
from collector.releases.cells.cutting import cut, sets_shown
from collector.releases.cells.seed import seed
from collector.releases.completion import completion
from collector.releases.content import Head
from collector.releases.models import OfficialPolicy, Release
from collector.releases.opened import members_beside
from collector.releases.people import (
    members_of,
    pack_basis,
    pack_members,
    people_of,
    unpack_basis,
    visits_of,
)
from collector.releases.policy import KINDS, official
from collector.releases.protection import (
    Label,
    Members,
    Person,
    Shown,
    TooFewDiffer,
    as_here,
    asks_the_same,
    choose,
)
from collector.releases.states import State
from collector.scores.ask.counting import Sides, count
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import PULSE
from collector.scores.ask.scope import Days, Scope
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.packing import to_counts
from survey.index.periods import Period, PeriodKind
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.instrument import Instrument, Kind


@dataclass(frozen=True, slots=True)
class Edition:
    """A unit's period as it stands now, protected beside all that is out."""

    unit: Unit
    instrument: str
    policy: OfficialPolicy
    is_official: bool
    shown: Shown
    pulse: Mapping[int, Label]
    """Who pressed a smiley that counts in the number beside the index; empty where it is not shown."""
    counts: tuple[int, ...]
    """Its dated row of counts, as numbers."""
    n: int | None
    """Complete responses; None where it has no number, as shares have none."""
    pressed: int | None
    """All who pressed a smiley: the visits that began; None where that differs from what is out by one to four."""
    period: Period
    earlier: tuple[Release, ...]
    """Every edition that was ever out and has people in common with it, or with another one that has."""
    kin: tuple[Release, ...]
    """The same of other instruments that ask something alike."""
    seen: tuple[int, int, int]
    """The counts before anything else was looked at."""
    beside: tuple[tuple[int, str], ...]
    """All that was out and shares days with it, as `standing` gives it."""

    def content(self, head: Head, *, at: datetime) -> dict[str, object]:
        """Give all that is said."""
        said = content.of_unit(
            self.unit,
            head,
            self.policy,
            self.shown,
            instrument=self.instrument,
            pulse=bool(self.pulse),
            at=at,
        )
        # How questionnaires ended is no answer, but it is somebody's doing: two editions could tell of one who broke off.
        said |= {
            "visits": self.pressed,
            "endings": [] if self.earlier else said["endings"],
            "completion": [] if self.earlier or not self.pulse else self._completion(),
        }
        form = find_form(self.instrument)[1].instrument
        if form.kind is Kind.SHARES and self.shown.has_number:
            said["shares"] = shares.of_edition(form, self.counts, (*self.earlier, *self.kin))
        return said

    def _completion(self) -> list[dict[str, object]]:
        found = completion(self.unit, self.period, instrument=self.instrument)
        return [{"smileys": list(one.smileys), "percent": one.percent} for one in found]

    def basis(self) -> bytes:
        """Give what is kept of it inside the house."""
        return pack_basis(
            {
                "official": self.is_official,
                "counts": self.counts,
                "visits": self.pressed,
                "members": pack_members(self.shown.members),
                "pulse": pack_members(self.pulse),
            }
        )

    def breakdown(self) -> bytes:
        """Give what evaluators may see of its groups; nothing where it is no official period, or has no number."""
        number, form = find_form(self.instrument)
        if number is None or not self.is_official or not self.shown.has_number or not _leads_to_index(form):
            return b""
        return cut(
            self.unit,
            self.period,
            self.shown.members,
            self.earlier,
            form=form,
            form_number=number,
            seed=seed(),
        )

    def says_the_same_as(self, release: Release) -> bool:
        """Tell whether the same people would stand in the same groups with the same answers."""
        before = unpack_basis(bytes(release.basis))
        return (
            before.get("counts") == list(self.counts)
            and before.get("members") == pack_members(self.shown.members)
            and before.get("pulse") == pack_members(self.pulse)
        )


def of_unit(unit: Unit, period: Period, *, instrument: str) -> Edition:
    """Give what a unit's edition would say today.

    Raises:
        CollectorError: it has to wait for the official period (`release_waits_official`), or fewer than five people stand
            between it and what is out (`release_waits`), or it would be shares of another period than the official one
            (`release_shares_period`).
    """
    policy = official(unit, period)
    kind = PeriodKind(policy.period_kind)
    number, form = find_form(instrument)
    if period.kind is not kind and not _leads_to_index(form):
        raise CollectorError("release_shares_period", kind=kind.value)
    around = connected(unit, period)
    own = [release for release in around if release.instrument == instrument]
    if KINDS.index(period.kind) < KINDS.index(kind) and not _official_is_out(own, period):
        raise CollectorError("release_waits_official", kind=kind.value)
    seen = counts(unit, period, instrument)
    people = people_of(unit, period, form=number) if number is not None else []
    if not _leads_to_index(form):  # nothing is told of services, of the flagged or of who stopped
        people = [one._replace(service="", flagged=False) for one in people if one.complete]
    earlier = [members_of(unpack_basis(bytes(release.basis)), "members") for release in own]
    earlier += members_beside(unit, [instrument])
    alike = [release for release in around if is_kin(release, form.instrument)]
    kin = [members_of(unpack_basis(bytes(release.basis)), "members") for release in alike]
    kin += members_beside(unit, {release.instrument for release in alike})
    beside = [
        *(group for release in own for group in sets_shown(release)),
        *_sets_by_visit(alike, people, earlier),
    ]
    try:
        shown = choose(people, [*earlier, *_by_visit(kin, people, earlier)], groups=beside)
    except TooFewDiffer:
        raise CollectorError("release_waits", smallest=SMALLEST_GROUP) from None
    row = seen[0] + seen[1]
    pressed = _pressed(unit, period)
    pulse = _shown_pulse(
        pressed, [members_of(unpack_basis(bytes(release.basis)), "pulse") for release in around]
    )
    return Edition(
        unit=unit,
        instrument=instrument,
        policy=policy,
        is_official=period.kind is kind,
        shown=shown,
        pulse=pulse,
        counts=tuple(to_counts(row, form.days.sums + form.fields)),
        n=form.opened(row)[0].complete if shown.has_number and _leads_to_index(form) else None,
        pressed=len(pressed) if pulse or not pressed else None,
        period=period,
        earlier=tuple(own),
        kin=tuple(alike),
        seen=seen,
        beside=standing(around),
    )


def _leads_to_index(form: CodedForm) -> bool:
    return form.instrument.kind is not Kind.SHARES


def standing(found: Sequence[Release]) -> tuple[tuple[int, str], ...]:
    """Give which editions these are and how they stand."""
    return tuple((release.pk, release.state) for release in found)


def counts(unit: Unit, period: Period, instrument: str) -> tuple[int, int, int]:
    """Give the rows of counts of a unit's period: sound and flagged responses, and smileys."""
    rows: list[int] = []
    for name in (instrument, PULSE):
        number, form = find_form(name)
        days = Days(period.first, period.last)
        sides = count(number, form, Scope(unit=unit.code), days).whole if number is not None else Sides()
        rows += [sides.sound, sides.flagged]
    return rows[0], rows[1], rows[2] + rows[3]


def answered(unit: Unit, period: Period, *, instrument: str) -> int:
    """Give how many answered anything, complete or not."""
    number, _ = find_form(instrument)
    return len(people_of(unit, period, form=number)) if number is not None else 0


def _pressed(unit: Unit, period: Period) -> list[Person]:
    """Give those who pressed a smiley."""
    number, _ = find_form(PULSE)
    found = people_of(unit, period, form=number) if number is not None else []
    return [Person(one.number, service="", flagged=False, complete=True, answered="") for one in found]


def _shown_pulse(pressed: list[Person], earlier: list[dict[int, Label]]) -> dict[int, Label]:
    """Give those whose smiley may be counted beside the index; the same rule, for a number of its own."""
    try:
        return choose(pressed, earlier).members
    except TooFewDiffer:
        return {}


def is_kin(release: Release, instrument: Instrument) -> bool:
    """Tell whether a release is of another instrument that somebody may answer alike."""
    if release.instrument == instrument.id:
        return False
    return asks_the_same(instrument, find_form(release.instrument)[1].instrument)


def _by_visit(
    kin: Sequence[Members], people: Sequence[Person], earlier: Sequence[Members]
) -> list[dict[int, Label]]:
    """Give who stood in releases of other instruments under the numbers of their visits' responses to this one."""
    if not kin:
        return []
    here = visits_of([*(person.number for person in people), *(number for one in earlier for number in one)])
    there = visits_of(number for one in kin for number in one)
    numbers = {visit: number for number, visit in here.items()}
    return [as_here(one, there, numbers) for one in kin]


def _sets_by_visit(
    kin: Sequence[Release], people: Sequence[Person], earlier: Sequence[Members]
) -> list[frozenset[int]]:
    """Give the groups of releases of other instruments as sets of their visits' responses to this one."""
    groups = [dict.fromkeys(group, "") for release in kin for group in sets_shown(release)]
    return [frozenset(one) for one in _by_visit(groups, people, earlier)]


def connected(unit: Unit, period: Period, *, instrument: str | None = None) -> list[Release]:
    """Give every edition of one instrument, or of every one, that was ever out and shares days with a period, or with another one that does.

    What was read once stays known; and two months that share no day are still subtracted from the same quarter. An edition of a
    longer period is added up from others, and has nobody of its own.
    """
    out = Release.objects.filter(unit=unit, state__in=(State.PUBLISHED, State.WITHDRAWN)).order_by("pk")
    if instrument is not None:
        out = out.filter(instrument=instrument)
    first, last = period.first, period.last
    found: list[Release] = []
    while True:
        around = list(out.filter(first_day__lte=last, last_day__gte=first))
        if len(around) == len(found):
            return around
        found = around
        first = min(first, *(release.first_day for release in found))
        last = max(last, *(release.last_day for release in found))


def _official_is_out(earlier: list[Release], period: Period) -> bool:
    return any(
        release.state == State.PUBLISHED
        and release.first_day <= period.first
        and release.last_day >= period.last
        and unpack_basis(bytes(release.basis)).get("official")
        for release in earlier
    )
