"""The collector's word on ended keys: read back as it was written, and believed from nobody else."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey.record.errors import Malformed
from survey.record.record import canonical
from survey.wire.ended import ENDED_PREFIX, MAGIC, MOST_KEYS, Ended, pack_ended, unpack_ended
from survey.wire.envelope import seal_text
from uplink.journal.enrolment import verifier

KEY = Ed25519PrivateKey.generate()
VERIFY = verifier(KEY.public_key().public_bytes_raw())
WORD = Ended("k-0001", (b"a" * 32, b"b" * 32), 1_767_225_600_000)


def test_it_is_read_back_as_it_was_written() -> None:
    assert unpack_ended(pack_ended(WORD, KEY.sign), VERIFY) == WORD


def test_the_newest_keys_are_kept_of_too_many() -> None:
    many = WORD._replace(keys=tuple(number.to_bytes(32) for number in range(MOST_KEYS + 5)))
    assert unpack_ended(pack_ended(many, KEY.sign), VERIFY).keys == many.keys[:MOST_KEYS]


def test_nobody_else_can_say_it() -> None:
    with pytest.raises(Malformed, match="not signed"):
        unpack_ended(pack_ended(WORD, Ed25519PrivateKey.generate().sign), VERIFY)
    text = canonical({"kiosk": "k-0001", "keys": ["00" * 32], "at": 1})
    with pytest.raises(Malformed, match="not signed"):  # a signature of the collector's for something else
        unpack_ended(seal_text(MAGIC, text, KEY.sign(b"ikm-receipt-1\x00" + text)), VERIFY)


@pytest.mark.parametrize(
    "fields",
    [
        {"kiosk": "k-0001", "keys": [], "at": 1},
        {"kiosk": "k-0001", "keys": "00" * 32, "at": 1},
        {"kiosk": "k-0001", "keys": ["zz" * 32], "at": 1},
        {"kiosk": "k-0001", "keys": ["00"], "at": 1},
        {"kiosk": "k-0001", "keys": [1], "at": 1},
        {"kiosk": "k-0001", "keys": None, "at": 1},
        {"kiosk": "+", "keys": ["00" * 32], "at": 1},
        {"kiosk": "k-0001", "keys": ["00" * 32], "at": -1},
    ],
)
def test_what_makes_no_sense_is_no_word(fields: dict[str, object]) -> None:
    text = canonical(fields)
    with pytest.raises(Malformed) as told:
        unpack_ended(seal_text(MAGIC, text, KEY.sign(ENDED_PREFIX + text)), VERIFY)
    assert told.value.code == "ended_field"
