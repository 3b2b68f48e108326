"""Test visits beside a release: that a kiosk declared each of them with a card which stood in the log before, and what its auditor wrote."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from survey.log.counter import NOTHING, Counted
from survey.log.facts import CARD, TESTED, WROTE, Leaf
from survey.log.tested import Proven, read_shown
from survey.record.errors import Malformed
from survey.record.record import canonical
from survey.record.tally import TallyTold
from survey.record.visit_test import card_leaf, note_digest
from witness.ed25519 import check as check_signature
from witness.verify import values
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile, TestsFile
from witness.verify.thread import KnownKiosk

_STREAM_BYTES = 16


class Tested(NamedTuple):
    """A test visit that holds."""

    kiosk: str
    stream: str
    proven: Proven

    def within(self, part: str, begin: TallyTold | None, end: TallyTold | None) -> Counted:
        """Give what it added to a part of the kiosk's counter between two tallies."""
        since, upto = begin.upto if begin is not None else 0, end.upto if end is not None else 0
        total = NOTHING
        for one in self.proven.responses:
            if since < one.seq <= upto:
                total = total.plus(one.counted(part))
        return total


def check(
    file: ProofFile,
    given: TestsFile | None,
    kiosks: Mapping[str, KnownKiosk],
    unit: str,
    report: Report,
) -> list[Tested] | None:
    """Check each test visit that a release tells of; gives those that a kiosk has signed, whose answers are in no number.

    None where their file was not given: then nothing can be said of the number.
    """
    _note_in_vain(file, report)
    told, digest = values.rows(file.said, "tests"), values.text(file.told, "tests") if file.told else ""
    if digest and given is None:
        report.fault("tests_not_given", n=len(told))
        return None
    shown = values.rows(given.told, "tests") if given is not None else []
    if (file.digest(given.content) if given is not None else "") != digest:
        report.fault("tests_replaced")
    if len(told) != len(shown):
        report.fault("tests_left_out", told=len(told), shown=len(shown))
    found: list[Tested] = []
    seen: set[str] = set()
    number_of: dict[str, int] = {}
    for at, row in enumerate(told):
        name, number = values.text(row, "kiosk"), values.whole(row, "number")
        stream, answers, wrote = (
            values.text(row, "stream"),
            values.obj(row, "answers"),
            values.at(row, "wrote"),
        )
        number_of[name] = number_of.get(name, 0) + 1
        _compare_written(Claimed(name, stream, number, answers), wrote, report)
        one = shown[at] if at < len(shown) else None
        if one is None or given is None:
            report.note("test_not_shown", kiosk=name, number=number)
            continue
        try:
            proven = _proven(one, kiosks.get(name), Claimed(name, stream, number, answers))
            card = _check_card(file, given, unit, proven, one, seen=seen, report=report)
            if wrote is not None and not _is_noted(file, given, card, one, wrote):
                report.fault("test_note_altered", kiosk=name, number=proven.proven.test.number)
            found.append(proven)
        except Malformed as error:
            report.fault("test_unproven", kiosk=name, number=number, what=error.code)
    for name in sorted(number_of):
        report.note("tested", kiosk=name, n=number_of[name])
    return found


def note_settled_later(file: ProofFile, unit: str, days: tuple[str, str], report: Report) -> None:
    """Say which visits of the period were declared tests and still stand in the number: they were settled after it came out."""
    late: dict[str, int] = {}
    for number, leaf in file.leaves.items():
        if leaf.kind != TESTED or unit not in leaf.of or number < file.number:
            continue
        if days[0] <= values.text(leaf.body, "day") <= days[1]:
            name = values.text(leaf.body, "kiosk")
            late[name] = late.get(name, 0) + 1
    for name in sorted(late):
        report.note("test_settled_later", kiosk=name, n=late[name])


class Claimed(NamedTuple):
    """What a release says of a test."""

    kiosk: str
    stream: str
    number: int
    answers: Mapping[str, Any]


