"""The rows of a release's sheet: each a respondent's answers, without a time, a place or a profile, in an order that says nothing.

A row is more than a number: whoever has two sheets takes the common rows away and reads what is left. So rows are for the office
alone, from 30 people on, and before they leave the house they are held against the rows of the same unit that left it before:
put over one another, the sheets must cut the people into blocks of 30 or more. What has left the house is remembered (`RowsLeft`),
because it cannot be called back. The rows and their codes were committed to when the release came out (`collector.releases.sheet_rows`).
"""

from enum import StrEnum

from django.db import transaction

from collector import clock
from collector.fleet.models import Unit
from collector.papers.characteristics import complete_members
from collector.papers.models import RowsLeft
from collector.papers.said import Said
from collector.releases import sheet_rows
from collector.releases.editions import connected
from collector.releases.models import Release
from collector.releases.protection import holds
from collector.releases.sheet_rows import SMALLEST, Row
from survey.index.indices import Policy
from survey.index.periods import parse
from survey.log.sheet import MOST_ROWS


class WithoutRows(StrEnum):
    """Why a sheet has sums only."""

    FEW = "few"
    MANY = "many"
    ADDED_UP = "added_up"
    INCOMPLETE_COUNT = "incomplete_count"
    TAKEN_BACK = "taken_back"
    NEAR_ANOTHER = "near_another"
    GONE = "gone"


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
    if not SMALLEST <= len(members) <= MOST_ROWS:
        return WithoutRows.FEW if len(members) < SMALLEST else WithoutRows.MANY
    with transaction.atomic():
        # Two sheets of a unit that are made at the same moment would not know of one another.
        Unit.objects.select_for_update(of=("self",)).get(pk=release.unit.pk)
        kept = sheet_rows.committed(release)
        found = sheet_rows.rows_of(release, kept) if bytes(kept.content) else []
        if not found:
            return WithoutRows.GONE
        if not RowsLeft.objects.filter(release=release).exists():
            refused = _may_not_leave(release, members, withdrawn=said.reading.is_withdrawn)
            if refused is not None:
                return refused
            RowsLeft.objects.create(release=release, made_at=clock.now())
    return found


def _may_not_leave(release: Release, members: set[int], *, withdrawn: bool) -> WithoutRows | None:
    if withdrawn:
        return WithoutRows.TAKEN_BACK
    if release.unit is None:
        return WithoutRows.ADDED_UP
    # Two months that share nobody are still taken away from the same quarter: all that hangs together counts.
    around = connected(release.unit, parse(release.period), instrument=release.instrument)
    left = set(RowsLeft.objects.filter(release__in=around).values_list("release", flat=True))
    before = [dict.fromkeys(complete_members(one), "row") for one in around if one.pk in left]
    fits = holds(dict.fromkeys(members, "row"), before, smallest=SMALLEST)
    return None if fits else WithoutRows.NEAR_ANOTHER
