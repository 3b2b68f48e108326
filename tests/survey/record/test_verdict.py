"""The verdict: delete, alter, reorder, insert, truncate, replay, clone, another key: each is told apart."""

import dataclasses
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.chain import first_link, head_message, lost_line, lost_message, next_link
from survey.record.findings import Fault, Finding
from survey.record.record import Record, Stamp, encode
from survey.record.verdict import Claim, Evidence, Examiner, Verdict

STREAM = "00112233445566778899aabbccddeeff"
KEY = b"k" * 32


def sign(key: bytes, message: bytes) -> bytes:
    """Stand in for Ed25519: whoever has the key signs, and `verify` tells."""
    return hmac.digest(key, message, hashlib.sha512)


def verify(signature: bytes, message: bytes) -> bool:
    return signature == sign(KEY, message)


def line(seq: int, **body: object) -> bytes:
    return encode(
        Record(seq=seq, kind="response", stamp=Stamp(boot=1, up_ms=seq, at=None, sync=True), body=body)
    )


def chain(
    lines: list[bytes], *, key: bytes = KEY, start: bytes | None = None, first: int = 1, every: int = 1
) -> list[Evidence]:
    link = first_link(stream=STREAM, public_key=KEY) if start is None else start
    found = []
    for place, content in enumerate(lines):
        prev, link = link, next_link(link, content)
        signed = (place + 1) % every == 0 or place == len(lines) - 1
        found.append(
            Evidence(
                seq=first + place,
                line=content,
                prev=prev,
                signature=sign(key, head_message(stream=STREAM, seq=first + place, link=link))
                if signed
                else None,
            )
        )
    return found


def stream(count: int = 10, **more: int) -> list[Evidence]:
    return chain([line(seq, value=3) for seq in range(1, count + 1)], **more)


def judge(found: list[Evidence], *claims: Claim) -> Verdict:
    examiner = Examiner(stream=STREAM, public_key=KEY, verify=verify)
    examiner.expect(claims)
    for one in found:
        examiner.add(one)
    return examiner.verdict()


def faults(found: list[Evidence], *claims: Claim) -> list[tuple[str, int, int]]:
    return [(fault.finding.value, fault.first, fault.last) for fault in judge(found, *claims).faults]


def altered(evidence: Evidence) -> Evidence:
    return dataclasses.replace(evidence, line=evidence.line.replace(b'"value":3', b'"value":4'))


def test_a_whole_stream_is_clean() -> None:
    verdict = judge(stream())
    assert verdict.clean
    assert (verdict.first, verdict.last, verdict.records, verdict.signatures) == (1, 10, 10, 10)
    assert verdict.sentences() == [
        f"stream {STREAM}: records 1 to 10, none missing, none altered, all signed by this kiosk"
    ]


def test_a_stream_of_one_record_and_of_none_say_so() -> None:
    (one,), (none,) = judge(stream(1)).sentences(), judge([]).sentences()
    assert one.startswith(f"stream {STREAM}: records 1 to 1, none missing")
    assert none.startswith(f"stream {STREAM}: no records, none missing")


def test_signatures_of_batches_only_prove_as_much() -> None:
    verdict = judge(stream(every=4))
    assert verdict.clean
    assert verdict.signatures == 3


def test_an_empty_stream_is_clean() -> None:
    assert judge([]).clean


@pytest.mark.parametrize("place", [0, 1, 5, 8])
def test_a_deleted_record_is_missing(place: int) -> None:
    found = stream()
    del found[place]
    assert faults(found) == [("missing", place + 1, place + 1)]


def test_a_deleted_stretch_is_one_fault() -> None:
    found = stream()
    del found[3:7]
    verdict = judge(found)
    assert verdict.faults == (Fault(Finding.MISSING, 4, 7),)
    assert "records 4 to 7: missing" in verdict.sentences()


@pytest.mark.parametrize("place", range(10))
def test_an_altered_record_is_named(place: int) -> None:
    found = stream()
    found[place] = altered(found[place])
    assert faults(found) == [("altered", place + 1, place + 1)]


