"""Withholding a group that is too small to be told of."""

from dataclasses import replace

from collector.scores.ask.results import Result
from survey.index.pulse import PulseShare


def withheld(group: Result, *, pulse: PulseShare | None = None) -> Result:
    """Give a group as one of which nothing is told but that it exists, and its pulse where that may be."""
    return replace(
        group,
        n=None,
        incomplete=0,
        flagged=0,
        index=None,
        without_flagged=None,
        other_policy=None,
        sufficiency=None,
        stated=None,
        pulse=pulse,
        timing=None,
        archived=None,
        shares=None,
        withheld=True,
    )


def withhold_remainders(groups: tuple[Result, ...], whole: Result, smallest: int) -> tuple[Result, ...]:
    """Withhold one group more where the withheld ones could be worked out as what is missing from the whole.

    For hours and profiles only: units, services and months can be asked for one by one, so that hiding another of them
    would hide nothing.
    """
    if whole.n is None:
        return tuple(withheld(group) for group in groups)
    shown = [group for group in groups if not group.withheld]
    rest = whole.n - sum(group.n or 0 for group in shown)
    if not 0 < rest < smallest or not shown:
        return groups
    least = min(shown, key=lambda group: group.n or 0)
    return tuple(withheld(group) if group is least else group for group in groups)
