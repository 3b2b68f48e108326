"""The real programs for tests: a private broker, the collector's two processes, and a kiosk's two.

Everything listens on loopback, on ports of its own, keeps its files under one folder, and can be killed at any moment.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

from kiosk.errors import KioskError
from kiosk.watch.status import look
from survey.record.record import Record, decode
from survey.wire.messages import unpack_batch
from tests.set_up import set_up_with_unit

BIN = Path(sys.executable).parent
COLLECTOR = BIN / "ikm-collector"
KIOSK = BIN / "ikm-kiosk"

BROKER_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 100000
max_packet_size 1048576
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_it_listens(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a server that was only just started."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    server.terminate()
    raise AssertionError(f"it does not listen:\n{log.read_text()}")


def mosquitto() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, "mosquitto is not installed"
    return found


class World:
    """One broker, one collector and one kiosk, by the commands that a user would type."""

    def __init__(self, folder: Path, *, database_url: str | None = None) -> None:
        self.folder = folder
        self.home = folder / "kiosk"
        self.logs = folder / "logs"
        for path in (self.home, self.logs):
            path.mkdir(parents=True)
        self.broker_port, self.web_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.web_port}"
        self.config = folder / "kiosk.toml"
        self.config.write_text("")
        self.environment = os.environ | {
            "IKM_DATA": str(folder / "collector"),
            "IKM_BROKER_URL": f"mqtt://127.0.0.1:{self.broker_port}",
            "IKM_PUBLIC_URL": self.address,
            "SDL_VIDEODRIVER": "dummy",
            "SDL_AUDIODRIVER": "dummy",
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- the programs

    def start(self, name: str, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment,
                start_new_session=True,
            )
        self.running[name] = process
        return process

    def ask(self, *command: str | Path) -> str:
        return self.ask_for(0, *command)

    def ask_for(self, code: int, *command: str | Path) -> str:
        """Run a command that ends with this code; gives what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def start_broker(self) -> None:
        config = self.folder / "broker.conf"
        config.write_text(BROKER_CONFIG.format(port=self.broker_port))
        self.start("broker", [mosquitto(), "-c", config])

    def start_listener(self) -> None:
        self.start("listener", [COLLECTOR, "listen"])

    def start_web(self) -> None:
        self.start("web", [COLLECTOR, "serve", "--port", str(self.web_port), "--workers", "1"])

    def start_uplink(self) -> None:
        self.start("uplink", [KIOSK, "uplink", "--home", self.home, "--config", self.config])

    def start_visits(
        self, *, visitors: int, seed: int, thanked_log: Path, extra: Sequence[str | Path] = ()
    ) -> None:
        common = ["--home", self.home, "--config", self.config, "--thanked-log", thanked_log]
        self.start(
            "kiosk", [KIOSK, "simulate", *common, "--visitors", str(visitors), "--seed", str(seed), *extra]
        )

    def enrol(self) -> None:
        """Set the collector up, with one unit, and enrol the kiosk over HTTP."""
        code = set_up_with_unit(self.environment)
        self.start_web()
        self.until(self.web_listens, what="the collector's web process")
        self.ask(KIOSK, "enrol", code, "--collector", self.address, "--home", self.home)

    def kill(self, name: str) -> bool:
        """kill -9 a program, if it runs."""
        process = self.running.get(name)
        if process is None or process.poll() is not None:
            return False
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True

    def stop(self) -> None:
        for process in reversed(list(self.running.values())):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        self.running.clear()

    # -- what can be seen from outside

    def web_listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.web_port), timeout=1).close()
        except OSError:
            return False
        return True

    def status(self) -> dict[str, object]:
        """What `ikm-kiosk status --json` says; it is asked again and again, so that no process is started for it."""
        try:
            return dict(json.loads(look(self.home).to_json()))
        except KioskError as error:
            raise AssertionError(str(error)) from error

    def waiting(self) -> int:
        """How many records the collector has not yet confirmed to this kiosk."""
        journal = self.status()["journal"]
        assert isinstance(journal, dict)
        return int(journal["waiting"])

    def head(self) -> int:
        """The number of the journal's newest record."""
        journal = self.status()["journal"]
        assert isinstance(journal, dict)
        return int(journal["head"])

    def index(self, *, start: str = "2000-01-01", end: str = "2099-12-31") -> dict[str, object]:
        return dict(
            json.loads(
                self.ask(COLLECTOR, "index", "--unit", "sukamaju", "--from", start, "--to", end, "--json")
            )
        )

    # -- what the collector holds, read from its evidence

    def evidence(self) -> dict[tuple[str, int], Record]:
        """Every record the embedded collector has committed, by stream and number.

        Batches are kept as they came, so two may overlap; a record in both must be the same in both.
        """
        with closing(
            sqlite3.connect(self.folder / "collector" / "collector.sqlite3", timeout=30)
        ) as database:
            rows = database.execute(
                "select payload from evidence_rawbatch order by stream_id, first"
            ).fetchall()
        records: dict[tuple[str, int], Record] = {}
        for batch in (unpack_batch(payload) for (payload,) in rows):
            for seq, line in enumerate(batch.lines, start=batch.first):
                assert records.setdefault((batch.stream, seq), decode(line)) == decode(line)
        return records

    def alarms(self) -> dict[str, int]:
        """How many messages the embedded collector refused, and how many conflicts it noticed.

        Where the listener is killed over a stream's first batch, the second may come before the first comes again: it is told
        to begin at the beginning (`stream_unknown`), which the kiosk does, and nobody need look.
        """
        with closing(
            sqlite3.connect(self.folder / "collector" / "collector.sqlite3", timeout=30)
        ) as database:
            (refused,) = database.execute(
                "select coalesce(sum(count), 0) from evidence_refusal where code <> 'stream_unknown'"
            ).fetchone()
            (conflicts,) = database.execute("select count(*) from evidence_conflict").fetchone()
        return {"refused": refused, "conflicts": conflicts}

    def log(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def until(self, ready: Callable[[], bool], *, what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        pause = 0.05
        while not ready():
            if time.monotonic() > deadline:
                tails = "\n".join(f"--- {name}\n{self.log(name)[-1500:]}" for name in self.running)
                raise AssertionError(f"{what}: not within {seconds} s\n{tails}")
            time.sleep(pause)
