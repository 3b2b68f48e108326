"""What a USB stick carries: the manifest that names every file, so that a half-copied folder is refused whole.

One folder a carry-out, `IKM-<kiosk>-<stream>-<first>-<last>`, with batch files and `manifest.json`, written last. The
manifest is one line of canonical JSON and, on a second line, the SHA-256 of the first; it says size and SHA-256 of
each batch file. Nothing in it is trusted beyond that: the batches prove themselves. Receipts travel back in files
that end in `.ikr`.

The one who carries a stick is the one who is rated. So a batch file is the batch sealed to the collector's key: `SEALED`, then what
`docs/wire-format.md` says of a sealed content, as `survey.wire.sealing.CARRIED`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object, whole
from survey.wire.messages import STREAM_ID, kiosk_name

MANIFEST = "manifest.json"
SUMMARY = "RINGKASAN.txt"
BATCH_SUFFIX = ".ikm"
RECEIPT_SUFFIX = ".ikr"
TICKETS_SUFFIX = ".ikt"
"""How the tickets at a kiosk's unit stand, beside the receipts."""
LOG_SUFFIX = ".ikl"
"""News of the collector's log, beside the receipts; and what a kiosk saw of it last, beside its batches."""
RECEIPT_FOLDER = "IKM-RECEIPTS"
MARKER = "IKM-KIOSK.txt"
"""A stick with a file of this name in its root asks a kiosk for its records when it is inserted."""
SEALED = b"IKC1"
"""The first bytes of a batch file on a stick."""
MAX_FILES = 10_000
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,100}\.ikm")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """One batch file of a carry-out."""

    name: str
    size: int
    sha256: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class StickManifest:
    """What one carry-out consists of."""

    kiosk: str
    stream: str
    files: tuple[CarriedFile, ...]

    @property
    def first(self) -> int:
        """The lowest record number carried."""
        return self.files[0].first

    @property
    def last(self) -> int:
        """The highest record number carried."""
        return self.files[-1].last


def folder_name(*, kiosk: str, stream: str, first: int, last: int) -> str:
    """Give the name of a carry-out's folder; FAT takes it."""
    return f"IKM-{kiosk}-{stream[:8]}-{first}-{last}"


def batch_name(*, kiosk: str, stream: str, first: int, last: int) -> str:
    """Give the name of a batch file."""
    return f"{kiosk}-{stream[:8]}-{first:010d}-{last:010d}{BATCH_SUFFIX}"


def tickets_name(kiosk: str) -> str:
    """Give the file name of what a kiosk is told of the tickets at its unit."""
    return f"{kiosk}{TICKETS_SUFFIX}"


def log_name(kiosk: str) -> str:
    """Give the file name of what a kiosk is told of the log, and of what it has seen."""
    return f"{kiosk}{LOG_SUFFIX}"


def receipt_name(*, kiosk: str, stream: str) -> str:
    """Give the name of a receipt's file."""
    return f"{kiosk}-{stream[:8]}{RECEIPT_SUFFIX}"


def describe(name: str, content: bytes, *, first: int, last: int) -> CarriedFile:
    """Give the manifest's entry of a file."""
    return CarriedFile(
        name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest(), first=first, last=last
    )


def pack_manifest(manifest: StickManifest) -> bytes:
    """Give the manifest's file."""
    files = [
        {
            "name": one.name,
            "bytes": one.size,
            "sha256": one.sha256,
            "first": one.first,
            "last": one.last,
        }
        for one in manifest.files
    ]
    line = canonical({"v": 1, "kiosk": manifest.kiosk, "stream": manifest.stream, "files": files})
    return b"%b\n%b\n" % (line, hashlib.sha256(line).hexdigest().encode())


def unpack_manifest(content: bytes) -> StickManifest:
    """Read a manifest's file.

    Raises:
        Malformed: it is damaged, cut off or none (`manifest_digest`, `manifest_json`, `manifest_size`,
            `manifest_version`, `manifest_field`).
    """
    line, _, rest = content.partition(b"\n")
    if rest.strip() != hashlib.sha256(line).hexdigest().encode():
        raise Malformed(
            "manifest_digest", "the manifest is damaged or was copied in part; copy the folder again"
        )
    fields = parse_object(line, what="manifest", limit=MAX_MANIFEST_BYTES)
    if whole(fields, "v", lowest=1, code="manifest_field") != 1:
        raise Malformed("manifest_version", "a newer kiosk wrote this; update the collector")
    stream, files = fields.get("stream"), fields.get("files")
    if not isinstance(stream, str) or not STREAM_ID.fullmatch(stream):
        raise Malformed("manifest_field", "a stream's id has 32 hexadecimal digits")
    if not isinstance(files, list) or not 0 < len(files) <= MAX_FILES:
        raise Malformed("manifest_field", f"a manifest names 1 to {MAX_FILES} files")
    return StickManifest(
        kiosk=kiosk_name(fields, code="manifest_field"),
        stream=stream,
        files=tuple(_file(one) for one in files),
    )


def check_file(described: CarriedFile, content: bytes) -> None:
    """Check a file against its entry.

    Raises:
        Malformed: it is not the one that was written (`carried_file`).
    """
    if len(content) != described.size or hashlib.sha256(content).hexdigest() != described.sha256:
        raise Malformed(
            "carried_file", f"{described.name} is damaged or was copied in part; copy the folder again"
        )


def _file(fields: object) -> CarriedFile:
    if not isinstance(fields, Mapping):
        raise Malformed("manifest_field", "a file's entry is an object")
    name, sha256 = fields.get("name"), fields.get("sha256")
    # Checked against a small alphabet, so that no manifest can name a file outside its folder.
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
        raise Malformed("manifest_field", "a batch file's name has a-z, 0-9 and - and ends in .ikm")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise Malformed("manifest_field", "a file's sha256 has 64 hexadecimal digits")
    first = whole(fields, "first", lowest=1, code="manifest_field")
    return CarriedFile(
        name=name,
        size=whole(fields, "bytes", lowest=1, code="manifest_field"),
        sha256=sha256,
        first=first,
        last=whole(fields, "last", lowest=first, code="manifest_field"),
    )
