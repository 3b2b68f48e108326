"""What goes over the keeper's socket: a length (4 bytes, big-endian), then a question or an answer as MessagePack.

One connection is one question and one answer: to connect costs a tenth of a millisecond, and nobody has to keep, share or mend a connection.
Both ends take the other for an enemy: a frame has a largest size, is read piece by piece and within a deadline, and holds exactly the
fields of its kind.
"""

import socket
import struct
import time
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from collector.trust.kinds import Use
from survey.wire.sealing import HEAD_BYTES

MOST_FRAME_BYTES = 5 * 1024 * 1024
"""A bundle's manifest, which only operators have signed."""
SMALL_FRAME_BYTES = 1280 * 1024
"""The settings of one kiosk, or a thousand receipts: from everybody else."""
MOST_MESSAGES = 1_000
"""So many signatures or content keys are asked for at once."""
SERIAL_BYTES = 20
"""Of a certificate's number, by X.509."""
MOST_ENDED = 30_000
"""So many ended certificates go into a list, and into a small frame."""
_LENGTH = struct.Struct(">I")
_PIECE = 64 * 1024

Account = Annotated[str, Meta(min_length=1, max_length=150)]
Why = Annotated[str, Meta(min_length=1, max_length=300)]


class Sign(msgspec.Struct, tag="sign", frozen=True, forbid_unknown_fields=True):
    """Sign these messages."""

    messages: Annotated[list[bytes], Meta(max_length=MOST_MESSAGES)]


class ContentKeys(msgspec.Struct, tag="content_keys", frozen=True, forbid_unknown_fields=True):
    """Make the keys of these sealed contents."""

    kind: str
    """The name of a `Sealed`."""
    heads: Annotated[
        list[Annotated[bytes, Meta(max_length=HEAD_BYTES)]],
        Meta(max_length=MOST_MESSAGES),
    ]
    account: Account
    why: Why


class Certify(msgspec.Struct, tag="certify", frozen=True, forbid_unknown_fields=True):
    """Certify the key in this request."""

    csr: Annotated[str, Meta(max_length=16_384)]
    name: Annotated[str, Meta(max_length=64)]
    use: Use
    account: Account
    why: Why


class Revoke(msgspec.Struct, tag="revoke", frozen=True, forbid_unknown_fields=True):
    """Sign the list of all certificates that have ended: their numbers, and when, in seconds since 1970."""

    ended: Annotated[
        list[
            tuple[
                Annotated[bytes, Meta(min_length=SERIAL_BYTES, max_length=SERIAL_BYTES)],
                Annotated[int, Meta(ge=0, lt=2**40)],
            ]
        ],
        Meta(max_length=MOST_ENDED),
    ]
    account: Account
    why: Why


class MakeSealingKey(msgspec.Struct, tag="make_sealing_key", frozen=True, forbid_unknown_fields=True):
    """Make a new sealing key, which is sealed to from now on."""

    account: Account
    why: Why


class DestroySealingKey(msgspec.Struct, tag="destroy_sealing_key", frozen=True, forbid_unknown_fields=True):
    """Destroy this sealing key."""

    key_id: Annotated[str, Meta(max_length=16)]
    account: Account
    why: Why


class Given(msgspec.Struct, tag="given", frozen=True, forbid_unknown_fields=True):
    """What was asked for, in the order it was asked."""

    values: list[bytes | None]


class Refused(msgspec.Struct, tag="refused", frozen=True, forbid_unknown_fields=True):
    """Nothing was done, and why: an error's word and values."""

    word: str
    values: dict[str, str]


Question = Sign | ContentKeys | Certify | Revoke | MakeSealingKey | DestroySealingKey
Answer = Given | Refused
_questions: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class BadFrame(Exception):  # noqa: N818 - named for what it is
    """The other end speaks something else, or too much of it; the connection is of no use any more."""


def read_question(frame: bytes) -> Question:
    """Read a question.

    Raises:
        BadFrame: it is none.
    """
    try:
        return _questions.decode(frame)
    except msgspec.DecodeError as error:
        raise BadFrame(str(error)) from error


def read_answer(frame: bytes) -> Answer:
    """Read an answer.

    Raises:
        BadFrame: it is none.
    """
    try:
        return _answers.decode(frame)
    except msgspec.DecodeError as error:
        raise BadFrame(str(error)) from error


def send(connection: socket.socket, one: Question | Answer, *, seconds: float) -> None:
    """Send a frame.

    Raises:
        BadFrame: it would be larger than the other end takes.
        OSError: the other end is gone, or did not take it within `seconds`.
    """
    body = msgspec.msgpack.encode(one)
    if len(body) > MOST_FRAME_BYTES:
        raise BadFrame(f"a frame of {len(body)} bytes; at most {MOST_FRAME_BYTES} are taken")
    connection.settimeout(seconds)  # of the whole: `sendall` counts down
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket, *, seconds: float, most_bytes: int = MOST_FRAME_BYTES) -> bytes:
    """Give a frame that comes whole within `seconds`.

    Raises:
        BadFrame: it says that it is larger than `most_bytes`.
        OSError: it did not come in time (`TimeoutError`), or the other end is gone (`ConnectionError`).
    """
    left = _countdown(seconds)
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size, left))
    if length > most_bytes:
        raise BadFrame(f"a frame of {length} bytes; at most {most_bytes} are taken")
    return _exactly(connection, length, left)


def _countdown(seconds: float) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: max(end - time.monotonic(), 0.001)


def _exactly(connection: socket.socket, number: int, left: Callable[[], float]) -> bytes:
    # Room is taken for what has come, never for what was announced.
    come = bytearray()
    while len(come) < number:
        connection.settimeout(left())
        piece = connection.recv(min(_PIECE, number - len(come)))
        if not piece:
            raise ConnectionResetError("the connection was closed in the middle")
        come += piece
    return bytes(come)
