"""The plan of what is to be mended (Rencana Tindak Lanjut) as a report prints it: rows that somebody else gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


def no_plan(_: Release) -> Sequence[PlanRow]:
    """Give no item: nothing keeps a plan yet."""
    return ()
