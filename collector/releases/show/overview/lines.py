"""A row of a list as its readers see it: places on the scale and words, all from what was frozen."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from collector.language import spoken
from collector.releases.models import Release
from collector.releases.show.overview.listing import Row
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.show.charts import HIGHEST, LOWEST
from collector.scores.show.doubts import grade_words
from collector.scores.show.formats import comma
from collector.scores.show.labels import called
from collector.words.catalogue import say
from survey.index.doubt import Change
from survey.instrument.instrument import Instrument

WIDTH = 220.0
_NARROWED = 60.0
"""Where the scale of an SKM begins as long as nothing lies below: indices live in its upper half."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """The scale that all rows of a list share."""

    low: float
    high: float
    zones: tuple[tuple[str, float, float, str], ...]
    """Letter, place, width, and the lower bound as it is written; of the categories."""

    def x(self, value: float) -> float:
        """Give the place of a value."""
        return round((min(max(value, self.low), self.high) - self.low) / (self.high - self.low) * WIDTH, 1)


def ruler(instrument: Instrument, releases: Iterable[Release]) -> Ruler:
    """Give the scale on which these releases are drawn."""
    scale = instrument.scales[None]
    low, high = float(scale.start), float(scale.end)
    bands = instrument.bands
    if bands is None:
        return Ruler(low, high, ())
    marks = [
        float(one.low if one.low is not None else one.value) for one in releases if one.value is not None
    ]
    low = _NARROWED if (low, high) == (LOWEST, HIGHEST) and min(marks, default=high) >= _NARROWED else low
    plain = Ruler(low, high, ())
    zones = tuple(
        (band.letter, plain.x(float(band.lowest)), plain.x(float(band.highest)), comma(band.lowest, spoken()))
        for band in sorted(bands.bands, key=lambda one: one.lowest)
        if float(band.highest) > low
    )
    return Ruler(low, high, tuple((letter, x, end - x, text) for letter, x, end, text in zones))


@dataclass(frozen=True)
class Line:
    """One row, ready to be written."""

    row: Row
    ruler: Ruler
    instrument: str

    @property
    def asked(self) -> str:
        """Give what is asked of the member's own page, so that it shows the same period and questionnaire."""
        release = self.row.release
        asked = {"period": release.period} if release is not None else {}
        if self.instrument != DEFAULT_INSTRUMENT:
            asked["instrument"] = self.instrument
        return f"?{urlencode(asked)}" if asked else ""

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        release = self.row.release
        return dict(json.loads(bytes(release.content))) if release is not None and release.content else {}

    @property
    def sure(self) -> str:
        """Say how sure the category is; nothing where there is none, or one person alone."""
        index = self._said.get("index") or {}
        shares = index.get("category_probabilities") or {}
        if not shares or not index.get("category"):
            return ""
        judged = index.get("enough_days") is not False
        return (
            grade_words(index["category"], shares, judged=judged, language=spoken())
            .partition(":")[0]
            .rstrip(".")
        )

    @property
    def name_of_grade(self) -> str:
        """Give the rule's word for the category."""
        return str((self._said.get("index") or {}).get("performance") or "")

    @property
    def missing(self) -> int | None:
        """Give how many complete responses the sample lacks; None where nobody stated the users."""
        release = self.row.release
        if release is None or release.n is None or release.required is None:
            return None
        return max(0, release.required - release.n)

    @property
    def proof(self) -> str:
        """Say what is held of the kiosks' records."""
        release = self.row.release
        if release is None or not release.proof:
            return ""
        if release.proof == "whole":
            return called("lengkap", spoken())
        held = self._said.get("completeness") or []
        if any(one["conflicts"] for one in held):
            return say("list.two_stories", spoken())
        if lost := sum(one["lost_here"] for one in held):
            return say("list.lost", spoken(), count=comma(lost, spoken()))
        return say("list.awaited", spoken(), count=comma(sum(one["awaited"] for one in held), spoken()))

    @property
    def value(self) -> str:
        """Write the index."""
        release = self.row.release
        return comma(release.value, spoken()) if release is not None and release.value is not None else ""

    @property
    def interval(self) -> str:
        """Write its interval, with one decimal less: the index is official, its doubt an estimate."""
        release = self.row.release
        if release is None or release.low is None or release.high is None:
            return ""
        return f"{_tenths(release.low)}–{_tenths(release.high)}"

    @property
    def drawn(self) -> SafeString:
        """Draw the value with its interval on the shared scale, and the value of the period before; hollow where the sample is not known to do."""
        release = self.row.release
        if release is None or release.value is None:
            return SafeString()
        value, change = release.value, release.change
        low = self.ruler.x(float(release.low if release.low is not None else value))
        high = self.ruler.x(float(release.high if release.high is not None else value))
        said = self.value
        if release.low is not None and release.high is not None:
            said = say(
                "list.drawn", spoken(), value=said, low=_tenths(release.low), high=_tenths(release.high)
            )
        before = (
            f'<path class="before" d="M{self.ruler.x(float(value - change)):g} 7v20"/>'
            if change is not None
            else ""
        )
        hollow = "" if self.missing == 0 else ' class="hollow"'
        # Numbers and our own words alone; everything else of a row goes through the template's escaping.
        return SafeString(
            f'<svg class="chart" viewBox="0 0 {WIDTH:g} 34" role="img" aria-label="{said}"><use href="#pita"/>{before}'
            f'<path class="whisker" d="M{low:g} 17H{high:g}M{low:g} 12v10M{high:g} 12v10"/>'
            f'<circle{hollow} cx="{self.ruler.x(float(value)):g}" cy="17" r="5"/></svg>'
        )

    @property
    def moved(self) -> str:
        """Give the code of the way it went since the period before."""
        release = self.row.release
        words = {Change.BETTER: "naik", Change.WORSE: "turun", Change.CANNOT_TELL: "belum terlihat"}
        return words[Change(release.trend)] if release is not None and release.trend else ""

    @property
    def step(self) -> str:
        """Write how far it went, whichever way."""
        release = self.row.release
        return _tenths(abs(release.change)) if release is not None and release.change is not None else ""


def _tenths(value: Decimal) -> str:
    return comma(value.quantize(Decimal("0.1")), spoken())
