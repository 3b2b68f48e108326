"""Counts as bytes: a tally's row of non-negative integers, small on disk and added without a loop.

In memory a row of counts is one long Python integer of 64-bit fields, so that adding two rows, or taking one out of
another, is one addition of integers. In the database it is its byte planes: the lowest byte of every count, then the
second lowest, and so on, each plane with its trailing zeros left off and planes without content left out. The counts of a
village's day take one byte each and the few large ones two, whatever instrument they belong to, on every database. The months
of units, which a map of a province reads by the ten thousand, are stored *wide* instead, as they are in memory.
"""

import struct
from collections.abc import Sequence

FIELD_BYTES = 8


def to_number(counts: Sequence[int]) -> int:
    """Give the one integer that stands for `counts`; negative counts cancel out when the sum is not negative."""
    number = 0
    for count in reversed(counts):
        number = (number << 64) + count
    return number


def to_counts(number: int, fields: int) -> tuple[int, ...]:
    """Give the counts behind `number`.

    Raises:
        OverflowError: a count would be negative, or there are more than `fields`.
    """
    return struct.unpack(f"<{fields}Q", number.to_bytes(fields * FIELD_BYTES, "little"))


def pack(number: int) -> bytes:
    """Give the stored form of a row of counts.

    Raises:
        OverflowError: the last count that is not zero would be negative.
    """
    raw = pack_wide(number)
    planes = [raw[plane::FIELD_BYTES].rstrip(b"\0") for plane in range(FIELD_BYTES)]
    while planes and not planes[-1]:
        planes.pop()
    return b"".join([len(plane).to_bytes(2, "little") + plane for plane in planes])


def pack_wide(number: int) -> bytes:
    """Give the wide form of a row of counts.

    Raises:
        OverflowError: the last count that is not zero would be negative.
    """
    return number.to_bytes((number.bit_length() + 63) // 64 * FIELD_BYTES, "little")


def unpack_wide(stored: bytes) -> int:
    """Give the integer behind a row in its wide form."""
    return int.from_bytes(stored, "little")


def unpack(stored: bytes) -> int:
    """Give the integer behind a stored row.

    Raises:
        ValueError: the bytes are no stored row.
    """
    planes = []
    at = 0
    while at < len(stored):
        end = at + 2 + int.from_bytes(stored[at : at + 2], "little")
        planes.append(stored[at + 2 : end])
        at = end
    if at != len(stored) or len(planes) > FIELD_BYTES:
        raise ValueError("not a stored row of counts")
    fields = max(map(len, planes), default=0)
    raw = bytearray(FIELD_BYTES * fields)
    for number, plane in enumerate(planes):
        raw[number : FIELD_BYTES * len(plane) : FIELD_BYTES] = plane
    return int.from_bytes(raw, "little")
