"""The trail's hash chain: an entry changed, taken out or put in between no longer fits, for whoever knows a later head.

An entry is chained after its transaction, in the order of committing: chained inside it, everything that is noted would wait for
everything else. The head is published; whoever keeps one can hold the whole trail against it.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from collector.local import moment_of
from collector.people.models import TrailEntry, TrailHead

START = b""
_PREFIX = b"ikm-trail-1\0"
_AT_ONCE = 500


class Head(NamedTuple):
    """Where a chain ends."""

    number: int
    link: bytes


class Fault(NamedTuple):
    """What does not fit, and where."""

    number: int
    what: str
    """`altered`, `missing` or `head`: the end is not the one that was kept."""


def extend() -> Head:
    """Chain the entries that are not chained yet, in the order in which they were made; gives the new end."""
    with transaction.atomic():
        head, _ = TrailHead.objects.select_for_update().get_or_create(pk=1)
        number, link = head.number, bytes(head.link)
        for entry in TrailEntry.objects.filter(number=None).order_by("pk").iterator(_AT_ONCE):
            number += 1
            link = _link(link, number, entry)
            TrailEntry.objects.filter(pk=entry.pk).update(number=number, link=link)
        if number != head.number:
            head.number, head.link = number, link
            head.save(update_fields=["number", "link"])
    return Head(number, link)


def head() -> Head:
    """Give the end of the chain; number 0 and no link while there is none."""
    found = TrailHead.objects.filter(pk=1).first()
    return Head(found.number, bytes(found.link)) if found is not None else Head(0, START)


def faults(*, kept: Head | None = None) -> Iterator[Fault]:
    """Go over the whole chain and give what does not fit, in order; `kept` is a head that somebody noted earlier.

    Memory does not grow with the trail.
    """
    expected, link = 0, START
    for entry in TrailEntry.objects.exclude(number=None).order_by("number").iterator(_AT_ONCE):
        expected += 1
        if entry.number != expected:
            yield Fault(expected, "missing")
            expected = int(entry.number or 0)
        elif _link(link, expected, entry) != bytes(entry.link):
            yield Fault(expected, "altered")
        link = bytes(entry.link)
        if kept is not None and expected == kept.number and link != kept.link:
            yield Fault(expected, "head")
    end = head()
    if (expected, link) != end:
        yield Fault(end.number, "missing")
    if kept is not None and kept.number > expected:
        yield Fault(kept.number, "head")


def _link(before: bytes, number: int, entry: TrailEntry) -> bytes:
    said = {
        "number": number,
        "at_us": (entry.at - moment_of(0)) // timedelta(microseconds=1),
        "who": entry.who,
        "action": entry.action,
        "subject": entry.subject,
        "why": entry.why,
        "facts": entry.facts,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(_PREFIX + before + text.encode()).digest()
