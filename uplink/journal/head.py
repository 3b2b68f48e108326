"""The head file: how far the journal has come, kept beside it, so that a journal that ends early or is gone is noticed.

With the journal all that it said of the streams before it is lost; so the head file says that too, until the collector has heard it.

The kiosk process writes it: in two slots, a few seconds behind the newest record at most, so that it costs no flush of its own a
record. It is bound to the key: a kiosk that is enrolled anew in an old folder owes nothing to the former key's records.
"""

import base64
from pathlib import Path
from typing import NamedTuple

from survey.record.chain import LINK_BYTES
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.predecessors import Chain, Predecessor, chain_from_fields, chain_to_list
from survey.record.record import canonical, parse_object, whole
from survey.wire.messages import STREAM_ID, link_text
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.slots import SLOT_BYTES, TwoSlots, read_slots


class KnownHead(NamedTuple):
    """A record that was written, by number and link."""

    stream: str
    seq: int
    link: bytes
    before: Chain = ()
    """The streams before it of which the collector may not have heard, the nearest first."""
    exact: bool = False
    """Whether it is certain that nothing was written behind it: the program ended in order, or remembers it itself."""

    def as_predecessor(self, why: str) -> Predecessor:
        """Name it as what a new stream follows."""
        return Predecessor(
            stream=self.stream, seq=self.seq, link=link_text(self.link), why=why, exact=self.exact
        )


class HeadFile:
    """One kiosk's head file."""

    def __init__(self, path: Path, *, public_key: bytes, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._key = public_key
        self._slots = TwoSlots(path, disk=disk)

    def read(self) -> KnownHead | None:
        """Give the head that was kept last; None where there is none of this key."""
        return read_head(self._path, public_key=self._key)

    def store(self, head: KnownHead) -> None:
        """Keep a head; returns when it is on the medium.

        Raises:
            JournalBroken: the disk failed.
        """
        key = base64.b64encode(self._key).decode()
        fields = {
            "before": chain_to_list(head.before),
            "exact": head.exact,
            "key": key,
            "link": link_text(head.link),
            "seq": head.seq,
            "stream": head.stream,
        }
        self._slots.store(canonical(fields))


def read_head(path: Path, *, public_key: bytes) -> KnownHead | None:
    """Read the newest whole slot of a head file, if it is of this key."""
    slot = read_slots(path)
    if slot is None:
        return None
    try:
        fields = parse_object(slot.content, what="head", limit=SLOT_BYTES)
        link = base64.b64decode(f"{fields.get('link')}=")
        seq = whole(fields, "seq", lowest=0, code="head_field")
        before = chain_from_fields(Fields("head", fields), "before")
    except (Malformed, ValueError):
        return None
    stream = fields.get("stream")
    if (
        fields.get("key") != base64.b64encode(public_key).decode()
        or not isinstance(stream, str)
        or not STREAM_ID.fullmatch(stream)
    ):
        return None
    is_exact = fields.get("exact") is True
    return KnownHead(stream, seq, link, before, is_exact) if len(link) == LINK_BYTES else None
