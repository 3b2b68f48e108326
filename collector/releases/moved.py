"""What became of a number between two releases, from nothing but what both froze; with its doubt, of the whole and of each element.

An element's interval holds the larger of the doubt between people and the doubt between days (`survey.index.clusters`). The difference is that
of `survey.index.doubt.difference`. Whoever looks at all k elements and names the one that moved most picks it by its luck too: both its
intervals are then widened to the level 1 - 0.05 / k (Bonferroni), so that chance alone makes one of them rise or fall no more often than promised.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from collector.releases.content import interval_of, two_decimals
from survey.index.doubt import LEVEL, Change, Difference, Interval, difference
from survey.index.student import t_quantile


class Reason(StrEnum):
    """Why nothing can be seen; words are made of it at the edge (`mend.reason_…`)."""

    NONE = "none"
    CHANCE = "chance"
    """The difference does not exceed its doubt."""
    FEW_DAYS = "few_days"
    """Under eight days: nobody can say how alike the answers of a day are."""
    NO_INTERVAL = "no_interval"
    CHANGED = "changed"
    """Another questionnaire, weight, policy or table."""
    NO_BEFORE = "no_before"
    NO_AFTER = "no_after"
    NO_ELEMENT = "no_element"


def change(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, object] | None:
    """Give what became of an index and of its elements since the release before it; None where they cannot be compared."""
    before, now = earlier["index"], later["index"]
    if not before or not isinstance(now, Mapping):
        return None
    if not _alike(before, now):
        return None
    found = difference(_pair(before), _pair(now))
    return {
        "since": earlier["period"],
        "address": earlier["address"],
        **_told(found),
        "archived": before["archived"],
        "elements": {one["key"]: _element(earlier, later, one["key"]) for one in now["elements"]},
    }


def _element(earlier: Mapping[str, Any], later: Mapping[str, Any], key: str) -> dict[str, object]:
    """Give what became of an element, as the one of all that somebody may pick, and why nothing can be told where that is so."""
    reason, found = judged(earlier, later, key, picked=True)
    told = _told(found) if found is not None else {"value": None, "interval": None, "verdict": None}
    return told | {"reason": reason.value}


def _told(found: Difference) -> dict[str, object]:
    return {
        "value": float(found.value),
        "interval": [float(found.interval.low), float(found.interval.high)] if found.interval else None,
        "verdict": found.change.value,
    }


def _pair(index: Mapping[str, Any]) -> tuple[Decimal, Interval | None]:
    return two_decimals(index["value"]), interval_of(index)


def judged(
    before: Mapping[str, Any], after: Mapping[str, Any], key: str, *, picked: bool
) -> tuple[Reason, Difference | None]:
    """Give the change of an element between two contents, and why it tells nothing if it tells nothing.

    `picked`: whether the element was picked by the content before, so that its bad luck there must be allowed for.
    """
    first, then = before["index"], after["index"]
    one, other = element_of(first, key), element_of(then, key)
    same = before["instrument"] == after["instrument"] and _alike(first, then)
    if not same or one is None or other is None:
        return Reason.CHANGED, None
    doubts = interval_of(one), interval_of(other)
    if doubts[0] is None or doubts[1] is None:
        return Reason.NO_INTERVAL, None
    if not first["enough_days"] or not then["enough_days"]:
        return Reason.FEW_DAYS, None
    count = len(first["elements"]) if picked else 1
    values = two_decimals(one["value"]), two_decimals(other["value"])
    found = difference(
        (values[0], _widened(values[0], doubts[0], first, count)),
        (values[1], _widened(values[1], doubts[1], then, count)),
    )
    return (Reason.CHANCE if found.change is Change.CANNOT_TELL else Reason.NONE), found


def _alike(first: Mapping[str, Any], then: Mapping[str, Any]) -> bool:
    """Tell whether two indices were reckoned in the same way."""
    return all(first[what] == then[what] for what in ("policy", "weight_mode", "mapping", "bands"))


def element_of(index: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """Give an element of a frozen index; None where it has none under that key."""
    return next((one for one in index["elements"] if one["key"] == key), None)


def _widened(value: Decimal, doubt: Interval, index: Mapping[str, Any], count: int) -> Interval:
    """Give an interval at the level 1 - 0.05 / count: its arms grow as Student's quantile does, up to the scale's ends."""
    if count == 1:
        return doubt
    freedom = index["days"] - 1
    missed = 1 - LEVEL
    grown = t_quantile(1 - missed / (2 * count), freedom) / t_quantile(1 - missed / 2, freedom)
    factor = Decimal(str(round(grown, 6)))
    low, high = (two_decimals(index["scale"][end]) for end in ("low", "high"))
    return Interval(
        two_decimals(max(low, value - (value - doubt.low) * factor)),
        two_decimals(min(high, value + (doubt.high - value) * factor)),
        level=1 - missed / count,
    )
