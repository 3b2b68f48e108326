"""Records as the ledger knows them, and whether one still stands in a journal's bytes so that it can be proven."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from survey.record.attachment import decode_attachment
from survey.record.bodies import Carried
from survey.record.errors import Malformed
from survey.record.record import CARRIED, Record, decode

_PROOF = re.compile(rb"[A-Za-z0-9+/]{43}\t[A-Za-z0-9+/]{86}\t")
"""What stands before a record's line: the link before it, and the kiosk's signature."""
_PROOF_BYTES = 131


class Promise(NamedTuple):
    """A record that was durable when its writing ended."""

    stream: str
    line: bytes

    @property
    def record(self) -> Record:
        """What it says."""
        return decode(self.line)


def promise_of(stream: str, line: bytes) -> Promise | None:
    """Give the record that a line is, or carries; None for a declaration of a loss."""
    try:
        record = decode(line)
        if record.kind != CARRIED:
            return Promise(stream, line)
        carried = Carried.from_body(record.body)
    except Malformed:
        return None
    return Promise(carried.stream, carried.line.encode())


def stands(promise: Promise, content: bytes) -> bool:
    """Tell whether a record stands in a journal so that it can be proven, or as a text inside the line that carries it over.

    A line whose own link and signature are gone proves nothing, were every byte of it there; and one at a torn end whose attachments are
    gone is kept only where something knows that it was ever whole.
    """
    if any(
        _is_proven(content, place) and _has_its_attachments(promise, content, place + len(promise.line))
        for place in _places_of(promise.line, content)
    ):
        return True
    carried = json.dumps(promise.line.decode(), ensure_ascii=False).encode()
    return any(_is_carried_whole(content, place) for place in _places_of(carried, content))


def _places_of(text: bytes, content: bytes) -> Iterator[int]:
    place = content.find(text)
    while place >= 0:
        yield place
        place = content.find(text, place + 1)


def _is_proven(content: bytes, begin: int) -> bool:
    return _PROOF.fullmatch(content[max(0, begin - _PROOF_BYTES) : begin]) is not None


def _is_carried_whole(content: bytes, place: int) -> bool:
    """Tell whether the record around a text stands whole behind its own link and signature."""
    begin = content.rfind(b"\t", 0, place) + 1
    ends = [end for mark in (b"\t", b"\n") if (end := content.find(mark, place)) >= 0]
    line = content[begin : min(ends, default=len(content))]
    return _is_proven(content, begin) and promise_of("", line) is not None


def _has_its_attachments(promise: Promise, content: bytes, end: int) -> bool:
    names = promise.record.body.get("attached")
    if not isinstance(names, dict):
        return True
    behind = content[end : content.find(b"\n", end)].split(b"\t")[1:]
    return sum(_is_attachment(one) for one in behind) >= len(names)


def _is_attachment(line: bytes) -> bool:
    try:
        decode_attachment(line)
    except Malformed:
        return False
    return True
