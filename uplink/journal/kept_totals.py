"""The file with the running totals as they last stood: what lets the journal forget records that are counted already.

Sums of a few visitors are their answers, so the file belongs to the kiosk's user alone, as the signing key does. It is replaced whole, and bound to its
stream by number and link: one that does not fit the journal is left aside.
"""

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from survey.record.record import canonical
from survey.record.totals import Counts, Part, RunningTotals
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class Began(NamedTuple):
    """What is known of when a stream began, until its first tally."""

    boot: int
    """The stream's first boot, and the milliseconds of it at the first record."""
    up_ms: int
    at_ms: int | None = None
    """The moment, in milliseconds since 1970 UTC; 0 where boots went by before anybody knew the time, None while it is not known."""


class Kept(NamedTuple):
    """The totals of a stream after its record `totals.through`."""

    stream: str
    link: bytes
    """The link after that record."""
    totals: RunningTotals
    began: Began | None


class KeptTotals:
    """One kiosk's file of running totals; belongs to the thread that writes the journal."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._disk = disk
        self._through: dict[str, int] = {}
        kept = self.read()
        if kept is not None:
            self._through = {kept.stream: kept.totals.through}

    def through(self, stream: str) -> int:
        """Give the last record of a stream that the file has counted."""
        return self._through.get(stream, 0)

    def read(self) -> Kept | None:
        """Give what was kept last; None where there is nothing, or not what was written."""
        try:
            digest, _, content = self._path.read_bytes().partition(b"\n")
            whole = hashlib.sha256(content).hexdigest().encode() == digest
            return _kept(json.loads(content)) if whole else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.error("the running totals in %s cannot be read: %s", self._path, error)  # noqa: TRY400 - the reason says it all
            return None

    def store(self, kept: Kept) -> None:
        """Keep totals; returns when they are on the medium.

        Raises:
            OSError: the disk failed; what was kept before is still there.
        """
        content = canonical(_fields(kept))
        replace_file(
            self._path,
            hashlib.sha256(content).hexdigest().encode() + b"\n" + content,
            mode=0o600,
            disk=self._disk,
        )
        self._through = {kept.stream: kept.totals.through}


def _fields(kept: Kept) -> dict[str, object]:
    totals = kept.totals
    return {
        "stream": kept.stream,
        "link": _text(kept.link),
        "began": list(kept.began) if kept.began is not None else None,
        "through": totals.through,
        "since": totals.since,
        "set_since": totals.set_since,
        "day": totals.day,
        "visits": totals.visits,
        "secret": _text(totals.secret),
        "parts": {
            name: {
                "n": part.n,
                "partial": part.partial,
                "complete": part.complete,
                "incomplete": part.incomplete,
                "secret": _text(part.secret),
                "leaves": _text(part.leaves),
            }
            for name, part in totals.parts.items()
        },
    }


def _kept(fields: Mapping[str, object]) -> Kept:
    """Read what `_fields` has written; nobody else writes here, and the digest has been checked."""
    totals = RunningTotals()
    for name in ("through", "since", "set_since", "day", "visits"):
        setattr(totals, name, fields[name])
    totals.secret = _bytes(fields["secret"])
    parts = fields["parts"]
    if not isinstance(parts, dict):
        raise TypeError("parts")
    for name, one in parts.items():
        part = totals.parts[name] = Part()
        part.n, part.partial = one["n"], one["partial"]
        part.complete, part.incomplete = _counts(one["complete"]), _counts(one["incomplete"])
        part.secret, part.leaves = _bytes(one["secret"]), bytearray(_bytes(one["leaves"]))
    began = fields["began"]
    return Kept(
        stream=str(fields["stream"]),
        link=_bytes(fields["link"]),
        totals=totals,
        began=Began(*began) if isinstance(began, list) else None,
    )


def _counts(fields: Mapping[str, Mapping[str, int]]) -> Counts:
    return {element: {int(value): n for value, n in values.items()} for element, values in fields.items()}


def _text(content: bytes | bytearray) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("a text was expected")
    return base64.b64decode(text, validate=True)
