"""What a release tells of questions that lead to no index: the share of each answer, as far as it is nobody's own.

Who stands in a release is protected as everywhere (`protection`): every block holds at least five people. An index tells of a block one sum an
element; shares tell how many gave each answer, which is more. So here an answer that one to four people gave is not told either, nor what would
give it away:

* Of a question whose every answer was given by nobody or by five or more, all is told.
* Else each answer of one to four people is told as a band (*fewer than 5*, and not nobody). Where these alone leave the number of one of them
  to be worked out, or fewer than five people in them together, the largest answer is told as a band too (*5 or more*).
* Where even then whoever knows this rule could tell a number of one to four, of the question nothing is told but how many answered it. Each
  decision follows from what is told, never from how the hidden people divide: so it gives nothing away itself.
* A correction is held against all editions before: where an answer's count differs by one to four from one of them, of that
  question nothing is told again.

There is nothing beside it that could be subtracted: no services, no index without flagged responses, no shorter period, no region.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import cast

from collector.releases import content
from collector.releases.models import Release
from collector.releases.people import unpack_basis
from collector.releases.sums import opened
from collector.scores.show.shares import as_values
from collector.scores.tallies.forms import coded
from survey.index.sampling import SMALLEST_GROUP
from survey.index.shares import shares
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.wording import rule_line

Counts = tuple[int, ...]


class Telling(StrEnum):
    """How an answer's count is told."""

    COUNT = "count"
    FEW = "few"
    """One to four."""
    MANY = "many"
    """Five or more; the number would give another answer's away."""
    NOTHING = "nothing"


def telling(
    counts: Counts, earlier: Sequence[Counts] = (), *, smallest: int = SMALLEST_GROUP
) -> tuple[Telling, ...]:
    """Say how each answer's count to a question is told, beside what the same question came to in earlier editions."""
    nothing = (Telling.NOTHING,) * len(counts)
    for before in earlier:
        if any(0 < abs(one - other) < smallest for one, other in zip(counts, before, strict=True)):
            return nothing
    few = [place for place, count in enumerate(counts) if 0 < count < smallest]
    if not few:
        return (Telling.COUNT,) * len(counts)
    whole, most = sum(counts[place] for place in few), (smallest - 1) * len(few)
    hidden = dict.fromkeys(few, Telling.FEW)
    if not (len(few) > 1 and smallest <= whole < most):
        others = [(count, place) for place, count in enumerate(counts) if count >= smallest]
        if not others:
            return nothing
        largest, place = others.pop(others.index(max(others)))
        above = max((count for count, _ in others), default=smallest - 1)
        if whole + largest - most <= max(above, smallest - 1):
            return nothing
        hidden[place] = Telling.MANY
    return tuple(hidden.get(place, Telling.COUNT) for place in range(len(counts)))


def of_edition(instrument: Instrument, counts: Sequence[int], around: Sequence[Release]) -> dict[str, object]:
    """Give what an edition with a number of people says of its questions.

    Args:
        instrument: what was asked.
        counts: its row of counts, as `sums.opened` reads it.
        around: the editions beside which it comes out, of this and of kindred instruments.
    """
    tally, clusters = opened(instrument, counts)
    before = [_answered(release) for release in around]
    told = []
    for frozen in as_values(instrument, shares(instrument, tally, clusters=clusters)):
        key = cast("str", frozen["key"])
        earlier = [one[key] for one in before if key in one and len(one[key]) == len(instrument.values)]
        how = telling(tally.counts(key), earlier)
        answers = cast("list[dict[str, object]]", frozen["answers"])
        whole = all(one is Telling.COUNT for one in how)
        told.append(
            frozen
            | {
                "design_effect": frozen["design_effect"] if whole else None,
                "answers": [_told(one, answer) for one, answer in zip(how, answers, strict=True)],
            }
        )
    return {
        "rule": rule_line(instrument),
        "own_words": True,
        "incomplete": tally.incomplete,
        "questions": told,
    }


def _told(how: Telling, answer: Mapping[str, object]) -> dict[str, object]:
    if how is Telling.COUNT:
        return dict(answer) | {"told": how.value}
    return dict(answer) | {"told": how.value, "count": None, "percent": None, "interval": None}


def _answered(release: Release) -> dict[str, Counts]:
    """Give the counts behind a release that told shares, by question; nothing of one that told none."""
    basis = unpack_basis(bytes(release.basis))
    named = str(
        content.opened(release)["instrument"]
    )  # with its version, which a release's own column has not
    form = coded(*named.partition("@")[::2])
    if form is None or form.instrument.kind is not Kind.SHARES or not basis.get("members"):
        return {}
    tally, _ = opened(form.instrument, cast("list[int]", basis["counts"]))
    return {key: tally.counts(key) for key in form.keys}
