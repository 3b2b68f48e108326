"""How a stream's `survey.record.clock.ClockState` is stored with it."""

import msgspec

from survey.record.clock import ClockState

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ClockState)


def dump(state: ClockState) -> bytes:
    """Give the state as bytes."""
    return _encoder.encode(state)


def load(state: bytes) -> ClockState:
    """Read a state that `dump` gave."""
    return _decoder.decode(state)
