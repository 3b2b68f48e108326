"""Kiosks without a counter: whether the log bears out why there is none, or something was taken away.

What a kiosk is said to have told, or not, is the operator's word. The log said each night of which stream something was held, before anybody knew what it
would be needed for; two of those nights are opened, without a number.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from survey.log.facts import HEAD, NO_STREAM, commitment_of
from witness.verify import values
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile
from witness.verify.thread import KnownKiosk, day_of

_TOLD_OTHERWISE = {"few", "protected", "moved"}
"""What is published tells whether these can be (`number`)."""
_FOR_THE_AUDITOR = {"differs", "other_life", "tested", "no_begin", "unopened"}
"""Reasons that no stranger can look into; all of them say that its records are here."""
_HOURS = (7, 8, 9)
"""A night of the log is a day of the collector's own zone."""


class _Night(NamedTuple):
    stream: str
    state: str


def check(
    file: ProofFile,
    closed: Sequence[Sequence[str]],
    kiosks: Mapping[str, KnownKiosk],
    end: tuple[str, int],
    report: Report,
) -> None:
    """Name each kiosk that is closed for a reason which the log contradicts or does not bear out; `end` is the first day behind the period, and when it begins."""
    after, end_ms = end
    logged_ms = file.leaves[file.number].logged_ms
    for name, why in closed:
        nights = _opened(file, name)
        known = kiosks.get(name)
        if known is None or file.leaves[min(file.leaves)].logged_ms >= end_ms:
            continue  # no night of the log is as old as that
        first = nights.get(after) if known.is_alive(end_ms, end_ms + 1) else None
        last = next(
            (nights[day] for day in (day_of(logged_ms, hours) for hours in _HOURS) if day in nights), None
        )
        needed = known.is_alive(end_ms, end_ms + 1), known.is_alive(logged_ms, logged_ms + 1)
        if why in _TOLD_OTHERWISE:
            continue
        if not _holds(why, known, [first, last], needed):
            report.fault("kiosk_unaccounted", kiosk=name, why=why)
        elif why == "no_counter" and first is not None and last is not None and first.state != last.state:
            report.note("kiosk_wrote_on", kiosk=name)


def _holds(why: str, known: KnownKiosk, nights: Sequence[_Night | None], needed: Sequence[bool]) -> bool:
    if why in _FOR_THE_AUDITOR:
        last = nights[-1]
        return last.stream != NO_STREAM if last is not None else not needed[-1]
    if any(night is None and needs for night, needs in zip(nights, needed, strict=True)):
        return False
    streams = {night.stream for night in nights if night is not None}
    if why == "silent":
        return not known.begun and streams <= {NO_STREAM}
    return why == "no_counter" and len(streams) <= 1 and NO_STREAM not in streams


def _opened(file: ProofFile, kiosk: str) -> dict[str, _Night]:
    """Give the nights of a kiosk that open, by their days."""
    found: dict[str, _Night] = {}
    for number, given in file.heads.items():
        leaf = file.leaves.get(number)
        night = _Night(values.text(given, "stream"), values.text(given, "state"))
        salt = values.unhex(values.text(given, "salt"))
        if leaf is None or leaf.kind != HEAD or leaf.body.get("kiosk") != kiosk:
            continue
        day = values.text(leaf.body, "day")
        if leaf.body.get("head") == commitment_of(day, kiosk, night.stream, night.state, salt):
            found[day] = night
    return found
