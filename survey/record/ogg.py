"""Ogg as a recording of speech comes in it: pages, parted into pieces that can each be played, and put together again.

The first two pages of an Opus stream say how it is decoded. Each piece begins with them, so that whatever pieces arrive can be heard: of
a recording of which a piece is lost, the rest is left. Pages are checked by their sums; what is none is left out.
"""

import functools
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SAMPLES_PER_SECOND = 48_000
"""By these an Opus stream counts, whatever it was recorded with."""

_CAPTURE = b"OggS"
_HEAD = struct.Struct("<4sBBqIIIB")
_HEADERS = 2
_OPUS_HEAD, _OPUS_TAGS = b"OpusHead", b"OpusTags"
_POLYNOMIAL = 0x04C11DB7
_BEGINS = 2
_SILENT_PACKET = b"\xf8\xff\xfe"
"""20 ms of nothing."""


class Page(NamedTuple):
    """One page, its sum checked."""

    content: bytes
    """The whole page as it stands in the stream."""
    granule: int
    """How many samples have been heard at its end."""
    payload: bytes


def pages(content: bytes) -> Iterator[Page]:
    """Give the pages in their order; what is damaged between them is passed over."""
    at = content.find(_CAPTURE)
    while at >= 0:
        page = _page_at(content, at)
        if page is not None:
            yield page
        at = content.find(_CAPTURE, at + (len(page.content) if page is not None else 1))


def seconds(content: bytes) -> int:
    """Give how long a recording is, to the nearest second; 0 where nothing can be heard."""
    samples = max((page.granule for page in _spoken(list(pages(content)))), default=0)
    return max(0, round(samples / SAMPLES_PER_SECOND))


def parted(content: bytes, *, most: int) -> tuple[bytes, ...]:
    """Part a recording into pieces of at most `most` bytes, each with the two first pages.

    Raises:
        ValueError: it is no recording in Opus, or has a page that fits into no piece.
    """
    whole = list(pages(content))
    head = b"".join(page.content for page in whole[:_HEADERS])
    pieces: list[bytes] = []
    for page in _spoken(whole):
        if len(head) + len(page.content) > most:
            raise ValueError(f"a page of {len(page.content)} bytes fits into no piece of {most}")
        if not pieces or len(pieces[-1]) + len(page.content) > most:
            pieces.append(head)
        pieces[-1] += page.content
    if not pieces:
        raise ValueError("this is no recording in Ogg Opus")
    return tuple(pieces)


def joined(pieces: Sequence[bytes]) -> bytes:
    """Put the pieces of a recording together that have arrived, in their order; nothing where none can be heard."""
    found = [whole for whole in map(list, map(pages, pieces)) if _spoken(whole)]
    if not found:
        return b""
    head = b"".join(page.content for page in found[0][:_HEADERS])
    return head + b"".join(page.content for whole in found for page in _spoken(whole))


def silence(length: int) -> bytes:
    """Make a recording of so many seconds in which nothing is heard: what a simulated microphone records."""
    opus_head = _OPUS_HEAD + struct.pack("<BBHIhB", 1, 1, 0, 16_000, 0, 0)
    opus_tags = _OPUS_TAGS + struct.pack("<I", 0) + struct.pack("<I", 0)
    made = [_page(0, 0, [opus_head], _BEGINS), _page(1, 0, [opus_tags])]
    packets = [_SILENT_PACKET] * 50
    made += [_page(1 + number, number * SAMPLES_PER_SECOND, packets) for number in range(1, length + 1)]
    return b"".join(made)


def _spoken(whole: Sequence[Page]) -> Sequence[Page]:
    """Give the pages behind the two first, where these are an Opus stream's."""
    is_opus = (
        len(whole) > _HEADERS
        and whole[0].payload.startswith(_OPUS_HEAD)
        and whole[1].payload.startswith(_OPUS_TAGS)
    )
    return whole[_HEADERS:] if is_opus else ()


def _page_at(content: bytes, at: int) -> Page | None:
    if len(content) < at + _HEAD.size:
        return None
    _, version, _, granule, _, _, stated, segments = _HEAD.unpack_from(content, at)
    table = content[at + _HEAD.size : at + _HEAD.size + segments]
    start = at + _HEAD.size + segments
    end = start + sum(table)
    if version != 0 or len(table) < segments or len(content) < end:
        return None
    page = content[at:end]
    if _sum(page[:22] + bytes(4) + page[26:]) != stated:
        return None
    return Page(page, granule, content[start:end])


def _page(number: int, granule: int, packets: Sequence[bytes], flags: int = 0) -> bytes:
    """Make a page of packets below 255 bytes each."""
    table = bytes(len(packet) for packet in packets)
    head = _HEAD.pack(_CAPTURE, 0, flags, granule, 1, number, 0, len(table))
    page = head + table + b"".join(packets)
    return page[:22] + struct.pack("<I", _sum(page)) + page[26:]


@functools.cache
def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (_POLYNOMIAL if value & 0x80000000 else 0)
        made.append(value & 0xFFFFFFFF)
    return tuple(made)


def _sum(page: bytes) -> int:
    value, table = 0, _table()
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
    return value
