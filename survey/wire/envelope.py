"""The envelope that everything signed travels in: magic, dictionary version, compressed text, signature.

    4 bytes   magic: what it is (`IKM1` batch, `IKR1` receipt, `IKS1` settings)
    1 byte    version of the preset dictionary (0: none)
    n bytes   raw DEFLATE of the text, with that dictionary
    m bytes   what was taken out of the text before: its names, its salts and its links as bytes, each in order
    64 bytes  Ed25519 signature; what it covers is the business of each kind

A preset dictionary lets a lone response be small: what all messages share is never sent. What is random (salts, links, streams'
names) no packer can make smaller than its bytes, and as hexadecimal or base64 it takes up to twice as much.
"""

import re
import zlib
from binascii import a2b_base64, b2a_base64

from survey.record.chain import SIGNATURE_BYTES
from survey.record.errors import Malformed

MAGIC_BYTES = 4
MAX_TEXT_BYTES = 4 * 1024 * 1024
"""No honest sender compresses more than this into one message; unpacking stops there."""

CURRENT_DICTIONARY = 1
_LARGE_TEXT_BYTES = 64 * 1024  # from here on the last 5 % would take half of the sender's time

# DEFLATE finds what stands near the end of the dictionary with the shortest codes: the commonest text comes last.
# A version is never changed once a kiosk has shipped with it; a better one gets the next number.
_DICTIONARY_1 = b"".join(
    (
        b'"attached":{"contact":"","text":""},"consent":{"at":1,"version":"1"},"topics":["lainnya","infrastruktur",',
        b'"bansos","pengaduan_diabaikan","fasilitas","pilih_kasih","petugas_tidak_ramah","petugas_tidak_paham",',
        b'"hasil_salah","pungli","tidak_dilayani","lama","prosedur","syarat"],"ticket":"',
        b'{"content":"","name":"text","salt":"\x02"{"content":"","name":"contact","salt":"',
        b'{"answers":{"1a":5,"2a":5,"3a":5,"4a":5,"5b":5,"6b":5,"7b":5,"8c":5,"9c":5},"instrument":"f03a",',
        b'{"answers":{"k1":6,"k2":6,"k3":6,"k4":6,"k5":6,"k6":6,"k7":6,"k8":6},"instrument":"spkp",',
        b'{"answers":{"a1":6,"a2":6,"a3":6,"a4":6,"a5":6},"instrument":"spak",',
        b'"pernikahan","pertanahan","perizinan","akta","pindah","kk","ktp","surat_keterangan","surat_pengantar",',
        b'"body":{"at_boot":"","reason":"sync","source":"ntp","was":},"boot":1,"kind":"clock","seq":',
        b'"body":{"software":"0.1.0","hardware":"","stream":""},"boot":1,"kind":"boot","seq":',
        b'"body":{"presses":0,"rejected":{"chord":0,"glitch":0,"mash":0,"stuck":0},"screen":"idle"},"boot":1,',
        b'"kind":"alive","seq":,"sync":false,"up_ms":90',
        b'"body":{"open":true,"presses":0,"rejected":{},"screen":"idle"},"boot":1,"kind":"alive","seq":1',
        b'"ended":"timeout","ended":"declined","outside_hours":true,"language":"en","language":"jv","channel":"mixed",',
        b'"profile":{"age":"41-50","disability":"none","education":"sma","job":"lainnya","sex":"L"},',
        b'"profile":{"age":"31-40","education":"s1","job":"swasta","sex":"P"},"service":"',
        b'{"at":17,"kiosk":"k-0001","link":"\x03","stream":"\x01","through":1',
        b'{"at":17,"body":{"answers":{"kepuasan":3},"channel":"touch","complete":true,"duration_s":1,"ended":"finished",',
        b'"instrument":"pulse","language":"id","salt":"\x02","version":"1","visit":1},"boot":1,"kind":"response","seq":1,"sync":false,"up_ms":1}\n',
        b'{"body":{"answers":{"kepuasan":4},"channel":"button","complete":true,"duration_s":0,"ended":"finished",',
        b'"instrument":"pulse","language":"id","salt":"\x02","version":"1","visit":1},"boot":1,"kind":"response","seq":1,"sync":true,"up_ms":1}\n',
        b'{"count":1,"first":1,"kiosk":"k-0001","prev":"\x03","stream":"\x01","v":1}\n',
        b'{"body":{"answers":{"biaya":4,"kompetensi":3,"pengaduan":3,"perilaku":3,"persyaratan":3,"produk":3,',
        b'"prosedur":3,"sarpras":3,"waktu":3},"channel":"button","complete":true,"duration_s":4,"ended":"finished",',
        b'"instrument":"skm-2017","language":"id","salt":"\x02","version":"1","visit":1},',
        b'"boot":1,"kind":"response","seq":1,"sync":true,"up_ms":1}\n',
    )
)
_DICTIONARIES = {0: b"", 1: _DICTIONARY_1}

