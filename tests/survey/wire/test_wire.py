"""The bytes both ends speak: what goes in comes out, and nothing else gets in."""

import base64
import hashlib
import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.record.attachment import Attachment, attach, belongs
from survey.record.chain import first_link, head_message, link_through
from survey.record.errors import Malformed
from survey.record.record import Record, Stamp, canonical, decode, encode
from survey.record.response import Response
from survey.wire.envelope import open_text, seal_text
from survey.wire.messages import (
    Batch,
    Receipt,
    Settings,
    link_text,
    pack_batch,
    pack_receipt,
    pack_settings,
    unpack_batch,
    unpack_receipt,
    unpack_settings,
)

STREAM = "00112233445566778899aabbccddeeff"
KEY = b"k" * 32


def sign(message: bytes) -> bytes:
    return hashlib.sha512(b"secret" + message).digest()


def verify(signature: bytes, message: bytes) -> bool:
    return signature == sign(message)


def line(seq: int, **body: object) -> bytes:
    return encode(
        Record(seq=seq, kind="response", stamp=Stamp(boot=1, up_ms=seq, at=seq, sync=True), body=body)
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**52), 2**52) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    seq=st.integers(1, 2**52),
    at=st.none() | st.integers(-(2**52), 2**52),
    sync=st.booleans(),
    body=st.dictionaries(st.text(max_size=8), json_values, max_size=4),
)
def test_a_record_comes_back_as_it_was(seq: int, at: int | None, sync: bool, body: dict[str, object]) -> None:
    record = Record(seq=seq, kind="alive", stamp=Stamp(boot=1, up_ms=0, at=at, sync=sync), body=body)
    assert decode(encode(record)) == record
    assert b"\n" not in encode(record)


def test_a_record_has_one_encoding() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


