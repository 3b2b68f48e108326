"""The disk under a real kiosk: which bytes and names were flushed, so that its power can be cut.

The kiosk's and the uplink's processes note here what each of their flushes has made durable (`Medium.flushed`,
`Medium.folder_flushed`, called by `faulty_program`). When the campaign has killed both, `Medium.cut` leaves of the kiosk's folder
what was flushed, and of the rest any sectors and any names, as `tests.uplink.medium.torn` says. Folders themselves stay.
"""

import contextlib
import hashlib
import json
import os
import random
import shutil
from pathlib import Path

from tests.uplink.medium import torn


class Medium:
    """What the medium holds of `home`, noted under `notes`; every method may be used by any process."""

    def __init__(self, notes: Path, home: Path) -> None:
        self._home = home
        self._contents = notes / "contents"
        self._names = notes / "names"
        self._pins = notes / "pins"

    def begin(self) -> None:
        """Take everything that lies there now as flushed."""
        for place in (self._contents, self._names, self._pins):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
        for folder in self._folders():
            self.folder_flushed(folder)
            for path in _files(folder):
                with path.open("rb") as file:
                    self.flushed(file.fileno())

    def flushed(self, handle: int) -> None:
        """Note that an open file is on the medium as it is now."""
        inode = os.fstat(handle).st_ino
        name = f"/proc/self/fd/{handle}"
        with contextlib.suppress(OSError):  # there is one already, or the file has lost its name
            # A second name keeps the number from being given to another file while we speak of this one by it.
            os.link(name, self._pins / str(inode), follow_symlinks=True)
        with contextlib.suppress(OSError):  # the file has no name left: nothing of it will be found again
            _write(self._contents / str(inode), Path(name).read_bytes())

    def folder_flushed(self, folder: Path) -> None:
        """Note that the names in a folder are on the medium as they are now."""
        names = {path.name: path.stat().st_ino for path in _files(folder)}
        _write(self._note_of(folder), json.dumps(names).encode())

    def cut(self, chance: random.Random) -> None:
        """Leave what a power cut leaves; the programs are dead already."""
        for folder in self._folders():
            there = {path.name: path for path in _files(folder)}
            flushed = self._flushed_names(folder)
            kept = chance.choice(("new names", "old names", "any names"))
            for name in sorted({*there, *flushed}):
                now = there[name].stat().st_ino if name in there else None
                before = flushed.get(name)
                is_new = (
                    now == before or kept == "new names" or (kept == "any names" and chance.random() < 0.5)
                )
                self._leave(folder / name, now if is_new else before, chance)
        self.begin()

    def _leave(self, path: Path, inode: int | None, chance: random.Random) -> None:
        if inode is None:
            path.unlink(missing_ok=True)
            return
        noted = self._contents / str(inode)
        flushed = noted.read_bytes() if noted.exists() else b""
        written = flushed
        for name in (path, self._pins / str(inode)):
            if name.exists() and name.stat().st_ino == inode:
                written = name.read_bytes()
                break
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o640
        path.unlink(missing_ok=True)
        path.write_bytes(torn(flushed, written, chance))
        path.chmod(mode)

    def _folders(self) -> list[Path]:
        return [self._home, *(path for path in self._home.rglob("*") if path.is_dir())]

    def _note_of(self, folder: Path) -> Path:
        return self._names / hashlib.sha256(str(folder.relative_to(self._home)).encode()).hexdigest()[:16]

    def _flushed_names(self, folder: Path) -> dict[str, int]:
        note = self._note_of(folder)
        return dict(json.loads(note.read_bytes())) if note.exists() else {}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_bytes(content)
    temporary.replace(path)