# A member's value that is random by its length: a stream's name (hexadecimal), a salt and a link (base64, as an encoder ends it).
# A mark stands in its place; no JSON of ours has a control character, so a text that has one is left as it is. The pattern begins with
# what can be looked for at once, then with what nearly no value is; it is compiled at its first use: a kiosk's first frame needs none.
_RANDOM = (
    rb'":"(?=[A-Za-z0-9+/]{22})([0-9a-f]{32}|[A-Za-z0-9+/]{21}[AQgw]|[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048])"'
)
_KINDS = ((b"\x01", 16, 32), (b"\x02", 16, 22), (b"\x03", 32, 43))
"""Names, salts and links: the mark, the bytes and the characters of each value."""
_STANDS = {length: b'":"%b"' % mark for mark, _, length in _KINDS}
"""What stands in a value's place, by the characters of the value."""


def seal_text(magic: bytes, text: bytes, signature: bytes) -> bytes:
    """Give the envelope of `text`."""
    level = 9 if len(text) < _LARGE_TEXT_BYTES else 7
    packer = zlib.compressobj(level=level, wbits=-15, zdict=_DICTIONARIES[CURRENT_DICTIONARY])
    text, taken = _take_out(text)
    version = bytes((CURRENT_DICTIONARY,))
    return b"".join((magic, version, packer.compress(text), packer.flush(), taken, signature))


def open_text(magic: bytes, payload: bytes, *, limit: int = MAX_TEXT_BYTES) -> tuple[bytes, bytes]:
    """Give text and signature of an envelope; nothing is verified yet.

    Raises:
        Malformed: not such an envelope (`envelope_magic`, `envelope_short`), an unknown dictionary
            (`envelope_dictionary`), damaged (`envelope_deflate`), without what was taken out of it (`envelope_values`) or larger
            than `limit` bytes (`envelope_size`).
    """
    if payload[:MAGIC_BYTES] != magic:
        raise Malformed("envelope_magic", f"the message does not begin with {magic.decode()}")
    if len(payload) < MAGIC_BYTES + 1 + SIGNATURE_BYTES:
        raise Malformed("envelope_short", "the message ends before its signature")
    dictionary = _DICTIONARIES.get(payload[MAGIC_BYTES])
    if dictionary is None:
        raise Malformed(
            "envelope_dictionary", f"dictionary {payload[MAGIC_BYTES]} is unknown here; update this side"
        )
    unpacker = zlib.decompressobj(wbits=-15, zdict=dictionary)
    try:
        text = unpacker.decompress(payload[MAGIC_BYTES + 1 : -SIGNATURE_BYTES], limit + 1)
    except zlib.error as error:
        raise Malformed("envelope_deflate", f"the compressed text is damaged: {error}") from error
    if len(text) <= limit and (not unpacker.eof or unpacker.unconsumed_tail):
        raise Malformed("envelope_deflate", "the compressed text is cut off")
    if len(text) <= limit:
        text = _put_back(text, unpacker.unused_data)
    if len(text) > limit:
        raise Malformed("envelope_size", f"the message unpacks to more than {limit} bytes")
    return text, payload[-SIGNATURE_BYTES:]


def _take_out(text: bytes) -> tuple[bytes, bytes]:
    """Give the text with marks in the place of its random values, and these as bytes."""
    if any(mark in text for mark, _, _ in _KINDS):
        return text, b""
    parts = re.split(_RANDOM, text)
    values = parts[1::2]
    lengths = list(map(len, values))
    parts[1::2] = map(_STANDS.__getitem__, lengths)
    taken: list[bytes] = []
    for _, _, length in _KINDS:
        these = [value for value, long in zip(values, lengths, strict=True) if long == length]
        taken += [
            bytes.fromhex(value.decode()) if length == 32 else a2b_base64(value + b"==") for value in these
        ]
    return b"".join(parts), b"".join(taken)


def _put_back(text: bytes, taken: bytes) -> bytes:
    """Give the text as it was.

    Raises:
        Malformed: there are not as many bytes as its marks stand for (`envelope_values`).
    """
    if not taken:
        return text
    if sum(text.count(mark) * size for mark, size, _ in _KINDS) != len(taken):
        raise Malformed(
            "envelope_values", "what was taken out of the text does not fit the places it was taken from"
        )
    at = 0
    for mark, size, length in _KINDS:
        around = text.split(mark)
        end = at + size * (len(around) - 1)
        values = [taken[start : start + size] for start in range(at, end, size)]
        at = end
        parts = [b""] * (2 * len(around) - 1)
        parts[::2] = around
        parts[1::2] = [
            value.hex().encode() if length == 32 else b2a_base64(value)[:length] for value in values
        ]
        text = b"".join(parts)
    return text
