"""What a data set is: all published releases of units of one questionnaire and period, everywhere, in a region or of an agency."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, QuerySet

from collector.errors import CollectorError
from collector.fleet.models import Agency, Region, Unit
from collector.fleet.tree import below
from collector.local import compact_stamp, period_text
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.states import State
from collector.words.catalogue import LANGUAGES, say
from survey.index.periods import Period, PeriodError, parse
from survey.instrument.instrument import Instrument
from survey.instrument.kinds import NO_INDEX

AT_ONCE = 200
"""Releases in memory at a time: a megabyte or two."""


class Standing(NamedTuple):
    """How a data set stands: any publication, correction or withdrawal in it gives another."""

    number: int
    """Releases in it."""
    newest: datetime

    @property
    def version(self) -> str:
        """Name it: `20270105T030000Z-3`."""
        return f"{compact_stamp(self.newest)}-{self.number}"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set."""

    instrument: Instrument
    period: Period
    kind: str
    """`region`, `agency`, or nothing for all units."""
    code: str
    name: str
    """What it is called where it holds."""

    @property
    def place(self) -> str:
        """Where its pages and files lie, below `/data/`."""
        inside = f"{self.kind}/{self.code}/" if self.kind else ""
        return f"{self.instrument.id}/{self.period.identifier}/{inside}"

    @property
    def title(self) -> str:
        """What it is called in full."""
        return self.title_in(LANGUAGES[0])

    def title_in(self, language: str) -> str:
        """Give that in a language; the name of a region or an agency is the same in all."""
        name = self.name if self.kind else say("data.everywhere", language)
        return f"{self.instrument.index_name} {period_text(self.period, language)}, {name}"

    @property
    def slug(self) -> str:
        """What its files are called: `ikm_skm-2017_2026-TW4_region-18.01`."""
        inside = f"_{self.kind}-{self.code}" if self.kind else ""
        return f"ikm_{self.instrument.id}_{self.period.identifier}{inside}"

    def standing(self) -> Standing | None:
        """Tell how it stands; None where nothing is in it."""
        found = self._releases().aggregate(number=Count("pk"), newest=Max("published_at"))
        return Standing(found["number"], found["newest"]) if found["number"] else None

    def parts(self) -> Iterator[list[bytes]]:
        """Give what its releases say, by the units' codes, a few at a time: memory stays flat however many there are.

        Each part is asked for by itself. What comes out or is withdrawn while they are read may be in it or not; each release is whole.
        """
        last = ""
        while True:
            found = self._releases().filter(code__gt=last).order_by("code")[:AT_ONCE]
            part = list(found.values_list("code", "content"))
            if not part:
                return
            yield [bytes(content) for _, content in part]
            last = part[-1][0]

    def _releases(self) -> QuerySet[Release]:
        """Give them, narrowed by code and not by unit: codes stand in the indices of lists, and a release is a wide row to look into."""
        found = Release.objects.filter(
            subject="unit",
            newest=True,
            instrument=self.instrument.id,
            period=self.period.identifier,
            state=State.PUBLISHED,
        )
        if self.kind == "region":
            return found.filter(code__in=Unit.objects.filter(below(self.code)).values("code"))
        if self.kind == "agency":
            return found.filter(code__in=Unit.objects.filter(agency__code=self.code).values("code"))
        return found


def find(instrument: str, period: str, kind: str = "", code: str = "") -> Dataset | None:
    """Give a data set by what its address names; None where that names nothing."""
    try:
        form, when = publishing.check_instrument(instrument), parse(period)
    except (CollectorError, PeriodError):
        return None
    if form.kind in NO_INDEX:  # the metadata are those of an indicator, which shares are none
        return None
    name = name_of(kind, code)
    return Dataset(form, when, kind, code, name) if name is not None else None


def name_of(kind: str, code: str, *, language: str = LANGUAGES[0]) -> str | None:
    """Give the name of a region or an agency, or of all units; None where there is none."""
    if kind == "region":
        region = Region.objects.filter(pk=code).first()
        return (region.name or region.code) if region is not None else None
    if kind == "agency":
        agency = Agency.objects.filter(code=code).first()
        return agency.name if agency is not None else None
    return say("data.everywhere", language)
