"""Damaged lines that can be had back with proof: nothing is guessed, and nothing is believed that is not signed.

Most damage is one flipped bit. Each possible flip is tried, the checksum names the one that makes the line whole, and the kiosk's
signature in the line proves it. Where the damage spared the record itself, its own link and the one that the next record states prove
it, and whoever holds the key writes what stands around it anew: Ed25519 signs the same bytes in the same way.
"""

import re
from collections.abc import Iterator
from zlib import crc32

from survey.record.attachment import encode_attachment
from survey.record.chain import Sign, Verify, head_message, next_link
from survey.record.errors import Malformed
from uplink.journal.segments.frame import Entry, frame, pack_entry, read_frame, unpack_entry
from uplink.journal.segments.recovery import Around
from uplink.journal.segments.segment import unpack_header

_MOST_BYTES = 8_192
"""Longer pieces are no single line with a flipped bit, and trying them all would take seconds."""
_HEAD = re.compile(
    rb"[0-9a-f]{8} [1-9][0-9]{0,5} ([1-9][0-9]{0,15})\t([A-Za-z0-9+/]{43})\t([A-Za-z0-9+/]{86})\t(\{[^\t\n]*\})\t"
)
"""The beginning of a line whose record has attachments behind it."""
_RECORD = re.compile(rb"(\{[^\t\n]*\})((?:\t\{[^\t\n]*\})*)\n\Z")


class Mender:
    """Knows one kiosk's key; without `sign` it only reads."""

    def __init__(self, verify: Verify, *, sign: Sign | None = None) -> None:
        self._verify = verify
        self._sign = sign

    def mend(self, content: bytes, around: Around) -> bytes | None:
        """Give a damaged piece as it was written, as long as it is now, or None where that cannot be proven.

        Where an attachment alone is damaged, what is given is shorter: the record and the attachments that are whole.
        """
        if len(content) <= _MOST_BYTES and content.endswith(b"\n"):
            for candidate in _with_one_bit_turned(content):
                if self._is_ours(candidate, around):
                    return candidate
            if self._sign is not None and (anew := self._written_anew(content, around)) is not None:
                return anew
        return self._without_what_is_lost(content, around)

    def _is_ours(self, candidate: bytes, around: Around) -> bool:
        found = read_frame(candidate, 0)
        if found is None or found.end != len(candidate):
            return False
        try:
            if found.payload.startswith(b"ikm-journal-"):
                return unpack_header(found.payload).stream == around.stream
            entry = unpack_entry(found.payload)
        except Malformed:
            return False
        head = head_message(stream=around.stream, seq=entry.seq, link=entry.link)
        return self._verify(entry.signature, head)

    def _written_anew(self, content: bytes, around: Around) -> bytes | None:
        """Write a line anew around a record that the links before and behind it prove."""
        record = _RECORD.search(content)
        if record is None or self._sign is None or not around.link:
            return None
        line, attachments = record.groups()
        link = next_link(around.link, line)
        if link != around.following:
            return None
        written = frame(
            pack_entry(
                Entry(
                    seq=around.seq,
                    line=line,
                    prev=around.link,
                    signature=self._sign(head_message(stream=around.stream, seq=around.seq, link=link)),
                    attachments=tuple(attachments.split(b"\t")[1:]),
                )
            )
        )
        # Attachments are proven by their digests in the record wherever they are read.
        return written if len(written) == len(content) else None

    def _without_what_is_lost(self, content: bytes, around: Around) -> bytes | None:
        """Write a line anew with the record that its own signature proves, and those of its attachments that it names and that are whole."""
        head = _HEAD.match(content)
        if head is None or int(head[1]) < around.seq:
            return None
        found = Entry.stored(int(head[1]), head[4], head[2], head[3], ())
        if not self._verify(
            found.signature, head_message(stream=around.stream, seq=found.seq, link=found.link)
        ):
            return None
        there = Entry.stored(found.seq, head[4], head[2], head[3], tuple(content[head.end() :].split(b"\t")))
        whole = tuple(encode_attachment(seq, one) for seq, one in there.opened_attachments())
        written = frame(pack_entry(Entry.stored(found.seq, head[4], head[2], head[3], whole)))
        return written if len(written) < len(content) else None


def _with_one_bit_turned(content: bytes) -> Iterator[bytes]:
    """Give every whole line that one flipped bit away from `content`."""
    turned = bytearray(content)
    for place in range(len(turned)):
        for bit in range(8):
            turned[place] ^= 1 << bit
            if _is_whole(turned):
                yield bytes(turned)
            turned[place] ^= 1 << bit


def _is_whole(line: bytearray) -> bool:
    begin = line.find(b" ", 9, 17) + 1
    payload = memoryview(line)[begin:-1]
    return line[:begin] == b"%08x %d " % (crc32(payload), len(payload))
