"""A private PostgreSQL cluster in a temporary folder, reached by a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self


def _programs() -> Path:
    """The newest installed PostgreSQL's programs, which Debian keeps off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    assert found or on_path, "PostgreSQL is not installed; install it with: sudo apt-get install postgresql"
    return found[-1].parent if found else Path(str(on_path)).parent


class PrivatePostgres:
    """A cluster that lives as long as the `with` block; `fsync` off makes tests quick, and measures nothing."""

    def __init__(self, *, fsync: bool = False) -> None:
        # A short path of its own: a Unix socket's path may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="ikm-pg-"))
        self._fsync = fsync
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        self.user = self._user or pwd.getpwuid(os.geteuid()).pw_name

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def __enter__(self) -> Self:
        data = self.folder / "data"
        self._run("initdb", "--pgdata", data, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        if not self._fsync:
            options += " -c fsync=off"
        self._run(
            "pg_ctl", "--pgdata", data, "--options", options, "--log", self.folder / "log", "--wait", "start"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "--pgdata", self.folder / "data", "--mode", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(_programs() / program), *map(str, arguments)]
        done = subprocess.run(
            command,
            user=self._user,
            extra_groups=[] if self._user is not None else None,
            cwd=self.folder,
            # The server keeps the machine's time where the tests are given another.
            env={name: value for name, value in os.environ.items() if name != "LD_PRELOAD"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it; a pipe would never end
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{program} ended with exit code {done.returncode}"