def _note_in_vain(file: ProofFile, report: Report) -> None:
    """Say which declarations changed nothing."""
    for row in values.rows(file.said, "tests_in_vain"):
        if (
            not isinstance(row, list)
            or len(row) != 3
            or not isinstance(row[0], str)
            or not isinstance(row[1], str)
        ):
            raise values.wrong("tests_in_vain")
        number = row[2]
        if not isinstance(number, int) or isinstance(number, bool):
            raise values.wrong("tests_in_vain")
        report.note("test_in_vain", kiosk=row[0], why=row[1], n=number)


def _compare_written(claimed: Claimed, wrote: object, report: Report) -> None:
    """Hold what was recorded against what the auditor says to have pressed."""
    if wrote is None:
        report.note("test_unwritten", kiosk=claimed.kiosk, number=claimed.number)
        return
    if not isinstance(wrote, dict):
        raise values.wrong("wrote")
    answers = claimed.answers
    if any(key not in answers or canonical(answers[key]) != canonical(wrote[key]) for key in wrote):
        report.fault("test_differs", kiosk=claimed.kiosk, number=claimed.number)


def _proven(given: object, known: KnownKiosk | None, claimed: Claimed) -> Tested:
    key = values.text(given, "key")
    values.whole(given, "card")
    if known is None or key not in known.keys:
        raise Malformed("test_key", "the kiosk has no such key")
    if len(values.unhex(claimed.stream)) != _STREAM_BYTES:
        raise values.wrong("stream")
    shown = read_shown(given)
    proven = shown.check(stream=claimed.stream, public_key=values.unhex(key), check=check_signature)
    if proven.test.number != claimed.number or canonical(proven.answers()) != canonical(claimed.answers):
        raise Malformed("test_answers", "the release says something else")
    return Tested(claimed.kiosk, claimed.stream, proven)


def _check_card(
    file: ProofFile,
    given: TestsFile,
    unit: str,
    one: Tested,
    shown: object,
    *,
    seen: set[str],
    report: Report,
) -> str:
    """Name a card that was not there before the visit, or not for this kiosk, or was used before; gives the card."""
    test, number = one.proven.test, values.whole(shown, "card")
    said: dict[str, str | int] = {"kiosk": one.kiosk, "number": test.number}
    card, leaf = card_leaf(test.secret, one.kiosk), given.leaves.get(number)
    if leaf is None or leaf.kind != CARD or leaf.body.get("card") != card:
        report.fault("test_no_card", **said)
    elif test.log is None or test.log.origin != file.checkpoint.point.origin or test.log.size <= number:
        report.fault("test_card_late", **said)
    uses = [leaf for leaf in file.leaves.values() if _uses(leaf, unit, card)]
    record = hashlib.sha256(read_shown(shown).test.line).hexdigest()
    if not any(leaf.body.get("kiosk") == one.kiosk and leaf.body.get("record") == record for leaf in uses):
        report.fault("test_not_logged", **said)
    if len(uses) > 1 or card in seen or f"{one.stream}/{test.number}" in seen:
        report.fault("test_card_again", **said)
    seen |= {card, f"{one.stream}/{test.number}"}
    return card


def _is_noted(file: ProofFile, given: TestsFile, card: str, shown: object, wrote: object) -> bool:
    """Tell whether the log held an auditor to what is told of a note before the release stood there."""
    number = values.whole(shown, "wrote") if values.at(shown, "wrote") is not None else file.number
    digest = note_digest(values.unhex(values.text(shown, "salt")), wrote)
    leaf = given.leaves.get(number)
    stands = leaf is not None and leaf.kind == WROTE and leaf.body.get("card") == card
    return leaf is not None and stands and number < file.number and leaf.body.get("wrote") == digest


def _uses(leaf: Leaf, unit: str, card: str) -> bool:
    return leaf.kind == TESTED and unit in leaf.of and leaf.body.get("card") == card
