"""A recording is parted so that whatever parts arrive can be heard, and fits what lies beside a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record import ogg
from survey.record.attachment import MAX_CONTENT_BYTES
from survey.record.complaint import MAX_SPOKEN_PARTS, PADDED_TO
from survey.record.errors import Malformed
from survey.record.spoken import (
    MAX_SPEECH_BYTES,
    PART_BYTES,
    new_speech,
    parts,
    voice_bytes,
    voice_piece,
)
from survey.wire.sealing import HEAD_BYTES

_TAG_BYTES = 16


@given(st.integers(1, 90))
def test_whole_it_comes_back_byte_for_byte(length: int) -> None:
    speech = ogg.silence(length)
    pieces = [voice_piece(one) for one in parts(speech)]
    assert ogg.joined(pieces) == speech
    assert ogg.seconds(speech) == length


@given(st.integers(1, 90), st.data())
def test_of_any_parts_the_rest_is_a_recording(length: int, data: st.DataObject) -> None:
    pieces = [voice_piece(one) for one in parts(ogg.silence(length))]
    left = data.draw(st.lists(st.sampled_from(range(len(pieces))), unique=True).map(sorted))
    joined = ogg.joined([pieces[place] for place in left])
    heads = 2
    assert len(list(ogg.pages(joined))) == sum(
        len(list(ogg.pages(pieces[place]))) - heads for place in left
    ) + heads * bool(left)


@given(st.binary(min_size=1, max_size=PART_BYTES))
def test_a_part_comes_back_and_its_length_tells_little(piece: bytes) -> None:
    content = voice_bytes(piece)
    assert voice_piece(content) == piece
    assert len(content) % PADDED_TO == 0
    assert len(content) + HEAD_BYTES + _TAG_BYTES <= MAX_CONTENT_BYTES


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\x00\x00" + bytes(254), b"\x00\x05abcd", b"\x1b\x59" + bytes(7_001)]
)
def test_what_is_no_part_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        voice_piece(content)


@pytest.mark.parametrize(
    "speech", [b"", b"OggS", b"no recording", ogg.silence(0), ogg.silence(20)[1:], ogg.silence(1_000)]
)
def test_what_is_no_recording_or_too_long_is_refused(speech: bytes) -> None:
    with pytest.raises(ValueError, match="recording"):
        parts(speech)


def test_the_longest_recording_fits_the_parts_there_may_be() -> None:
    length = 1
    while len(ogg.silence(length + 1)) <= MAX_SPEECH_BYTES:
        length += 1
    assert len(parts(ogg.silence(length))) <= MAX_SPOKEN_PARTS


def test_a_damaged_page_is_left_out_and_the_others_are_heard() -> None:
    speech = bytearray(ogg.silence(10))
    speech[len(speech) // 2] ^= 1
    assert len(list(ogg.pages(bytes(speech)))) == len(list(ogg.pages(ogg.silence(10)))) - 1
    assert ogg.seconds(bytes(speech)) == 10


def test_a_page_too_large_for_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no piece"):
        ogg.parted(ogg.silence(2), most=200)


@given(st.binary(max_size=600))
def test_nonsense_is_no_recording(content: bytes) -> None:
    assert ogg.seconds(content) == 0
    assert ogg.joined([content]) == b""


def test_a_name_is_drawn_anew() -> None:
    assert new_speech() != new_speech()
    assert len(bytes.fromhex(new_speech())) == 8
