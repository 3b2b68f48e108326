"""The rows of a release's official sheet, committed to when it comes out: a code for each, and a list of what the codes open.

The list is public and is logged with the release; the rows and their codes stay here, and leave the house with a sheet only
(`collector.papers.rows` says when they may). A code is an HMAC's under a secret of the release's own: it follows from no time, no kiosk
and no order, and the same respondent has another one in each release.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction

from collector.fleet.models import Unit
from collector.releases import content
from collector.releases.address import LETTERS
from collector.releases.models import Release, SheetRows
from collector.releases.people import members_of, unpack_basis
from collector.releases.protection import INCOMPLETE
from collector.scores.ask.lookups import find_form
from collector.scores.models import Response
from survey.index.indices import Policy
from survey.instrument.kinds import Kind
from survey.log.sheet import CODE_LETTERS, MOST_ROWS, RowList, commitment

SMALLEST = 30
"""Fewer people's rows stand in no sheet, and no two sheets differ by fewer."""
_AT_ONCE = 5_000
_UNANSWERED = "-"


class Row(NamedTuple):
    """One respondent."""

    code: str
    """In groups of four letters."""
    answers: str
    """One character an element, in the order of the instrument's keys."""


def committed(release: Release) -> SheetRows:
    """Give what a release has committed to; it commits now, once and for ever, where it has not yet."""
    with transaction.atomic():
        # Two hands that come at once would draw two secrets.
        if release.unit is not None:
            Unit.objects.select_for_update(of=("self",)).get(pk=release.unit.pk)
        kept = SheetRows.objects.filter(release=release).first()
        if kept is None:
            key = secrets.token_bytes(32)
            listed = _listed(release, key)
            public = listed.to_bytes() if listed is not None else b""
            kept = SheetRows.objects.create(release=release, key=key, content=public)
    return kept


def rows_of(release: Release, kept: SheetRows) -> list[Row]:
    """Give the rows in their fixed order; none where their answers are not held here any more, or do not come to what was frozen."""
    found = _held(release)
    if found is None:
        return []
    return sorted(_rows(found, bytes(kept.key), release.address), key=lambda row: row.code)


def _listed(release: Release, key: bytes) -> RowList | None:
    said = content.opened(release)
    if said.get("index") is None or said.get("counted") is not None:
        return None
    if said["official"]["policy"] != Policy.COMPLETE or not SMALLEST <= (release.n or 0) <= MOST_ROWS:
        return None
    form = find_form(release.instrument)[1].instrument
    found = _held(release) if form.kind is Kind.SKM else None
    if found is None:
        return None
    lines = tuple(
        commitment(address=release.address, code=row.code.replace(" ", ""), answers=row.answers)
        for row in _rows(found, key, release.address)
    )
    return RowList(release.address, form.element_keys, form.question_order, lines)


def _held(release: Release) -> list[tuple[int, str]] | None:
    """Give the answers of a release by their numbers; None where those that are here do not come to the sums that were frozen."""
    said = content.opened(release)
    members = members_of(unpack_basis(bytes(release.basis)))
    numbers = sorted(number for number, label in members.items() if label != INCOMPLETE)
    found = [
        one
        for first in range(0, len(numbers), _AT_ONCE)
        for one in Response.objects.filter(pk__in=numbers[first : first + _AT_ONCE]).values_list(
            "pk", "answers"
        )
    ]
    if len(found) != said["n"] or any(_UNANSWERED in answers for _, answers in found):
        return None
    keys = find_form(release.instrument)[1].keys
    sums = [sum(column) for column in zip(*(map(int, answers) for _, answers in found), strict=True)]
    frozen = {one["key"]: one["sum"] for one in said["index"]["elements"]}
    return found if dict(zip(keys, sums, strict=True)) == frozen else None


def _rows(found: list[tuple[int, str]], key: bytes, address: str) -> Iterator[Row]:
    for number, answers in found:
        digest = hmac.new(key, f"{address} {number}".encode(), hashlib.sha256).digest()
        yield Row(_code(digest), answers)


def _code(digest: bytes) -> str:
    number, letters = int.from_bytes(digest[:24]), []
    for _ in range(CODE_LETTERS):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return " ".join("".join(letters[first : first + 4]) for first in range(0, CODE_LETTERS, 4))
