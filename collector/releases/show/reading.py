"""A release as its readers see it: what was frozen, and beside it what became of it since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from collector.releases.completion import bends
from collector.releases.content import interval_of, two_decimals
from collector.releases.models import Release, ReleaseStep, SheetRows
from collector.releases.states import SHOWN, State
from collector.releases.tests_beside import settled_later
from collector.scores.show.charts import HIGHEST, LOWEST, Scale, scale_at
from collector.scores.tallies.forms import CodedForm, coded
from survey.instrument.bands import BandTable


@dataclass(frozen=True)
class Reading:
    """One release, read."""

    release: Release

    @cached_property
    def said(self) -> Mapping[str, Any]:
        """What was frozen; decimal numbers as `Decimal`."""
        return dict(json.loads(bytes(self.release.content), parse_float=Decimal))

    @property
    def index(self) -> Mapping[str, Any] | None:
        """The index with what stands beside it; None where it has no number."""
        found: Mapping[str, Any] | None = self.said["index"]
        return found

    @property
    def ipp(self) -> Mapping[str, Any] | None:
        """An evaluation's result with its parts; None where the release is of a survey."""
        found: Mapping[str, Any] | None = self.said.get("ipp")
        return found

    @cached_property
    def steps(self) -> list[ReleaseStep]:
        """What became of it, in order."""
        return list(self.release.steps.order_by("pk"))

    @property
    def completion(self) -> list[Mapping[str, Any]]:
        """Who finished the questionnaire, by the first smiley; nothing where too few did, or left, to say it."""
        found = self.said.get("completion", [])
        return found if found and all(one["percent"] is not None for one in found) else []

    @property
    def discontented_leave(self) -> bool:
        """Whether those with low smileys leave so much more often that the index is likely too high."""
        return bool(self.completion) and bends(*(one["percent"] for one in self.completion))

    @property
    def reason(self) -> str:
        """Why it came to be where it is."""
        return self.steps[-1].why if self.steps else ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether it counts no more."""
        return self.release.state == State.WITHDRAWN

    @property
    def is_missing(self) -> bool:
        """Whether nobody published this period."""
        return self.release.state == State.NOT_REPORTED

    @property
    def stands(self) -> str:
        """A name of the release and of how it stands."""
        successor = self.release.successor.address if self.release.successor else ""
        return f"{self.release.address}.{self.release.state.replace(' ', '-')}.{successor}"

    @cached_property
    def form(self) -> CodedForm | None:
        """The questionnaire it is of; None where that is not known here any more."""
        return coded(*str(self.said.get("instrument", "")).partition("@")[::2])

    @cached_property
    def bands(self) -> BandTable | None:
        """The categories it was graded by."""
        return self.form.instrument.bands if self.form is not None else None

    @cached_property
    def scale(self) -> Scale | None:
        """The index on the scale of the categories."""
        return self._scale(self.index) if self.index is not None else None

    @property
    def ends(self) -> tuple[float, float]:
        """Where the index's scale begins and ends."""
        scale = self.index["scale"] if self.index is not None else {"low": LOWEST, "high": HIGHEST}
        return float(scale["low"]), float(scale["high"])

    def _scale(self, index: Mapping[str, Any]) -> Scale:
        value, letter = two_decimals(index["value"]), index["category"] or ""
        changed = self.said.get("change")
        before = value - two_decimals(changed["value"]) if changed else None
        return scale_at(value, interval_of(index), letter, self.bands, ends=self.ends, before=before)

    @property
    def highest(self) -> list[Mapping[str, Any]]:
        """Give the three elements with the highest values, beside the lowest three that a release names; none of a short questionnaire."""
        elements = self.index["elements"] if self.index is not None else []
        return sorted(elements, key=lambda one: -one["value"])[:3] if len(elements) >= 6 else []

    @property
    def tests(self) -> list[Mapping[str, Any]]:
        """Its test visits, each with whether it was recorded as its auditor wrote it."""
        return [
            one
            | {
                "alike": _alike(one),
                "on": date.fromisoformat(one["day"]),
                "in_order": {name: _in_order(name, of) for name, of in one["answers"].items()},
            }
            for one in self.said.get("tests", [])
        ]

    @cached_property
    def settled_later(self) -> int:
        """How many visits were declared tests only after it came out, and still count in it."""
        return len(settled_later(self.release))

    @property
    def has_rows(self) -> bool:
        """Whether its official sheet has rows, which a list of its own commits to."""
        return SheetRows.objects.filter(release=self.release).exclude(content=b"").exists()

    @property
    def is_whole(self) -> bool:
        """Whether all records that its kiosks signed were here when it came out."""
        held = self.said.get("completeness") or []
        return not any(one["awaited"] or one["lost_here"] or one["conflicts"] for one in held)


def _alike(test: Mapping[str, Any]) -> bool:
    wrote = test["wrote"]
    return bool(wrote) and all(test["answers"].get(name) == values for name, values in wrote.items())


def _in_order(name: str, answers: Mapping[str, int]) -> list[str]:
    """Give answers in the order of their questionnaire, "-" where there is none; as they stand where it is not known any more."""
    form = coded(*name.split("@", maxsplit=1))
    keys = form.keys if form is not None else tuple(answers)
    return [str(answers.get(key, "-")) for key in keys]


def shown_releases() -> QuerySet[Release]:
    """Give what everybody may read; what was frozen is read where it is asked for."""
    return (
        Release.objects.filter(state__in=SHOWN)
        .select_related("successor")
        .defer("content", "basis", "breakdown")
    )
