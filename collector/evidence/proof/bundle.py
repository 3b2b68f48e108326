"""The evidence bundle: everything an auditor needs to check a unit's indices without trusting the collector.

A zip archive:

    manifest.json          what is in it: unit, period, streams, kiosks, published indices, digest of every other file
    manifest.sig           the collector's signature of the manifest, in hexadecimal
    streams/ID.lines       the record lines of a stream, one below the other, verbatim, without attachments
    streams/ID.proof       its batches: where they begin, when they came, the kiosk's signatures, and every link
    instruments/NAME.toml  the questionnaires that were answered
    BACA-SAYA.txt          how to check it

The collector's signature says who handed the bundle over; that the records are true rests on the kiosks' own signatures.
"""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from collector.evidence.proof.recount import PublishedIndex
from collector.evidence.standing import StreamStanding
from collector.trust.kinds import BUNDLE_PREFIX
from survey.instrument import definition
from survey.record.chain import Sign, Verify
from survey.record.errors import InstrumentError

FORMAT = 1
UNPACKED_MOST = 50
"""A bundle unpacks to at most so many times its own size (honest ones to 5 to 15 times), and a little: what a file may cost is what it weighs."""
_UNPACKED_FREE = 4 * 1024 * 1024
_SMALL_FILE = 512 * 1024
"""A questionnaire is never larger; a reader of TOML takes long over a large one."""
_SHORTEST_LINE = 32
"""No record's line is shorter: lines must not be made of nothing."""
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
README = """\
Berkas bukti SKM / SKM evidence bundle

Periksa tanpa basis data / check it without a database:

    ikm-collector evidence verify BERKAS.zip

Jawaban satuan beserta waktunya dapat menunjuk seorang warga: simpan dengan aman, jangan disebarkan.
Single answers with their times can identify a villager: keep this file safe and do not pass it on.
"""

_Hex = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})*$")]
_Seq = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
_Millis = Annotated[int, msgspec.Meta(ge=0, lt=253_402_300_800_000)]
"""A moment that a calendar knows."""


class BundleError(Exception):
    """The file is no bundle, or cannot be read; says which part."""


class HeadEntry(msgspec.Struct, frozen=True):
    """A record that a kiosk proved, in a heartbeat, to have written."""

    seq: _Seq
    link: _Hex
    signature: _Hex


class Stand(msgspec.Struct, frozen=True):
    """Where a kiosk stood from a time on."""

    since_ms: _Millis
    unit_id: int
    place_id: int
    zone: Annotated[str, msgspec.Meta(max_length=64)]
    """Of the unit: a month's border is one of its days."""


class ServiceAt(msgspec.Struct, frozen=True):
    """A service that could be named at a place (or at a unit: minus its number)."""

    at: int
    code: str
    service_id: int
    unit_id: int


class AttachmentEntry(msgspec.Struct, frozen=True, array_like=True):
    """What has become of an attachment that a record names; that one is held or destroyed is the collector's word."""

    seq: _Seq
    name: str
    state: str
    signature: _Hex
    """The kiosk's, where it declared it lost."""


class LoggedHead(msgspec.Struct, frozen=True):
    """How far a stream was held on a night, opened, and the leaf of the log that commits to it."""

    day: str
    seq: _Seq
    link: _Hex
    salt: _Hex
    number: _Seq
    entry: str
    """The leaf."""
    hashes: tuple[_Hex, ...]
    """What shows that it is in the manifest's checkpoint."""


class TakenOutEntry(msgspec.Struct, frozen=True, array_like=True):
    """A response that counts nowhere, and the record that declared its visit a test."""

    seq: _Seq
    by: _Seq


