"""A private PostgreSQL cluster in a temporary folder, reached by a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Self

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
_USER = "postgres" if os.geteuid() == 0 else None


def _programs() -> Path:
    """The newest installed PostgreSQL's programs, which Debian keeps off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    assert found or on_path, "PostgreSQL is not installed; install it with: sudo apt-get install postgresql"
    return found[-1].parent if found else Path(str(on_path)).parent


class PrivatePostgres:
    """A cluster that lives as long as the `with` block; `fsync` off makes tests quick, and measures nothing.

    It begins as a copy of `data`, the files of a cluster that was `kept`, or else as an empty one.
    """

    def __init__(self, *, fsync: bool = False, data: Path | None = None) -> None:
        self.folder = _folder()
        self._fsync = fsync
        self._data = data
        self.user = _USER or pwd.getpwuid(os.geteuid()).pw_name

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def __enter__(self) -> Self:
        _copy(self._data or _empty(), self.folder / "data")
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def kept(self) -> Path:
        """Copy the files of the cluster as it is, for others to begin with."""
        folder = _folder()
        self._stop("fast")
        _copy(self.folder / "data", folder / "data")
        self._start()
        return folder / "data"

    def _start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        if not self._fsync:
            options += " -c fsync=off"
        log, data = self.folder / "log", self.folder / "data"
        _run("pg_ctl", "--pgdata", data, "--options", options, "--log", log, "--wait", "start")

    def _stop(self, mode: str) -> None:
        _run("pg_ctl", "--pgdata", self.folder / "data", "--mode", mode, "stop")


def _folder() -> Path:
    # A short path of its own: a Unix socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ikm-pg-"))
    if _USER is not None:
        entry = pwd.getpwnam(_USER)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


@cache
def _empty() -> Path:
    """Make a cluster without anything, once for all tests of a process."""
    data = _folder() / "data"
    _run("initdb", "--pgdata", data, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    return data


def _copy(data: Path, to: Path) -> None:
    subprocess.run(["cp", "--archive", data, to], check=True)


def _run(program: str, *arguments: str | Path) -> None:
    command = [str(_programs() / program), *map(str, arguments)]
    done = subprocess.run(
        command,
        user=_USER,
        extra_groups=[] if _USER is not None else None,
        cwd="/",
        # The server keeps the machine's time where the tests are given another.
        env={name: value for name, value in os.environ.items() if name != "LD_PRELOAD"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # the server inherits it; a pipe would never end
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"{program} ended with exit code {done.returncode}"
