"""What a citizen says instead of writing: how long it may be, and how it is parted and filled up to be sealed.

A recording is larger than what may lie beside one record. So it travels as several additions (`AdditionKind.SPOKEN`), each with one part
as `VOICE` beside it; which part of which recording it is stands sealed in its `ADDED`.
"""

import secrets

from survey.record import ogg
from survey.record.complaint import MAX_SPOKEN_PARTS, PADDED_TO
from survey.record.errors import Malformed

VOICE = "voice"
"""Name of what lies beside the record."""
MAX_SPEECH_SECONDS = 30
PART_BYTES = 7_000
"""So much of a recording one part holds at most."""
MAX_SPEECH_BYTES = 44_000
"""More than half a minute ever comes to; a recording that is longer is none of ours."""

_LENGTH_BYTES = 2


def new_speech() -> str:
    """Draw a name for a recording, by which its parts are known to belong together."""
    return secrets.token_hex(8)


def parts(speech: bytes) -> tuple[bytes, ...]:
    """Part a recording, each part ready to be sealed.

    Raises:
        ValueError: it is no recording in Ogg Opus, or too long.
    """
    pieces = ogg.parted(speech, most=PART_BYTES)
    if len(speech) > MAX_SPEECH_BYTES or len(pieces) > MAX_SPOKEN_PARTS:
        raise ValueError(f"a recording of {len(speech)} bytes in {len(pieces)} parts is too long")
    return tuple(map(voice_bytes, pieces))


def voice_bytes(piece: bytes) -> bytes:
    """Give what is sealed of one part: its length, itself, and zeros up to a multiple of `PADDED_TO`."""
    content = len(piece).to_bytes(_LENGTH_BYTES, "big") + piece
    return content + bytes(-len(content) % PADDED_TO)


def voice_piece(content: bytes) -> bytes:
    """Read one part out of what was sealed.

    Raises:
        Malformed: there is none (`complaint_field`).
    """
    length = int.from_bytes(content[:_LENGTH_BYTES], "big")
    piece = content[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if not piece or len(piece) != length or length > PART_BYTES:
        raise Malformed("complaint_field", "what is sealed is no part of a recording")
    return piece