class StreamEntry(msgspec.Struct, frozen=True):
    """A stream, and how far it is held."""

    uid: _Hex
    kiosk: str
    public_key: _Hex
    enrolled_ms: _Millis
    """Before when nothing under its key can have been written."""
    archive_ms: tuple[_Millis, _Millis] | None
    """The declared period of a key that brings history in."""
    through: _Seq
    link: _Hex
    heads: tuple[HeadEntry, ...]
    standing: StreamStanding
    decided_by: str
    decided_why: str
    conflicts: tuple[_Seq, ...]
    """Numbers under which the kiosk signed two different records."""
    lost_here: tuple[tuple[int, int], ...]
    """What the collector had and lost: first and last numbers."""
    set_aside: Mapping[str, int]
    """How many records are held but not counted, by reason."""
    attachments: tuple[AttachmentEntry, ...] = ()
    logged: tuple[LoggedHead, ...] = ()
    """Its heads as the log of facts holds the collector to them."""
    taken_out: tuple[TakenOutEntry, ...] = ()
    """What counts nowhere, because its visit was a test."""


class SilentEntry(msgspec.Struct, frozen=True):
    """A key that was enrolled and under which nothing was ever heard."""

    kiosk: str
    public_key: _Hex
    enrolled_ms: int


class UnitEntry(msgspec.Struct, frozen=True):
    """The unit whose indices are proven."""

    id: int
    code: str
    name: str
    region: str
    zone: str


class BundleManifest(msgspec.Struct, frozen=True):
    """What is in a bundle."""

    format: int
    made_ms: int
    software: str
    collector_key: _Hex
    unit: UnitEntry
    first_day: str
    last_day: str
    flag_rules: str
    streams: tuple[StreamEntry, ...]
    """In the order in which they were opened; at the end those of which a head is all there is."""
    silent: tuple[SilentEntry, ...]
    stands: Mapping[str, tuple[Stand, ...]]
    """By kiosk."""
    services: tuple[ServiceAt, ...]
    published: tuple[PublishedIndex, ...]
    files: Mapping[str, _Hex]
    """SHA-256 of every other file."""
    checkpoint: str = ""
    """The log of facts as it stood before the export, signed and cosigned; empty where there is none."""


class BatchProof(msgspec.Struct, frozen=True, array_like=True):
    """One batch of a stream: its place, when it came, and what proves it."""

    first: _Seq
    count: _Seq
    received_ms: _Millis
    signature: _Hex
    links: tuple[_Hex, ...]
    """The link before each record: what pins damage to its record."""


