"""A record's line: what decodes comes back as it was, and what is out of bounds is refused."""

import pytest

from survey.record.errors import Malformed
from survey.record.record import Record, Stamp, decode, encode


def record(kind: str) -> Record:
    return Record(seq=1, kind=kind, stamp=Stamp(boot=1, up_ms=0, at=None, sync=False), body={})


@pytest.mark.parametrize("length", [1, 32])
def test_a_kind_has_up_to_32_characters(length: int) -> None:
    assert decode(encode(record("k" * length))).kind == "k" * length


@pytest.mark.parametrize("length", [0, 33])
def test_another_kind_is_refused(length: int) -> None:
    with pytest.raises(Malformed, match="1 to 32"):
        decode(encode(record("k" * length)))
