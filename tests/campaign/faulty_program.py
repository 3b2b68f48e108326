"""`ikm-kiosk` on a disk, a resolver and a clock that the fault campaign spoils, by a small file that it rewrites as it goes.

`{"append": "full", "sync": "failing", "sync_delay_ms": 80, "clock_ms": 86400000, "trusted": false, "resolver": "hanging"}`:
each key may be missing. The disk goes through the product's own seam, `uplink.journal.segments.disk.Disk`, and the clocks through
`uplink.journal.stamp`. They are replaced here because the fault must sit in the real process, which makes its own objects. What is
flushed is noted for the power cut (`tests.campaign.medium`), and what the journal has promised goes into a witness's file.
"""

import errno
import json
import os
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kiosk.__main__ import main
from tests.campaign.medium import Medium
from uplink.journal import stamp
from uplink.journal.journal import Journal
from uplink.journal.segments import disk
from uplink.journal.segments.disk import write_all
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.storage import JournalStorage

_FAULTS = Path(os.environ["IKM_FAULTS"])
_ERRORS = {"full": errno.ENOSPC, "failing": errno.EIO, "read-only": errno.EROFS}
_MEDIUM = Medium(Path(os.environ["IKM_MEDIUM"]), Path(os.environ["IKM_MEDIUM_OF"]))
_WITNESS = os.open(os.environ["IKM_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
_HANGS_SECONDS = 15.0
"""So long a question to the resolver hangs; then there is no answer."""
_SEGMENT_BYTES = 24_000
"""Small files: their ends, and their being let go of, are where faults meet."""

really_append = JournalStorage.append
really_sync_folder = disk.Disk.sync_folder
really_resolve = socket.getaddrinfo


def faults() -> dict[str, object]:
    try:
        return dict(json.loads(_FAULTS.read_bytes()))
    except (OSError, ValueError):  # just being replaced
        return {}


def fail(kind: object, content: bytes = b"", handle: int = -1) -> None:
    if isinstance(kind, str) and kind in _ERRORS:
        if content:
            write_all(handle, content[: len(content) // 3])
        raise OSError(_ERRORS[kind], os.strerror(_ERRORS[kind]))


def append(self: disk.Disk, handle: int, content: bytes) -> None:
    fail(faults().get("append"), content, handle)
    write_all(handle, content)


def sync(self: disk.Disk, handle: int) -> None:
    now = faults()
    time.sleep(float(str(now.get("sync_delay_ms", 0))) / 1000)
    fail(now.get("sync"))
    os.fdatasync(handle)
    _MEDIUM.flushed(handle)


def sync_folder(self: disk.Disk, folder: Path) -> None:
    really_sync_folder(self, folder)
    _MEDIUM.folder_flushed(folder)


def append_before_a_witness(self: JournalStorage, entry: Entry, *, boot: int = 0) -> None:
    really_append(self, entry, boot=boot)
    seen = {"stream": self.header.stream, "line": entry.line.decode(), "at": time.monotonic()}
    os.write(_WITNESS, json.dumps(seen).encode() + b"\n")


def resolve(host: object, *arguments: object, **options: object) -> object:
    if host == "localhost" and faults().get("resolver") == "hanging":
        time.sleep(_HANGS_SECONDS)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return really_resolve(host, *arguments, **options)  # type: ignore[call-overload]


def both_clocks() -> tuple[int, int]:
    up_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return up_ms, time.time_ns() // 1_000_000 + int(str(faults().get("clock_ms", 0)))


def kernel_says_synchronised() -> bool:
    return bool(faults().get("trusted", True))


disk.Disk.append = append  # type: ignore[method-assign]
disk.Disk.sync = sync  # type: ignore[method-assign]
disk.Disk.sync_folder = sync_folder  # type: ignore[method-assign]
JournalStorage.append = append_before_a_witness  # type: ignore[method-assign]
Journal.open.__func__.__kwdefaults__["segment_bytes"] = _SEGMENT_BYTES  # type: ignore[attr-defined]
socket.getaddrinfo = resolve  # type: ignore[assignment]
stamp._both_clocks = both_clocks
stamp._kernel_says_synchronised = kernel_says_synchronised
stamp._BOOT_ID = Path(os.environ["IKM_BOOT_ID"])

if __name__ == "__main__":
    sys.exit(main())
