"""The letters that an auditor was shown, against what the kiosk is now said to have recorded: it was bound to that before it knew who asked.

The letters are slow on purpose, and no browser has what they are made with: `ikm-verify` checks those that somebody noted, and the page from a stick none.
"""

import hmac

from survey.log.tested import read_shown
from survey.record.errors import Malformed
from survey.record.record import decode
from survey.record.visit_code import VisitCode, letters_of
from witness.verify import values
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile, TestsFile


def check(file: ProofFile, given: TestsFile | None, code: VisitCode, report: Report) -> None:
    """Say whether a test visit's code fits the record that is shown of it."""
    told = values.rows(file.said, "tests")
    shown = values.rows(given.told, "tests") if given is not None else []
    for row, one in zip(told, shown, strict=False):
        if values.text(row, "kiosk") != code.kiosk or values.whole(row, "number") != code.number:
            continue
        if hmac.compare_digest(_letters(one, values.text(row, "stream"), code.number), code.letters):
            report.note("code_holds", kiosk=code.kiosk, number=code.number)
        else:
            report.fault("code_differs", kiosk=code.kiosk, number=code.number)
        return
    report.note("code_unknown", kiosk=code.kiosk, number=code.number)


def _letters(shown: object, stream: str, number: int) -> str:
    """Give the letters that follow from what is shown; none where it cannot be read."""
    try:
        found = [one for one in read_shown(shown).responses if decode(one.line).seq == number]
        values.unhex(stream)
    except Malformed:
        return ""
    return letters_of(stream=stream, number=number, link=found[0].link()) if found else ""
