"""Private PostgreSQL servers in temporary folders, reached by a Unix socket, and on loopback where a port is named."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

import psycopg

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
_USER = "postgres" if os.geteuid() == 0 else None

PLAIN = "plain"
"""A role, and its database."""


class PrivatePostgres:
    """A cluster that lives as long as the `with` block; `fsync` off makes tests quick, and measures nothing.

    It begins as a copy of the files of a cluster that was `kept`, or else as an empty one.
    """

    def __init__(
        self, *, fsync: bool = False, port: int | None = None, settings: str = "", copy_of: Path | None = None
    ) -> None:
        self.folder = _folder()
        self.port = port
        self.settings = settings
        self.user = operator()
        self._fsync = fsync
        self._copy_of = copy_of

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """Where its files are."""
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        port = f"&port={self.port}" if self.port is not None else ""
        return f"postgresql://{self.user}@/{database}?host={self.folder}{port}"

    def plain(self, *, rights: str = "") -> str:
        """Make a role that owns one database and may nothing else at the server; give the address of both, as a collector would be given it."""
        self.ask(f"CREATE ROLE {PLAIN} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {rights}")
        self.ask(f"CREATE DATABASE {PLAIN} OWNER {PLAIN}")
        return self.url(PLAIN).replace(f"//{self.user}@", f"//{PLAIN}@")

    def __enter__(self) -> Self:
        self._make()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(AssertionError):  # it was killed
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kept(self) -> Path:
        """Copy the files of the cluster as it is, for others to begin with."""
        folder = _folder()
        self.stop("fast")
        _copy(self.data, folder / "data")
        self.start()
        return folder / "data"

    def start(self) -> None:
        """Start it, also again after a kill."""
        options = f"-c unix_socket_directories={self.folder} {self.settings}"
        options += (
            f" -c listen_addresses=127.0.0.1 -c port={self.port}" if self.port else " -c listen_addresses=''"
        )
        if not self._fsync:
            options += " -c fsync=off"
        log = self.folder / "log"
        _run("pg_ctl", "--pgdata", self.data, "--options", options, "--log", log, "--wait", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; at once, if nothing else is said."""
        _run("pg_ctl", "--pgdata", self.data, "--mode", mode, "stop")

    def kill(self) -> None:
        """Kill it with all its processes, as a power cut does."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        killed = (pid, *map(int, children))
        for one in killed:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while any(_lives(one) for one in killed):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        # Who is dead and not yet buried has a number still, and would be taken for a server that runs.
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink()

    def promote(self) -> None:
        """Have a standby take over."""
        _run("pg_ctl", "--pgdata", self.data, "--wait", "promote")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the server itself."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            answer = connection.execute(query)
            return answer.fetchall() if answer.description else []

    def _make(self) -> None:
        _copy(self._copy_of or _empty(), self.data)


def operator() -> str:
    """Give the role that made the clusters of tests and may do everything there: for what an intruder would read from the disk."""
    return _USER or pwd.getpwuid(os.geteuid()).pw_name


class Standby(PrivatePostgres):
    """A standby of a primary, named `second` there; it follows from the moment on at which it is made."""

    def __init__(self, primary: PrivatePostgres, *, port: int, settings: str = "") -> None:
        super().__init__(port=port, settings=f"-c synchronous_standby_names='' {settings}")
        self._primary = primary

    def _make(self) -> None:
        where = f"host=127.0.0.1 port={self._primary.port} user={self.user} application_name=second"
        _run(
            "pg_basebackup", "--pgdata", self.data, "--dbname", where, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"
        )  # fmt: skip


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


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _programs() -> Path:
    """The newest installed PostgreSQL's programs, which Debian keeps off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    assert found or on_path, "PostgreSQL is not installed; install it with: sudo apt-get install postgresql"
    return found[-1].parent if found else Path(str(on_path)).parent


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