@pytest.mark.parametrize("place", range(10))
def test_an_altered_record_is_named_where_only_links_stand_between_signatures(place: int) -> None:
    found = stream(every=4)
    found[place] = altered(found[place])
    named = faults(found)
    assert len(named) == 1
    finding, first, last = named[0]
    assert finding == "altered"
    assert first <= place + 1 <= last


def with_links(found: list[Evidence], *numbers: int) -> list[Evidence]:
    """Keep the links before these records only, as batches do."""
    return [one if one.seq in numbers else dataclasses.replace(one, prev=None) for one in found]


@pytest.mark.parametrize(
    "number, span",
    [(1, (1, 4)), (3, (1, 4)), (4, (1, 4)), (5, (5, 8)), (8, (5, 8)), (9, (9, 10)), (10, (9, 10))],
)
def test_where_only_batches_are_signed_and_linked_any_record_of_the_batch_may_be_the_altered_one(
    number: int, span: tuple[int, int]
) -> None:
    found = with_links(stream(every=4), 1, 5, 9)
    found[number - 1] = altered(found[number - 1])
    assert faults(found) == [("altered", *span)]


def test_without_any_link_all_that_comes_after_an_altered_record_is_in_doubt() -> None:
    found = with_links(stream(every=4))
    assert judge(found).clean
    found[5] = altered(found[5])
    assert faults(found) == [("altered", 5, 10)]


def test_a_link_between_speaks_for_the_records_before_it() -> None:
    found = with_links(stream(every=6), 3, 7)
    found[4] = altered(found[4])
    assert faults(found) == [("altered", 3, 6)]
    found[4], found[1] = stream(every=6)[4], altered(found[1])
    assert faults(found) == [("altered", 1, 2)]


def test_an_altered_record_before_a_gap_is_told_with_those_it_cannot_be_told_from() -> None:
    found = with_links(stream(every=4), 1, 5, 9)
    found[1] = altered(found[1])
    del found[4:8]
    assert faults(found) == [("altered", 1, 4), ("missing", 5, 8)]


def test_an_altered_record_whose_chain_was_forged_on_is_signed_by_nobody() -> None:
    found = stream()
    lines = [one.line for one in found]
    lines[4] = lines[4].replace(b'"value":3', b'"value":1')
    forged = chain(lines)
    kept = [dataclasses.replace(new, signature=old.signature) for new, old in zip(forged, found, strict=True)]
    assert faults(kept) == [("wrong_key", 5, 10)]


def test_reordered_records_are_told_from_missing_ones() -> None:
    found = stream()
    found[3], found[4] = found[4], found[3]
    assert faults(found) == [("reordered", 4, 4)]


def test_contents_that_changed_places_are_reordered() -> None:
    found = stream()
    found[3] = dataclasses.replace(found[3], line=found[4].line)
    assert faults(found) == [("reordered", 4, 4)]


def test_an_inserted_record_is_foreign_wherever_it_stands() -> None:
    for place in (3, 4):
        found = stream()
        found.insert(place, Evidence(seq=4, line=line(4, value=1), prev=found[3].prev, signature=b"x" * 64))
        assert faults(found) == [("foreign", 4, 4)]


def test_an_appended_stranger_is_altered_content_or_foreign() -> None:
    found = stream()
    found.append(Evidence(seq=11, line=line(11), prev=bytes(32), signature=b"x" * 64))
    assert faults(found) == [("altered", 11, 11)]


def test_a_truncated_stream_is_cut_where_somebody_vouches_for_more() -> None:
    found = stream()
    assert faults(found[:7]) == []
    assert faults(found[:7], Claim(seq=10)) == [("cut", 8, 10)]


def test_a_replayed_record_is_repeated() -> None:
    found = stream()
    assert faults([*found, found[2]]) == [("repeated", 3, 3)]
    assert faults([*found[:3], found[2], *found[3:]]) == [("repeated", 3, 3)]


def test_a_cloned_card_shows_two_contents_under_one_number() -> None:
    found = stream()
    clone = chain([line(8, value=1)], start=found[7].prev, first=8)
    assert faults([*found, *clone]) == [("duplicated", 8, 8)]
    assert faults([*found[:8], *clone, *found[8:]]) == [("duplicated", 8, 8)]


