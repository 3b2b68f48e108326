"""The plan of what is to be mended (Rencana Tindak Lanjut) as a report prints it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.followup.reading import items_of
from collector.followup.sentences import months
from collector.papers.cleaning import clean
from collector.papers.followed import LONGEST
from collector.releases.models import Release


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One item of the plan."""

    priority: str
    """The element, in words."""
    action: str
    when: str
    responsible: str


PlanSource = Callable[[Release], Sequence[PlanRow]]
"""Gives the items of the plan that answers a release; none where nothing was entered."""


def plan_of(release: Release) -> Sequence[PlanRow]:
    """Give the items of the unit's register that follow a release, as they stand now; a region has none."""
    if release.unit is None:
        return ()
    return [
        PlanRow(
            priority=f"{one.label} {clean(one.element_name)}".strip() or "Bukan satu unsur",
            action=clean(one.action, longest=LONGEST),
            when=months(one.first_month, one.last_month),
            responsible=clean(one.responsible),
        )
        for one in items_of(release)
    ]
