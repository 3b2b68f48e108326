"""Complaints: topics, and what is sealed beside their records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.definition import load
from survey.record.attachment import MAX_CONTENT_BYTES
from survey.record.complaint import (
    BY_CODE,
    MAX_SPOKEN_PARTS,
    MAX_TEXT_CHARACTERS,
    PADDED_TO,
    TOPICS,
    WEIGHTY,
    Added,
    AdditionKind,
    Filing,
    SpokenPart,
    written_bytes,
    written_words,
)
from survey.record.errors import Malformed
from survey.wire.ticket_states import MAX_ANSWER_CHARACTERS, TicketState

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_TEXT_CHARACTERS)
keys = st.binary(min_size=32, max_size=32)


def test_topics_name_elements_of_the_skm_and_are_unique() -> None:
    elements = set(load("skm-2017").element_keys)
    assert {topic.element for topic in TOPICS} - {None} <= elements
    assert len(BY_CODE) == len(TOPICS) == 14


def test_illegal_fees_stand_first_and_what_is_about_officers_is_kept_from_them() -> None:
    assert "pungli" in [topic.code for topic in TOPICS[:WEIGHTY]]
    assert {topic.code for topic in TOPICS if topic.bypass_officer} == {
        "pungli", "pilih_kasih", "petugas_tidak_ramah", "petugas_tidak_paham",
    }  # fmt: skip


@given(words)
def test_words_come_back_and_their_length_tells_little(text: str) -> None:
    sealed = written_bytes(text)
    assert written_words(sealed) == text
    assert len(sealed) % PADDED_TO == 0
    assert len(sealed) < MAX_CONTENT_BYTES


def test_what_people_mostly_write_is_of_one_length() -> None:
    assert len({len(written_bytes("a" * count)) for count in range(1, 240)}) == 1
    kinds = {len(Added(kind, bytes(32)).to_bytes()) for kind in AdditionKind}
    assert len(kinds) == 1, "whether somebody withdraws or thanks cannot be told from outside"


@given(st.lists(st.sampled_from(sorted(BY_CODE)), unique=True).map(tuple), st.booleans(), st.booleans(), keys)
def test_a_filing_comes_back(topics: tuple[str, ...], about: bool, names: bool, key: bytes) -> None:
    filing = Filing(topics, about, names, "id", key)
    assert Filing.from_bytes(filing.to_bytes()) == filing


@given(st.sampled_from(AdditionKind), keys)
def test_an_addition_comes_back(kind: AdditionKind, key: bytes) -> None:
    spoken = SpokenPart("0123456789abcdef", 2, 5) if kind is AdditionKind.SPOKEN else None
    assert Added.from_bytes(Added(kind, key, spoken=spoken).to_bytes()) == Added(kind, key, spoken=spoken)


@pytest.mark.parametrize(
    "part",
    [
        SpokenPart("0123456789abcde", 1, 1),
        SpokenPart("0123456789ABCDEF", 1, 1),
        SpokenPart("0123456789abcdef", 0, 1),
        SpokenPart("0123456789abcdef", 2, 1),
        SpokenPart("0123456789abcdef", 1, MAX_SPOKEN_PARTS + 1),
        None,
    ],
)
def test_a_part_says_which_it_is(part: SpokenPart | None) -> None:
    with pytest.raises(Malformed):
        Added.from_bytes(Added(AdditionKind.SPOKEN, bytes(32), spoken=part).to_bytes())


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_ANSWER_CHARACTERS))
def test_a_state_comes_back(answer: str) -> None:
    state = TicketState("dijawab", 1_764_000_000_000, "2026-12-15", "2026-12-29", answer)
    assert TicketState.from_bytes(state.to_bytes()) == state


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b"{}", b"[" * 100_000, b'{"kind":"x","key":"00"}', b'{"words":5}']
)
def test_what_was_sealed_by_no_kiosk_of_ours_is_malformed(content: bytes) -> None:
    for read in (Filing.from_bytes, Added.from_bytes, written_words, TicketState.from_bytes):
        with pytest.raises(Malformed):
            read(content)
