"""What became of what was given to the journal's writer, and how writing goes."""

from collections.abc import Hashable
from typing import NamedTuple

from survey.named import distinct
from survey.wire.trouble import Trouble


@distinct
class Written(NamedTuple):
    """The record of `token` is on the medium."""

    token: Hashable
    seq: int
    stream: str
    link: bytes
    """Where the chain stands after it."""


@distinct
class WriteFailed(NamedTuple):
    """The record of `token` is not kept; `trouble` says why for screens, `reason` for logs."""

    token: Hashable
    trouble: Trouble
    reason: str


class WriterState(NamedTuple):
    """How writing goes, for the loop and for health."""

    accepting: bool
    """Whether visitors can be served: the disk works and has room."""
    trouble: Trouble | None
    """Why not, or None."""
    notice: Trouble | None
    """What became of the journal's past, while it is news; visitors can be served all the same."""
    head: int
    waiting: int
    confirmed: int
    damaged: int
    used_bytes: int
    write_ms_p50: float
    write_ms_p99: float
