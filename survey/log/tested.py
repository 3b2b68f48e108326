"""A test visit as it is shown to anybody: the kiosk's signed declaration, and the responses that it names.

Nothing else of the stream is shown: the declaration holds the link after each response, and the link before a response says nothing of what went before.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from survey.log.counter import Counted
from survey.log.note import Check, decoded
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES, head_message, next_link
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import MAX_LINE_BYTES, RESPONSE, TEST, Record, decode
from survey.record.response import MAX_ANSWERS
from survey.record.tally import part_of
from survey.record.visit_test import MOST_RESPONSES, VisitTest


class ShownLine(NamedTuple):
    """A record, and the link before it."""

    prev: bytes
    line: bytes

    def link(self) -> bytes:
        """Give the link after it."""
        return next_link(self.prev, self.line)

    def to_json(self) -> dict[str, object]:
        """Give it as it stands in a file."""
        return {"prev": base64.b64encode(self.prev).decode(), "line": self.line.decode()}


class ShownAnswers(NamedTuple):
    """One response of a test visit."""

    seq: int
    instrument: str
    """`id@version`."""
    part: str
    """The part of a kiosk's counter that it stands in."""
    complete: bool
    answers: Mapping[str, int]

    def counted(self, part: str) -> Counted:
        """Give what it adds to a part of a counter."""
        counts = self.complete and self.part == part
        return (
            Counted(1, {key: value for key, value in self.answers.items() if value})
            if counts
            else Counted(0, {})
        )


class Proven(NamedTuple):
    """What a kiosk has signed of a test visit."""

    test: VisitTest
    responses: tuple[ShownAnswers, ...]

    def answers(self) -> dict[str, dict[str, int]]:
        """Give what was answered, by questionnaire."""
        return {one.instrument: dict(one.answers) for one in self.responses}


class ShownTest(NamedTuple):
    """A test visit as it is claimed; `check` says whether the kiosk has signed it."""

    test: ShownLine
    signature: bytes
    """Of the kiosk's head at the declaration."""
    responses: tuple[ShownLine, ...]

    def to_json(self) -> dict[str, object]:
        """Give it as it stands in a file."""
        return {
            "test": self.test.to_json(),
            "signature": base64.b64encode(self.signature).decode(),
            "responses": [one.to_json() for one in self.responses],
        }

    def check(self, *, stream: str, public_key: bytes, check: Check) -> Proven:
        """Give what it was, if the kiosk with this key has signed it.

        Raises:
            Malformed: a line is no such record (`test_line`), the declaration is not signed by that kiosk (`test_signature`), or it
                is not of these responses (`test_answers`).
        """
        declared = _record(self.test.line, TEST)
        message = head_message(stream=stream, seq=declared.seq, link=self.test.link())
        if not check(public_key, self.signature, message):
            raise Malformed("test_signature", "the kiosk has not signed this")
        return read_proven(self)


def read_proven(shown: ShownTest) -> Proven:
    """Give what a declaration and the responses it names come to, whoever has signed it.

    Raises:
        Malformed: a line is no such record (`test_line`), or it is not of these responses (`test_answers`).
    """
    declared = _record(shown.test.line, TEST)
    try:
        test = VisitTest.from_body(declared.body)
    except Malformed as error:
        raise Malformed("test_line", f"no declaration: {error}") from error
    found = []
    for one in shown.responses:
        record = _record(one.line, RESPONSE)
        response, visit = _response(record)
        same = record.stamp.boot == declared.stamp.boot and visit == test.visit
        if not same or record.seq >= declared.seq or test.links.get(record.seq) != one.link():
            raise Malformed("test_answers", "the declaration is of other answers")
        found.append(response)
    numbers = sorted(one.seq for one in found)
    if not numbers or numbers != sorted(test.links) or numbers[-1] != test.number:
        raise Malformed("test_answers", "an answer of the visit is not shown")
    return Proven(test, tuple(found))


def read_shown(given: object) -> ShownTest:
    """Read a test as it is claimed.

    Raises:
        Malformed: it is none (`test_shown`).
    """
    if not isinstance(given, dict):
        raise Malformed("test_shown", "a test visit is an object")
    rows: Sequence[object] = given["responses"] if isinstance(given.get("responses"), list) else []
    if not 0 < len(rows) <= MOST_RESPONSES:
        raise Malformed("test_shown", f"a test visit has 1 to {MOST_RESPONSES} responses")
    return ShownTest(
        _line(given.get("test")), _bytes(given.get("signature"), SIGNATURE_BYTES), tuple(map(_line, rows))
    )


def _line(given: object) -> ShownLine:
    fields = given if isinstance(given, dict) else {}
    line = fields.get("line")
    if not isinstance(line, str):
        raise Malformed("test_shown", "a record is shown by its line")
    return ShownLine(_bytes(fields.get("prev"), LINK_BYTES), line.encode())


def _bytes(text: object, number: int) -> bytes:
    found = decoded(text) if isinstance(text, str) else None
    if found is None or len(found) != number:
        raise Malformed("test_shown", f"a test visit has {number} bytes in base64 here")
    return found


def _record(line: bytes, kind: str) -> Record:
    try:
        record = decode(line) if len(line) <= MAX_LINE_BYTES else None
    except Malformed as error:
        raise Malformed("test_line", f"no record: {error}") from error
    if record is None or record.kind != kind:
        raise Malformed("test_line", f"no {kind}")
    return record


def _response(record: Record) -> tuple[ShownAnswers, int]:
    """Read as little of a response as is needed: the page from a stick reads it by the same rules."""
    fields = Fields(RESPONSE, record.body)
    try:
        name = f"{fields.text('instrument')}@{fields.text('version')}"
        part = part_of(fields.text_or("unit", ""), name, carried=False)
        answers = fields.counts("answers", most=MAX_ANSWERS)
        return ShownAnswers(record.seq, name, part, fields.flag("complete"), answers), fields.whole("visit")
    except Malformed as error:
        raise Malformed("test_line", f"no response: {error}") from error
