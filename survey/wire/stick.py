"""Reading a USB stick as if an enemy had prepared it, and writing to it without touching anything that lay there.

A stick's links may point at this machine's own keys, its pipes never answer, its folders bear the names of files. So nothing is
opened by its path: every folder and file is opened below the folder before it, no link is followed, nothing that is not a
regular file is read, and size, number and depth have bounds. What is passed over is named, with a code that says why.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

MAX_DEPTH = 6
MAX_NAMES = 200_000
"""So many names are looked at on one stick; honest ones hold some hundreds."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1024 * 1024

# Why something was passed over.
NO_FILE = "stick_no_file"
"""A link, a pipe, a device, or a folder where a file should be."""
STRANGE_NAME = "stick_name"
"""Its name has characters that no program of ours writes."""
TOO_LARGE = "stick_size"
CHANGED = "stick_changed"
"""It grew or shrank while it was read."""
UNREADABLE = "stick_unreadable"
TOO_DEEP = "stick_depth"
TOO_MANY = "stick_number"


class Skipped(Exception):  # noqa: N818 - named for what became of it, as `Refused` is
    """Something on a stick was passed over; `code` says why, `name` is raw and may hold anything."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{name!a}: {code}")
        self.code = code
        self.name = name


@dataclass(slots=True)
class StickFolder:
    """A folder on a stick, and the files in it that may be of use, by name."""

    path: tuple[str, ...]
    """The names that lead to it from the root."""
    files: list[str] = field(default_factory=list)


class Stick:
    """A stick's root, opened once: whatever is done to its path afterwards, everything happens below this folder."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.skipped: list[Skipped] = []
        """What `folders` passed over."""

    def folders(self, *suffixes: str) -> list[StickFolder]:
        """Give the folders that hold regular files ending in one of `suffixes`, by name; fills `skipped`.

        Raises:
            OSError: the root cannot be read.
        """
        found: list[StickFolder] = []
        waiting: list[tuple[str, ...]] = [()]
        left = MAX_NAMES
        while waiting:
            path = waiting.pop()
            try:
                left = self._look(path, suffixes, found, waiting, left)
            except OSError:
                if not path:
                    raise
                self.skipped.append(Skipped(UNREADABLE, "/".join(path)))
            if left <= 0:
                self.skipped.append(Skipped(TOO_MANY, "/".join(path)))
                break
        return sorted(found, key=lambda folder: folder.path)

    def read(self, folder: tuple[str, ...], name: str, *, limit: int) -> bytes:
        """Give a regular file's content.

        Raises:
            Skipped: it is no regular file, has more than `limit` bytes, changes while it is read, or cannot be read.
        """
        try:
            with self._opened(folder) as parent:
                return read_regular(name, limit=limit, parent=parent)
        except OSError as error:
            raise Skipped(UNREADABLE, name) from error

    def write(self, folder: str, name: str, content: bytes) -> None:
        """Write a file into a folder below the root; a prepared link or file of that name is replaced, never written into.

        Raises:
            OSError: the folder is none of its own, or the stick takes no writes.
        """
        with suppress(FileExistsError):  # a folder or something else: opening it tells
            os.mkdir(folder, 0o755, dir_fd=self._root)
        parent = os.open(folder, _FOLDER, dir_fd=self._root)
        try:
            temporary = f".{secrets.token_hex(8)}.new"
            handle = os.open(temporary, _NEW_FILE, 0o644, dir_fd=parent)
            try:
                try:
                    _write_all(handle, content)
                    os.fsync(handle)
                finally:
                    os.close(handle)
                os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            except OSError:
                os.unlink(temporary, dir_fd=parent)
                raise
            os.fsync(parent)
        finally:
            os.close(parent)

    def _look(
        self,
        path: tuple[str, ...],
        suffixes: tuple[str, ...],
        found: list[StickFolder],
        waiting: list[tuple[str, ...]],
        left: int,
    ) -> int:
        here = StickFolder(path)
        with self._opened(path) as handle, os.scandir(handle) as entries:
            for entry in entries:
                left -= 1
                if left < 0:
                    break
                shown = "/".join((*path, entry.name))
                named = entry.name.endswith(suffixes)
                try:
                    mode = os.stat(entry.name, dir_fd=handle, follow_symlinks=False).st_mode
                except OSError:
                    self.skipped.append(Skipped(UNREADABLE, shown))
                    continue
                if not entry.name.isprintable():
                    self.skipped.append(Skipped(STRANGE_NAME, shown))
                elif stat.S_ISREG(mode):
                    here.files += [entry.name] if named else []
                elif not stat.S_ISDIR(mode) or named:
                    self.skipped.append(Skipped(NO_FILE, shown))
                elif len(path) >= MAX_DEPTH:
                    self.skipped.append(Skipped(TOO_DEEP, shown))
                else:
                    waiting.append((*path, entry.name))
        if here.files:
            here.files.sort()
            found.append(here)
        return left

    @contextmanager
    def _opened(self, path: tuple[str, ...]) -> Iterator[int]:
        """Open a folder one name after the other, so that no part of the way can be a link."""
        handle = os.dup(self._root)
        try:
            for name in path:
                below = os.open(name, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            os.lseek(handle, 0, os.SEEK_SET)
            yield handle
        finally:
            os.close(handle)


@contextmanager
def opened_stick(root: Path) -> Iterator[Stick]:
    """Open a stick by its root, which must be a folder and no link.

    Raises:
        OSError: it is none, or cannot be opened.
    """
    handle = os.open(root, _FOLDER)
    try:
        yield Stick(handle)
    finally:
        os.close(handle)


def read_regular(name: str | Path, *, limit: int, parent: int | None = None) -> bytes:
    """Give the content of a regular file that is not reached through a link; `parent` is its folder, opened.

    Raises:
        Skipped: it is no regular file, has more than `limit` bytes, changes while it is read, or cannot be read.
    """
    shown = str(name)
    try:
        # Looked at before it is opened: opening a device can do things.
        if not stat.S_ISREG(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            raise Skipped(NO_FILE, shown)
        handle = os.open(name, _FILE, dir_fd=parent)
    except OSError as error:
        raise Skipped(UNREADABLE, shown) from error
    try:
        there = os.fstat(handle)
        if not stat.S_ISREG(there.st_mode):
            raise Skipped(NO_FILE, shown)
        if there.st_size > limit:
            raise Skipped(TOO_LARGE, shown)
        content = _read_at_most(handle, there.st_size + 1)
    except OSError as error:
        raise Skipped(UNREADABLE, shown) from error
    finally:
        os.close(handle)
    if len(content) != there.st_size:
        raise Skipped(CHANGED, shown)
    return content


def _read_at_most(handle: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(handle, min(most, _CHUNK))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
