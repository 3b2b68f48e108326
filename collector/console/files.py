"""Files that commands read and write for somebody who may; what holds citizens' words is readable by its owner alone."""

import os
import tempfile
from pathlib import Path

from collector.errors import CollectorError


def write_private(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for its owner alone.

    Raises:
        CollectorError: it cannot be written (`not_writable`).
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error


def read_bounded(path: Path, *, most: int) -> bytes:
    """Read a file of at most so many bytes, and one more where it is larger.

    Raises:
        CollectorError: it cannot be read (`not_readable`).
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise CollectorError("not_readable", path=path, reason=error.strerror) from error
