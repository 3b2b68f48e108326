"""`ikm-collector evidence verify`: what checking a bundle came to, in words and as an exit code.

The bundle is a stranger's: whatever it holds, it costs what it weighs, ends in a sentence, and is shown and never obeyed.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.evidence.proof.bundle import BundleError
from collector.evidence.proof.verify_bundle import Report, verify
from collector.words.foreign import shown

HOLDS, BROKEN, NOTHING_PROVEN, UNREADABLE = 0, 3, 4, 5
"""Exit codes; 1 is Python's for a crash and 2 that of a mistyped command, and mean neither."""
_KEY_BYTES = 32
_NEVER_PROVEN = (
    "that a kiosk's key is the kiosk's: compare the keys above with those the kiosks show",
    "the end of each stream: that nothing came after its last record rests on the collector's word, and on heads the kiosks signed",
    "that no stream was left out, and where and since when each kiosk stood: both rest on the collector's word",
    "that an attachment is held, or was destroyed at its date: both rest on the collector's word",
)


def main(arguments: Sequence[str]) -> int:
    """Run the command: 0 everything holds, 3 something does not, 4 nothing is proven, 5 the file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="ikm-collector evidence verify",
        description="Check an evidence bundle: every chain, every signature, every published index. Needs no database.",
        epilog="Exit code 0: everything holds. 3: something does not. 4: nothing is proven. 5: the file cannot be read.",
    )
    parser.add_argument("bundle", type=Path, metavar="FILE", help="the bundle (.zip)")
    parser.add_argument(
        "--collector-key",
        metavar="HEX",
        type=_key,
        help="the collector's public key as its owner publishes it; without it nothing is proven",
    )
    options = parser.parse_args(arguments)
    try:
        report = verify(options.bundle, collector_key=options.collector_key)
    except BundleError as error:
        print(f"ikm-collector: {shown(error)}", file=sys.stderr)
        return UNREADABLE
    except (Exception, MemoryError) as error:  # noqa: BLE001 - the file is a stranger's: whatever it does to us is said of it
        print(
            f"ikm-collector: {shown(options.bundle)} cannot be read: {shown(type(error).__name__)}: {shown(error)}",
            file=sys.stderr,
        )
        return UNREADABLE
    print("\n".join(_told(report)))
    if report.problems:
        return BROKEN
    return NOTHING_PROVEN if report.unproven else HOLDS


def _told(report: Report) -> Iterator[str]:
    """Say it, line by line; whatever stands in the bundle is shown and never obeyed."""
    for kiosk, verdict in report.streams:
        yield f"{shown(kiosk)} {shown(verdict.uid[:8])}  {verdict}"
    for claimed, counted in report.indices:
        agrees = counted is not None and counted.facts == claimed.facts
        words = "recomputed, equal" if agrees else "NOT what the records give"
        facts = f"{claimed.instrument}: {claimed.measure} {claimed.value} {claimed.category}"
        yield f"{shown(facts)} n={claimed.n}: {words}"
    yield "relied on:"
    yield f"  collector's key  {report.collector_key.hex()}"
    for kiosk, uid, key in report.kiosk_keys:
        yield f"  {shown(kiosk)} {shown(uid[:8])}  {key.hex()}"
    yield "not proven:"
    yield from (f"  {reason}" for reason in (*report.unproven, *_NEVER_PROVEN))
    yield from (f"NOTE     {shown(note)}" for note in report.notes)
    yield from (f"PROBLEM  {shown(problem)}" for problem in report.problems)
    if report.problems:
        yield f"verdict: {len(report.problems)} problems"
    else:
        yield "verdict: nothing is proven" if report.unproven else "verdict: everything holds"


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != _KEY_BYTES:
        raise ValueError("an Ed25519 key has 32 bytes")
    return key