@pytest.mark.parametrize(
    "bad,code",
    [
        (b"", "record_json"),
        (b"[]", "record_json"),
        (b"{}", "record_field"),
        (b"\xff\xfe{", "record_json"),
        (b"[" * 10_000, "record_json"),
        (b"x" * 20_000, "record_size"),
        (line(1).replace(b'"seq":1', b'"seq":0'), "record_field"),
        (line(1).replace(b'"seq":1', b'"seq":true'), "record_field"),
        (line(1).replace(b'"seq":1', b'"seq":1.0'), "record_field"),
        (line(1).replace(b'"sync":true', b'"sync":1'), "record_field"),
        (line(1).replace(b'"body":{}', b'"body":[]'), "record_field"),
    ],
)
def test_a_line_that_is_no_record_is_refused_by_code(bad: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        decode(bad)
    assert refusal.value.code == code


@given(
    count=st.integers(1, 40),
    first=st.integers(1, 10**9),
    prev=st.booleans(),
    contents=st.lists(st.binary(max_size=40)),
)
def test_a_batch_comes_back_as_it_was(count: int, first: int, prev: bool, contents: list[bytes]) -> None:
    batch = Batch(
        kiosk="k-0001",
        stream=STREAM,
        first=first,
        lines=tuple(line(first + place, a=place) for place in range(count)),
        signature=b"s" * 64,
        prev=b"p" * 32 if prev else None,
        attachments=tuple((first, attach("text", content)) for content in contents[:3]),
    )
    assert unpack_batch(pack_batch(batch)) == batch
    assert batch.last == first + count - 1


@given(payload=st.binary(max_size=300))
def test_random_bytes_are_never_more_than_malformed(payload: bytes) -> None:
    for magic in (b"", b"IKM1\x01", b"IKM1\x00"):
        with pytest.raises(Malformed):
            unpack_batch(magic + payload)
        with pytest.raises(Malformed):
            unpack_receipt(b"IKR1\x01" + payload, verify)
        with pytest.raises(Malformed):
            unpack_settings(b"IKS1\x01" + payload, verify)


@given(text=st.binary(max_size=400))
def test_random_text_in_a_good_envelope_is_never_more_than_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        unpack_batch(seal_text(b"IKM1", text, b"s" * 64))


@given(
    header=st.dictionaries(st.sampled_from(["v", "kiosk", "stream", "first", "count", "prev"]), json_values)
)
def test_random_headers_are_never_more_than_malformed(header: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        unpack_batch(seal_text(b"IKM1", canonical(header) + b"\n{}", b"s" * 64))


def test_a_compressed_bomb_stops_at_the_limit() -> None:
    bomb = seal_text(b"IKM1", bytes(200_000_000), b"s" * 64)
    with pytest.raises(Malformed) as refusal:
        open_text(b"IKM1", bomb)
    assert refusal.value.code == "envelope_size"


def packed(text: bytes, taken: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return b"IKM1\x00" + packer.compress(text) + packer.flush() + taken + b"s" * 64


@pytest.mark.parametrize(
    "text, taken",
    [
        (b"{}", b"extra"),
        (b'{"salt":"\x02"}', bytes(15)),
        (b'{"salt":"\x02"}', bytes(17)),
        (b'{"salt":"\x02","link":"\x03"}', bytes(32)),
        (b'"\x01"' * 1_000_000, bytes(16)),
    ],
    ids=["none", "too few", "too many", "for one of two", "for one of a million"],
)
def test_random_values_that_do_not_fit_the_text_are_refused(text: bytes, taken: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        open_text(b"IKM1", packed(text, taken))
    assert refusal.value.code == "envelope_values"


def test_a_message_that_ends_early_is_refused() -> None:
    whole = packed(b'{"a":"b"}' * 50, b"")
    with pytest.raises(Malformed) as refusal:
        open_text(b"IKM1", whole[:-80] + whole[-64:])
    assert refusal.value.code == "envelope_deflate"


tokens = st.one_of(
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.binary(min_size=16, max_size=16).map(bytes.hex).map(str.upper),
    st.sampled_from([16, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(link_text),
    st.text("AZaz09+/", min_size=22, max_size=22),
    st.text("AZaz09+/", min_size=43, max_size=43),
    st.text(max_size=50),
    st.sampled_from(["\x01", "\x02", "\x03", '"', "0" * 32, "A" * 22, "A" * 21 + "B", "/" * 43]),
)


@given(
    values=st.lists(tokens, max_size=8), glue=st.sampled_from(["", ",", ":", "\n", '"', '"\x01"', '"\x03"'])
)
def test_a_text_comes_back_whatever_stands_in_its_strings(values: list[str], glue: str) -> None:
    text = glue.join(f'"{one}"' for one in values).encode("utf-8", "surrogatepass")
    assert open_text(b"IKM1", seal_text(b"IKM1", text, b"s" * 64)) == (text, b"s" * 64)


def test_what_is_random_costs_its_bytes_and_no_more() -> None:
    def size(salts: int) -> int:
        lines = b"\n".join(b'{"salt":"%s"}' % link_text(os.urandom(16)).encode() for _ in range(salts))
        return len(seal_text(b"IKM1", lines, b"s" * 64))

    assert size(1_000) - size(500) < 500 * 17


def test_a_receipt_comes_back_and_a_forged_one_does_not() -> None:
    receipt = Receipt(kiosk="k-0001", stream=STREAM, through=12, link=b"l" * 32, at=1_700_000_000_000)
    payload = pack_receipt(receipt, sign)
    assert unpack_receipt(payload, verify) == receipt
    with pytest.raises(Malformed) as refusal:
        unpack_receipt(payload[:-1] + bytes((payload[-1] ^ 1,)), verify)
    assert refusal.value.code == "receipt_signature"


def test_settings_come_back_and_are_no_receipt() -> None:
    settings = Settings(kiosk="k-0001", version=3, content={"volume_percent": 40})
    payload = pack_settings(settings, sign)
    assert unpack_settings(payload, verify) == settings
    with pytest.raises(Malformed):
        unpack_receipt(payload, verify)


def test_a_live_response_is_small() -> None:
    answers = dict.fromkeys(
        (
            "persyaratan",
            "prosedur",
            "waktu",
            "biaya",
            "produk",
            "kompetensi",
            "perilaku",
            "sarpras",
            "pengaduan",
        ),
        3,
    ) | {"biaya": 4, "waktu": 2}
    body = Response(
        instrument="skm-2017", version="1", answers=answers, complete=True, visit=37, duration_s=44
    ).to_body()
    stamp = Stamp(boot=12, up_ms=9_183_221, at=None, sync=True)
    record = encode(Record(seq=4_711, kind="response", stamp=stamp, body=body))
    batch = Batch(kiosk="k-0042", stream=STREAM, first=4_711, lines=(record,), signature=bytes(range(64)))
    assert len(pack_batch(batch)) <= 170


def test_the_chain_depends_on_stream_key_order_and_every_byte() -> None:
    start = first_link(stream=STREAM, public_key=KEY)
    lines = [line(1), line(2)]
    end = link_through(start, lines)
    assert link_through(start, lines[::-1]) != end
    assert link_through(first_link(stream=STREAM[::-1], public_key=KEY), lines) != end
    assert link_through(first_link(stream=STREAM, public_key=b"x" * 32), lines) != end
    head = head_message(stream=STREAM, seq=3, link=end)
    assert head.startswith(b"ikm-head-1\x00")
    assert head != head_message(stream=STREAM, seq=4, link=end)
    assert head != head_message(stream=STREAM[::-1], seq=3, link=end)


def test_an_attachment_belongs_to_the_record_that_names_its_digest() -> None:
    attachment = attach("text", b"antre lama")
    assert belongs(attachment, {"attached": {"text": attachment.digest}})
    assert not belongs(
        Attachment("text", attachment.salt, b"antre"), {"attached": {"text": attachment.digest}}
    )
    assert not belongs(attachment, {"attached": {"contact": attachment.digest}})
    assert not belongs(attachment, {})


def test_a_response_comes_back_from_its_body() -> None:
    response = Response(
        instrument="skm-2017",
        version="1",
        answers={"waktu": 3},
        complete=False,
        visit=2,
        ended="timeout",
        ended_at="biaya",
        service="ktp",
        profile={"sex": "P"},
        language="en",
        channel="mixed",
        duration_s=1,
        outside_hours=True,
    )
    assert Response.from_body(response.to_body()) == response


@given(
    body=st.dictionaries(
        st.sampled_from(["answers", "instrument", "version", "visit", "profile"]), json_values
    )
)
def test_a_body_that_is_no_response_is_malformed(body: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Response.from_body(body)


@pytest.mark.parametrize(
    "version, code",
    [
        (2, "batch_version"),
        (99, "batch_version"),
        (0, "batch_field"),
        ("1", "batch_field"),
        (True, "batch_field"),
    ],
)
def test_a_batch_of_an_unknown_format_is_refused(version: object, code: str) -> None:
    fields = {"v": version, "kiosk": "k-0001", "stream": STREAM, "first": 1, "count": 1}
    known = seal_text(b"IKM1", canonical(fields | {"v": 1}) + b"\n" + line(1), bytes(64))
    assert unpack_batch(known).lines == (line(1),)
    with pytest.raises(Malformed) as refusal:
        unpack_batch(seal_text(b"IKM1", canonical(fields) + b"\n" + line(1), bytes(64)))
    assert refusal.value.code == code


def test_a_batch_can_show_a_receipt() -> None:
    batch = Batch("k-0001", "0" * 32, 5, (b"{}",), b"s" * 64, prev=b"p" * 32, receipt=b"R" * 1_024)
    assert unpack_batch(pack_batch(batch)) == batch


@pytest.mark.parametrize("text", [5, None, "", "not base64!", base64.b64encode(b"R" * 1_025).decode()])
def test_what_is_no_receipt_is_refused(text: object) -> None:
    header = {"v": 1, "kiosk": "k-0001", "stream": "0" * 32, "first": 1, "count": 1, "receipt": text}
    with pytest.raises(Malformed) as refusal:
        unpack_batch(seal_text(b"IKM1", canonical(header) + b"\n{}", b"s" * 64))
    assert refusal.value.code == "batch_field"