def test_another_history_that_joins_in_is_foreign() -> None:
    other = chain([line(seq, value=1) for seq in range(1, 11)])
    assert faults([*stream()[:4], *other[4:]]) == [("foreign", 5, 5)]


def test_a_receipt_for_another_history_is_a_fault() -> None:
    found = stream()
    link = next_link(found[4].prev or b"", found[4].line)
    assert faults(found, Claim(seq=5, link=link)) == []
    assert faults(found, Claim(seq=5, link=bytes(32))) == [("foreign", 5, 5)]


def test_another_key_is_told_from_an_alteration() -> None:
    lines = [line(seq) for seq in range(1, 6)]
    assert faults(chain(lines, key=b"other" * 7)) == [("wrong_key", 1, 5)]


def test_another_stream_is_foreign_from_its_first_record() -> None:
    lines = [line(seq) for seq in range(1, 4)]
    start = first_link(stream="ff" * 16, public_key=KEY)
    assert faults(chain(lines, start=start)) == [("foreign", 1, 1)]


def test_a_lost_record_is_declared_and_costs_only_itself() -> None:
    found = stream()
    link = next_link(found[3].prev or b"", found[3].line)
    declaration = sign(KEY, lost_message(stream=STREAM, seq=4, link=link))
    found[3] = Evidence(seq=4, line=lost_line(link, declaration), prev=found[3].prev)
    assert faults(found) == [("lost", 4, 4)]


@pytest.mark.parametrize("declared_as", [None, 3])
def test_a_record_passed_off_as_lost_is_altered(declared_as: int | None) -> None:
    found = stream()
    link = next_link(found[3].prev or b"", found[3].line)
    declaration = sign(KEY, lost_message(stream=STREAM, seq=declared_as, link=link)) if declared_as else b""
    found[3] = Evidence(seq=4, line=lost_line(link, declaration), prev=found[3].prev)
    assert faults(found) == [("altered", 4, 4)]


def test_records_that_were_let_go_of_are_not_missing() -> None:
    found = stream()[6:]
    examiner = Examiner(stream=STREAM, public_key=KEY, verify=verify, first=7, link=found[0].prev)
    for one in found:
        examiner.add(one)
    verdict = examiner.verdict()
    assert verdict.clean
    assert verdict.first == 7


def test_an_unsigned_end_is_not_clean() -> None:
    found = stream()
    found[-1] = dataclasses.replace(found[-1], signature=None)
    verdict = judge(found)
    assert verdict.faults == ()
    assert not verdict.clean
    assert "no signature covers" in verdict.sentences()[0]


@given(
    count=st.integers(1, 12),
    every=st.integers(1, 5),
    deed=st.sampled_from(["delete", "alter", "swap", "insert", "replay"]),
    place=st.integers(0, 11),
)
def test_no_tampering_goes_unnoticed(count: int, every: int, deed: str, place: int) -> None:
    found = stream(count, every=every)
    place %= count
    if deed == "delete":
        claim = Claim(seq=count)
        del found[place]
        assert not judge(found, claim).clean
        return
    if deed == "alter":
        found[place] = altered(found[place])
    elif deed == "swap":
        if count == 1:
            return
        other = (place + 1) % count
        found[place], found[other] = found[other], found[place]
    elif deed == "insert":
        found.insert(place, Evidence(seq=place + 1, line=line(place + 1, value=9), signature=b"f" * 64))
    else:
        found.append(found[place])
    assert not judge(found).clean


@given(
    found=st.lists(
        st.builds(
            Evidence,
            seq=st.integers(1, 6),
            line=st.sampled_from(
                [line(1), line(2), line(3), b"lost x", b"[]", b"{", b"null", b'{"seq":"a"}']
            ),
            prev=st.none() | st.sampled_from([bytes(32), b""]),
            signature=st.none() | st.just(b"s" * 64),
        ),
        max_size=8,
    )
)
def test_nonsense_is_judged_without_an_exception(found: list[Evidence]) -> None:
    assert judge(found).records == len(found)
