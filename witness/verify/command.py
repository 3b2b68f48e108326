"""`ikm-verify RELEASE --policy FILE`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from survey.log.checkpoint import read_checkpoint
from survey.log.policy import MAX_POLICY_BYTES, Policy, read_policy
from survey.log.proof import read_proof
from survey.record.errors import Malformed
from survey.record.visit_code import VisitCode, read_code
from witness.ed25519 import check
from witness.verify import codes, log, proof_file, sheet
from witness.verify.checking import verify
from witness.verify.findings import Report
from witness.verify.page import page
from witness.verify.proof_file import ProofFile
from witness.verify.words import LANGUAGES, sentences, shown

LEAF_PROOF = b"c2sp.org/tlog-proof@v1\n"
PROVEN, FAILS, NO_NUMBER, UNREADABLE = 0, 3, 4, 5
_HELP = """\
Check a release of the satisfaction index: that it stands unchanged in the log of facts, that the log is signed by whom your policy names, and that
its number follows from counters that the kiosks signed. The file holds no answer of anybody. Exit code 0: all of it is proven; 3: something
does not hold; 4: nothing fails, and the number rests on the auditor; 5: the file cannot be read.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.page is not None:
        return _write_page(given.page)
    if given.release is None or given.policy is None:
        parser.error("give a RELEASE and a --policy, or --page FILE")
    if (given.sheet is None) != (given.rows is None):
        parser.error(
            "give --sheet and --rows together: the sheet, and the list that its release's page links"
        )
    try:
        policy = read_policy(_text(given.policy, MAX_POLICY_BYTES))
        content = given.release.read_bytes()
        if content.startswith(LEAF_PROOF):
            return _leaf(content, policy)
        file = proof_file.read(content)
        tests = proof_file.read_tests(given.tests.read_bytes()) if given.tests is not None else None
        report = verify(file, policy, tests)
        for code in given.code:
            codes.check(file, tests, code, report)
        if given.sheet is not None:
            sheet.check(file, given.sheet.read_bytes(), given.rows.read_bytes(), report)
        _compare(given, file, policy, report)
    except (OSError, UnicodeDecodeError, Malformed) as error:
        print(shown(f"ikm-verify: {error}"), file=sys.stderr)
        return UNREADABLE
    if given.json:
        print(json.dumps(as_json(report), ensure_ascii=False, indent=1))
    else:
        print("\n".join(sentences(report, given.language)))
    if not report.is_sound:
        return FAILS
    return PROVEN if report.opened else NO_NUMBER


def as_json(report: Report) -> dict[str, object]:
    """Give a report for programs."""
    return {
        "sound": report.is_sound,
        "answers": report.answers,
        "opened": report.opened,
        "facts": report.facts,
        "findings": [[one.weight.value, one.code, dict(one.values)] for one in report.findings],
    }


def _leaf(content: bytes, policy: Policy) -> int:
    """Say of one leaf whether it is in a log that the policy believes; the leaf travels in its proof."""
    proof = read_proof(content.decode())
    verdict = policy.judge(proof.checkpoint.note, check)
    holds = verdict.holds and proof.proves(proof.extra)
    print("TERBUKTI / PROVEN" if holds else "TIDAK TERBUKTI / NOT PROVEN")
    print(shown(proof.extra.decode("utf-8", "replace")))
    return PROVEN if holds else FAILS


def _compare(given: argparse.Namespace, file: ProofFile, policy: Policy, report: Report) -> None:
    point = file.checkpoint.point
    copy = log.Copy.at(given.log) if given.log else None
    if given.remember is not None:
        known = read_checkpoint(given.remember.read_bytes()).point if given.remember.exists() else None
        log.compare(file, known, copy, report)
        if report.is_sound and (known is None or known.size < point.size):
            _keep(given.remember, file.checkpoint.note.message())
    if copy is not None and given.read_all:
        unit = str(file.said["subject"]["code"])
        log.read_all(copy, policy, report, unit=unit, shown=set(file.entries), given=point)


def _write_page(path: Path) -> int:
    try:
        path.write_text(page(), encoding="utf-8")
    except OSError as error:
        print(shown(f"ikm-verify: {error}"), file=sys.stderr)
        return UNREADABLE
    print(f"written: {path}")
    return PROVEN


def _keep(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text)
    os.replace(temporary, path)  # noqa: PTH105 - one word for what it does


def _text(path: Path, limit: int) -> str:
    content = path.read_bytes()
    if len(content) > limit:
        raise Malformed("policy", f"{path} has more than {limit} bytes")
    return content.decode()


def _code(text: str) -> VisitCode:
    found = read_code(text)
    if found is None:
        raise argparse.ArgumentTypeError("a code is KIOSK/NUMBER and eight letters")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ikm-verify", description=_HELP)
    parser.add_argument(
        "release",
        type=Path,
        nargs="?",
        metavar="RELEASE",
        help="the proof of a release (bukti-ADDRESS.json.gz, which its page links)",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="whom you believe: the log's key, witnesses, how many",
    )
    parser.add_argument(
        "--tests",
        type=Path,
        metavar="FILE",
        help="the proofs of its test visits (uji-ADDRESS.json.gz, which the release's page links)",
    )
    parser.add_argument(
        "--code",
        type=_code,
        action="append",
        default=[],
        metavar="CODE",
        help="a test visit's code as the kiosk showed it (balai/5207 ACDE3467): that it binds the kiosk to what is shown",
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="the official tabulation sheet of the release (.xlsx)"
    )
    parser.add_argument(
        "--rows",
        type=Path,
        metavar="FILE",
        help="the list that its rows open (baris-ADDRESS.json, which the release's page links)",
    )
    parser.add_argument(
        "--remember",
        type=Path,
        metavar="FILE",
        help="the checkpoint you saw last; it is kept here for the next time",
    )
    parser.add_argument(
        "--log", default="", metavar="PLACE", help="a copy of the log: a folder, or its address"
    )
    parser.add_argument(
        "--read-all", action="store_true", help="read the whole log and check every unit's thread in it"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="id", help="of what is printed (id)")
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="write the page that checks the same in a browser, without a network",
    )
    parser.add_argument("--json", action="store_true", help="print for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
