"""Which workers live: each holds a lock on a file of its own, and the kernel lets go of it when the process ends, however it ends.

So a piece whose worker was killed is free at once, without waiting for anything to run out. It asks for one thing: all workers of a collector see the
same folder, which they do anyway, for the files they make lie in it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from collector.errors import CollectorError

_SUFFIX = ".lock"


def folder() -> Path:
    """Give the folder of jobs: its owner's alone."""
    return Path(settings.IKM_DATA) / "jobs"


def made(path: Path) -> Path:
    """Give a folder below it, made where it is missing.

    Raises:
        CollectorError: it cannot be made (`not_writable`).
    """
    try:
        for one in (folder(), path):
            one.mkdir(mode=0o700, exist_ok=True)
            if one.stat().st_mode & 0o077:
                one.chmod(0o700)  # a mask may take rights away, but never the inherited ones
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error
    return path


@contextmanager
def living(token: str) -> Iterator[None]:
    """Be alive under a name, which nobody else ever has.

    Raises:
        CollectorError: the folder cannot be written (`not_writable`).
    """
    path = made(_room()) / f"{token}{_SUFFIX}"
    handle = -1
    try:
        while handle < 0 or not _is_at(
            path, handle
        ):  # whoever buries the dead may have taken it away just now
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def is_alive(token: str) -> bool:
    """Tell whether a worker lives."""
    return not _ended(_room() / f"{token}{_SUFFIX}", bury_it=False)


def anybody() -> bool:
    """Tell whether any worker lives."""
    return any(not _ended(path, bury_it=False) for path in _room().glob(f"*{_SUFFIX}"))


def bury() -> None:
    """Take away what workers left that were killed."""
    for path in _room().glob(f"*{_SUFFIX}"):
        _ended(path, bury_it=True)


def _ended(path: Path, *, bury_it: bool) -> bool:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if bury_it:
            path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        os.close(handle)
        return False


def _room() -> Path:
    return folder() / "workers"