class Bundle:
    """A bundle opened for reading."""

    def __init__(self, path: Path) -> None:
        """Open a bundle.

        Raises:
            BundleError: it is no bundle of a format known here, or asks for more than its size allows.
        """
        try:
            self._archive = zipfile.ZipFile(path)
            self._check_entries(path.stat().st_size)
            self.manifest_bytes = self._read("manifest.json")
            self.signature = bytes.fromhex(self._read("manifest.sig").decode("ascii").strip())
            self.manifest = msgspec.json.decode(self.manifest_bytes, type=BundleManifest)
        except (OSError, zipfile.BadZipFile, ValueError, msgspec.DecodeError, RecursionError) as error:
            raise BundleError(f"{path} is no evidence bundle: {error}") from error
        streams = [entry.uid for entry in self.manifest.streams]
        if len(set(streams)) < len(streams):
            raise BundleError(f"{path} names a stream twice")
        if self.manifest.format != FORMAT:
            raise BundleError(f"{path} has format {self.manifest.format}; this version reads {FORMAT}")

    def signed_by(self, verify: Verify) -> bool:
        """Tell whether the manifest is signed with a collector's key."""
        return verify(self.signature, BUNDLE_PREFIX + self.manifest_bytes)

    def damaged_files(self) -> list[str]:
        """Give the files that are missing, changed, or not in the manifest."""
        named = {"manifest.json", "manifest.sig"}
        there = set(self._archive.namelist()) - named
        wrong = [
            name
            for name, digest in self.manifest.files.items()
            if name not in there or hashlib.sha256(self._read(name)).hexdigest() != digest
        ]
        return sorted({*wrong, *(there - set(self.manifest.files))})

    def lines(self, uid: str) -> list[bytes]:
        """Give the record lines of a stream; none where its file is missing.

        Raises:
            BundleError: the file cannot be read, or holds no records.
        """
        content = self._read_if_there(f"streams/{uid}.lines")
        if content.count(b"\n") > len(content) // _SHORTEST_LINE + 1:
            raise BundleError(f"streams/{uid}.lines holds lines that are too short to be records")
        return content.split(b"\n")[:-1]

    def proofs(self, uid: str) -> list[BatchProof]:
        """Give the batches of a stream; none where their file is missing.

        Raises:
            BundleError: the file cannot be read.
        """
        content = self._read_if_there(f"streams/{uid}.proof") or b"[]"
        try:
            return msgspec.json.decode(content, type=list[BatchProof])
        except (msgspec.DecodeError, RecursionError) as error:
            raise BundleError(f"streams/{uid}.proof cannot be read: {error}") from error

    def instruments(self) -> dict[str, str]:
        """Give the text of every instrument file, by name."""
        return {
            name: self._read(name, most=_SMALL_FILE).decode("utf-8", "replace")
            for name in self._archive.namelist()
            if name.startswith("instruments/") and name.endswith(".toml")
        }

    def _read_if_there(self, name: str) -> bytes:
        return self._read(name) if name in self._archive.namelist() else b""

    def _check_entries(self, size: int) -> None:
        """Refuse what could be read in two ways, or unpacks to more than its size allows, before anything is unpacked."""
        entries = self._archive.infolist()
        if len({entry.filename for entry in entries}) < len(entries):
            raise BundleError("two of its files have one name: another reader may see the other one")
        if sum(entry.file_size for entry in entries) > UNPACKED_MOST * size + _UNPACKED_FREE:
            raise BundleError(f"it unpacks to more than {UNPACKED_MOST} times its size")
        if any(entry.compress_type not in _KINDS for entry in entries):
            raise BundleError("it is packed in a way that no bundle is")

    def _read(self, name: str, *, most: int | None = None) -> bytes:
        try:
            entry = self._archive.getinfo(name)
            if most is not None and entry.file_size > most:
                raise BundleError(f"{name} is larger than {most} bytes")
            return self._archive.read(entry)  # never more than its entry says, whatever its content says
        except (KeyError, OSError, EOFError, zipfile.BadZipFile, RuntimeError, zlib.error) as error:
            raise BundleError(f"{name} cannot be read: {error}") from error


def write(path: Path, *, manifest: BundleManifest, files: Mapping[str, bytes], sign: Sign) -> None:
    """Write a bundle; `manifest.files` is filled in here. The same content gives the same bytes."""
    contents = {**files, "BACA-SAYA.txt": README.encode()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    text = msgspec.json.format(
        msgspec.json.encode(msgspec.structs.replace(manifest, files=digests)), indent=1
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in _ordered(contents, text, sign(BUNDLE_PREFIX + text)):
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    path.write_bytes(archive.getvalue())


def joined(lines: Sequence[bytes]) -> bytes:
    """Give a stream's lines as they stand in its file."""
    return b"".join(line + b"\n" for line in lines)


def encoded(proofs: Sequence[BatchProof]) -> bytes:
    """Give a stream's proof as it stands in its file."""
    return msgspec.json.encode(proofs)


def instrument_name(text: bytes) -> str:
    """Give `id@version` of an instrument's text, or an empty text where it is none."""
    try:
        return definition.parse(text.decode(), file="instrument").name
    except (InstrumentError, UnicodeDecodeError):
        return ""


def _ordered(contents: Mapping[str, bytes], manifest: bytes, signature: bytes) -> Iterable[tuple[str, bytes]]:
    yield "manifest.json", manifest
    yield "manifest.sig", signature.hex().encode()
    yield from sorted(contents.items())
