"""`ikm-kiosk` on a bad disk and with a bad clock: run as a program, with the same arguments.

A control file, named by IKM_FAULTS, says what is wrong just now; it is looked at before each write. The seams are the
product's own: `uplink.journal.segments.disk.Disk` and the clocks of `uplink.journal.stamp`. They are replaced here because the fault must sit
in the real process, which makes its own objects.
"""

import errno
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kiosk.__main__ import main
from uplink.journal import stamp
from uplink.journal.segments import disk
from uplink.journal.segments.disk import write_all

_FAULTS = Path(os.environ["IKM_FAULTS"])
_ERRORS = {"full": errno.ENOSPC, "failing": errno.EIO, "read-only": errno.EROFS}


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


def both_clocks() -> tuple[int, int]:
    up_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return up_ms, time.time_ns() // 1_000_000 + int(str(faults().get("clock_ms", 0)))


def kernel_says_synchronised() -> bool:
    return bool(faults().get("trusted", True))


disk.Disk.append = append  # type: ignore[method-assign]
disk.Disk.sync = sync  # type: ignore[method-assign]
stamp._both_clocks = both_clocks
stamp._kernel_says_synchronised = kernel_says_synchronised
stamp._BOOT_ID = Path(os.environ["IKM_BOOT_ID"])

if __name__ == "__main__":
    sys.exit(main())
