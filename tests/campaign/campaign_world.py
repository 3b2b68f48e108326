"""The world of the campaign: real programs, the kiosk's two on a spoiled disk and clock, behind a bad network and TLS."""

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.campaign.medium import Medium
from tests.campaign.proxy import Proxy, Weather
from tests.campaign.tls import TlsFront, certify
from tests.set_up import set_up_with_unit
from tests.world import COLLECTOR, World

FAULTY_PROGRAM = Path(__file__).with_name("faulty_program.py")
_CONFIG = """\
[uplink]
connect_seconds = 3.0
https_deadline_seconds = 8.0
https_read_seconds = 5.0
reconnect_first_seconds = 0.2
reconnect_cap_seconds = 1.5
patience_seconds = 1.0
patience_cap_seconds = 8.0
mqtt_failures_before_https = 3
mqtt_again_seconds = 4.0
lazy_seconds = 2.0
report_seconds = 3.0
"""


class CampaignWorld(World):
    """A world whose kiosk may be given a bad disk and clock, and whose network is a proxy behind a TLS front."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        super().__init__(folder)
        self.config.write_text(_CONFIG)
        self.broker_proxy = Proxy(self.broker_port, seed=seed)
        self.web_proxy = Proxy(self.web_port, seed=seed + 1)
        self.fronts = (TlsFront(self.broker_proxy.port), TlsFront(self.web_proxy.port))
        self.environment["IKM_PUBLIC_BROKER_URL"] = f"mqtts://localhost:{self.fronts[0].port}"
        self.keys = folder / "collector" / "keys"
        self.database = folder / "collector" / "collector.sqlite3"
        self.faults = folder / "faults.json"
        self.boot_id = folder / "boot_id"
        self.witness = folder / "witness.jsonl"
        self.thanked_log = folder / "thanked.jsonl"
        self.medium = Medium(folder / "medium", self.home)
        self.environment |= {
            "IKM_FAULTS": str(self.faults),
            "IKM_BOOT_ID": str(self.boot_id),
            "IKM_WITNESS": str(self.witness),
            "IKM_MEDIUM": str(folder / "medium"),
            "IKM_MEDIUM_OF": str(self.home),
        }
        self._certificates: dict[bool, tuple[Path, Path]] = {}
        self.set_faults()
        self.reboot()

    def set_faults(self, **faults: object) -> None:
        temporary = self.faults.with_suffix(".new")
        temporary.write_text(json.dumps(faults))
        temporary.replace(self.faults)

    def reboot(self) -> None:
        self.boot_id.write_text(secrets.token_hex(16))

    def show_certificate(self, *, expired: bool) -> None:
        """Show a certificate at both doors that is valid, or was until yesterday."""
        for front in self.fronts:
            front.show(*self._certificates[expired])

    def enrol(self) -> None:
        set_up_with_unit(self.environment)
        for expired, days in ((False, (-1, 30)), (True, (-30, -1))):
            self._certificates[expired] = certify(
                self.keys, self.folder / f"front-{'expired' if expired else 'valid'}", days=days
            )
        self.show_certificate(expired=False)
        self.address = f"https://localhost:{self.fronts[1].port}"  # what the kiosk is told
        super().enrol()
        self.medium.begin()

    def start_kiosk(self, *, visitors: int, seed: int) -> None:
        command = [sys.executable, FAULTY_PROGRAM, "simulate", "--home", self.home, "--config", self.config]
        options = ["--thanked-log", self.thanked_log, "--visitors", str(visitors), "--seed", str(seed)]
        self.start("kiosk", [*command, *options, "--quiet", "--pace", "400"])

    def start_uplink(self) -> None:
        self.start(
            "uplink", [sys.executable, FAULTY_PROGRAM, "uplink", "--home", self.home, "--config", self.config]
        )

    def chronicle(self, what: str) -> None:
        """Note what was done and when, for whoever looks into it."""
        with (self.folder / "chronicle.txt").open("a") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {what}\n")

    def clear_weather(self) -> None:
        for proxy in (self.broker_proxy, self.web_proxy):
            proxy.weather = Weather.FAIR

    def runs(self, name: str) -> bool:
        return name in self.running and self.running[name].poll() is None

    @contextmanager
    def held_still(self, *names: str) -> Iterator[None]:
        """Stop programs where they stand (SIGSTOP) for as long as the block takes."""
        stopped = [self.running[name] for name in names if self.runs(name)]
        for process in stopped:
            os.killpg(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.killpg(process.pid, signal.SIGCONT)

    def said(self, *command: str | Path, seconds: float = 120, typed: str = "") -> tuple[int, str]:
        """Run a command that may say no; gives its exit code and what it printed.

        Raises:
            subprocess.TimeoutExpired: it hangs.
        """
        done = subprocess.run(
            [str(part) for part in command],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
            timeout=seconds,
        )
        return done.returncode, done.stdout if done.returncode in {0, 1} and done.stdout else done.stderr

    def audit(self) -> dict[str, object]:
        """What the collector's audit says of all times."""
        period = ["--from", "1950-01-01", "--to", "2199-12-31"]
        _, printed = self.said(COLLECTOR, "audit", "--unit", "sukamaju", *period, "--json")
        return dict(json.loads(printed))

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Read the collector's database."""
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            return list(database.execute(query, values))

    def payloads(self) -> list[bytes]:
        """What the collector keeps as evidence."""
        return [bytes(payload) for (payload,) in self.rows("select payload from evidence_rawbatch")]  # type: ignore[call-overload]

    def stop(self) -> None:
        super().stop()
        for front in self.fronts:
            front.stop()
        self.broker_proxy.stop()
        self.web_proxy.stop()
