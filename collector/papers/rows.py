"""The rows of a release's sheet: each a respondent's answers, without a time, a place or a profile, in an order that says nothing.

A row is more than a number: whoever has two sheets takes the common rows away and reads what is left. So rows are for the office
alone, from 30 people on, and before they leave the house they are held against the rows of the same unit that left it before:
put over one another, the sheets must cut the people into blocks of 30 or more. What has left the house is remembered (`RowKey`),
because it cannot be called back.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from collector import clock
from collector.fleet.models import Unit
from collector.papers.characteristics import AT_ONCE, complete_members
from collector.papers.models import RowKey
from collector.papers.said import Said
from collector.releases.address import LETTERS
from collector.releases.editions import connected
from collector.releases.models import Release
from collector.releases.protection import holds
from collector.scores.models import Response
from survey.index.indices import Policy
from survey.index.periods import parse

SMALLEST = 30
"""Fewer people's rows stand in no sheet, and no two sheets differ by fewer."""
MOST = 1_000_000
"""A sheet has 1,048,576 lines."""
_CODE_LETTERS = 16
_UNANSWERED = "-"


class WithoutRows(StrEnum):
    """Why a sheet has sums only."""

    FEW = "few"
    MANY = "many"
    ADDED_UP = "added_up"
    INCOMPLETE_COUNT = "incomplete_count"
    TAKEN_BACK = "taken_back"
    NEAR_ANOTHER = "near_another"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Row:
    """One respondent."""

    code: str
    answers: str
    """One character an element, in the order of the instrument's keys."""


def rows_of(said: Said) -> list[Row] | WithoutRows:
    """Give the rows of a release in their fixed order, or why it has none; rows that are given have left the house.

    The order and the codes are those of an HMAC under the release's own secret: the same for ever, the same for whatever order the
    answers came in, and without a pattern for whoever lacks the secret.
    """
    release = said.release
    if release.unit is None or said.reading.said.get("counted") is not None:
        return WithoutRows.ADDED_UP
    if said.reading.said["official"]["policy"] != Policy.COMPLETE:
        return WithoutRows.INCOMPLETE_COUNT
    members = complete_members(release)
    if not SMALLEST <= len(members) <= MOST:
        return WithoutRows.FEW if len(members) < SMALLEST else WithoutRows.MANY
    with transaction.atomic():
        # Two sheets of a unit that are made at the same moment would not know of one another.
        Unit.objects.select_for_update(of=("self",)).get(pk=release.unit.pk)
        found = _found(members)
        if not _add_up(found, said):
            return WithoutRows.GONE
        key = RowKey.objects.filter(release=release).first()
        if key is None:
            refused = _may_not_leave(release, members, withdrawn=said.reading.is_withdrawn)
            if refused is not None:
                return refused
            key = RowKey.objects.create(release=release, key=secrets.token_bytes(32), made_at=clock.now())
    return sorted(_rows(found, bytes(key.key), release.address), key=lambda row: row.code)


def _may_not_leave(release: Release, members: set[int], *, withdrawn: bool) -> WithoutRows | None:
    if withdrawn:
        return WithoutRows.TAKEN_BACK
    if release.unit is None:
        return WithoutRows.ADDED_UP
    # Two months that share nobody are still taken away from the same quarter: all that hangs together counts.
    around = connected(release.unit, parse(release.period), instrument=release.instrument)
    left = set(RowKey.objects.filter(release__in=around).values_list("release", flat=True))
    before = [dict.fromkeys(complete_members(one), "row") for one in around if one.pk in left]
    fits = holds(dict.fromkeys(members, "row"), before, smallest=SMALLEST)
    return None if fits else WithoutRows.NEAR_ANOTHER


def _found(members: set[int]) -> list[tuple[int, str]]:
    numbers = sorted(members)
    return [
        one
        for first in range(0, len(numbers), AT_ONCE)
        for one in Response.objects.filter(pk__in=numbers[first : first + AT_ONCE]).values_list(
            "pk", "answers"
        )
    ]


def _add_up(found: list[tuple[int, str]], said: Said) -> bool:
    """Tell whether the rows that are here come to the sums that were frozen."""
    index = said.reading.index or {}
    if len(found) != said.n or any(_UNANSWERED in answers for _, answers in found):
        return False
    form = said.reading.form
    sums = [sum(column) for column in zip(*(map(int, answers) for _, answers in found), strict=True)]
    frozen = {one["key"]: one["sum"] for one in index["elements"]}
    return form is not None and dict(zip(form.keys, sums, strict=True)) == frozen


def _rows(found: list[tuple[int, str]], key: bytes, address: str) -> Iterator[Row]:
    for number, answers in found:
        digest = hmac.new(key, f"{address} {number}".encode(), hashlib.sha256).digest()
        yield Row(_code(digest), answers)


def _code(digest: bytes) -> str:
    number, letters = int.from_bytes(digest[:16]), []
    for _ in range(_CODE_LETTERS):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return " ".join("".join(letters[first : first + 4]) for first in range(0, _CODE_LETTERS, 4))
