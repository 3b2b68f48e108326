"""Damaged lines that can be had back with proof: nothing is guessed, and nothing is believed that is not signed.

Most damage is one flipped bit. Each possible flip is tried, the checksum names the one that makes the line whole, and the kiosk's
signature in the line proves it. Where the damage spared a record with the link and the signature before it, these prove it, and the
line is written anew around them: so with the first whole record behind a lost page, and with one of which only an attachment is lost.
Where it spared the record alone, the link before it and the one that the next record states prove it, and whoever holds the key signs
it anew: Ed25519 signs the same bytes in the same way.
"""

import re
from collections.abc import Iterator
from zlib import crc32

from survey.record.attachment import encode_attachment
from survey.record.chain import Sign, Verify, head_message, next_link
from survey.record.errors import Malformed
from survey.record.record import decode
from uplink.journal.segments.frame import Entry, frame, pack_entry, read_frame, unpack_entry
from uplink.journal.segments.recovery import Around
from uplink.journal.segments.segment import unpack_header

_MOST_BYTES = 8_192
"""Longer pieces are no single line with a flipped bit, and trying them all would take seconds."""
_PROVEN = rb"([A-Za-z0-9+/]{43})\t([A-Za-z0-9+/]{86})\t(\{[^\t\n]*\})(?=[\t\n])"
"""A record with what proves it: the link before it and the signature of the one behind it."""
_LINE = rb"[^\n]*\n|[^\n]+\Z"
_RECORD = rb"(\{[^\t\n]*\})((?:\t\{[^\t\n]*\})*)\n\Z"


class Mender:
    """Knows one kiosk's key; without `sign` it only reads."""

    def __init__(self, verify: Verify, *, sign: Sign | None = None) -> None:
        self._verify = verify
        self._sign = sign

    def mend(self, content: bytes, around: Around) -> bytes | None:
        """Give a damaged piece, as long as it is, with every line in it as it was written that can be proven; None where none can.

        Of a record whose attachment alone is damaged, the record and the attachments that are whole are given.
        """
        if len(content) > _MOST_BYTES:
            mended = self._with_their_own_proof(content, around)
            return mended if mended != content else None
        mended = self._with_its_bit(content, around)
        if mended == content:  # not one line, unless what turned is now a line end
            mended = b"".join(self._with_its_bit(line, around) for line in re.findall(_LINE, content))
            mended = self._with_their_own_proof(mended, around)
        return mended if mended != content else self._written_anew(content, around)

    def _with_its_bit(self, line: bytes, around: Around) -> bytes:
        """Turn the one bit back that was turned, where that is all."""
        candidates = _with_one_bit_turned(line) if line.endswith(b"\n") else ()
        return next((one for one in candidates if self._is_ours(one, around)), line)

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
        record = re.search(_RECORD, content)
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

    def _with_their_own_proof(self, content: bytes, around: Around) -> bytes:
        """Write a line anew around every record that its own link and signature prove, with its attachments that are whole.

        Each ends where it ended. What stood before it and is no part of it stays what it is: damage.
        """
        mended, free = bytearray(content), 0
        for found in re.finditer(_PROVEN, content):
            end = content.find(b"\n", found.end()) + 1 or len(content)
            line = self._proven_line(found, content[found.end() : end], around)
            begin = end - len(line)
            if line and begin >= free:
                mended[begin:end] = line
                free = end
        return bytes(mended)

    def _proven_line(self, found: re.Match[bytes], behind: bytes, around: Around) -> bytes:
        prev, signature, line = found.groups()
        try:
            seq = decode(line).seq
        except Malformed:
            return b""
        there = Entry.stored(seq, line, prev, signature, tuple(behind.rstrip(b"\n").split(b"\t")[1:]))
        head = head_message(stream=around.stream, seq=seq, link=there.link)
        if seq < around.seq or not self._verify(there.signature, head):
            return b""
        whole = tuple(encode_attachment(of, one) for of, one in there.opened_attachments())
        return frame(pack_entry(Entry.stored(seq, line, prev, signature, whole)))


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
