"""The fault campaign: everything that can go wrong on the way, on purpose, with the real programs.

Kiosk, uplink, broker, listener and web process run and are killed at random; the broker keeps nothing; the network is
cut, stalled, slowed, one-way and broken off at any byte; batches are repeated in any order; the disk is full, slow,
failing and read-only; the wall clock jumps and is not trusted; the machine "reboots". In the end everything is
healed, and then: each answer that was thanked for is at the collector once, the chain is whole, the verdict clean.
"""

import json
import random
import secrets
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from survey.record.record import RESPONSE, Record
from survey.record.verdict import Evidence, Examiner, Verdict
from survey.wire.messages import Batch, unpack_batch
from tests.campaign.echo import Echo
from tests.campaign.proxy import Proxy, Weather
from tests.world import World
from uplink.journal.enrolment import load_enrolment, verifier
from uplink.journal.reader import JournalReader
from uplink.journal.verify import verify

_FAULTY_KIOSK = Path(__file__).with_name("faulty_kiosk.py")
_CONFIG = """\
[uplink]
reconnect_first_seconds = 0.2
reconnect_cap_seconds = 1.5
patience_seconds = 1.0
mqtt_failures_before_https = 3
mqtt_again_seconds = 4.0
lazy_seconds = 2.0
report_seconds = 5.0
"""


@dataclass
class Outcome:
    """What was done and what came of it."""

    seed: int
    seconds: float
    done: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    thanked: int = 0
    records: int = 0
    responses: int = 0
    missing: list[tuple[str, int]] = field(default_factory=list)
    complete: int = 0
    """Complete questionnaires in the evidence."""
    counted: int = 0
    """The n of the index the collector shows."""
    alarms: dict[str, int] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    drained_seconds: float = 0.0

    @property
    def survived(self) -> bool:
        """Whether every promise was kept."""
        return (
            not self.missing
            and self.counted == self.complete
            and self.alarms["conflicts"] == 0
            and all(verdict.clean for verdict in self.verdicts)
        )

    def lines(self) -> list[str]:
        """Say it."""
        deeds = ", ".join(f"{count} x {deed}" for deed, count in sorted(self.done.items()))
        return [
            f"seed {self.seed}, {self.seconds:.0f} s, {self.kills} programs killed (kill -9)",
            f"done: {deeds}",
            f"thanked for {self.thanked} records, {len(self.missing)} missing",
            f"the collector holds {self.records} records, each once, {self.responses} of them answers",
            f"{self.complete} complete questionnaires, and an index over n = {self.counted}",
            f"everything confirmed {self.drained_seconds:.1f} s after the last fault",
            *(f"verdict: {sentence}" for verdict in self.verdicts for sentence in verdict.sentences()),
            f"alarms: {self.alarms}",
            "survived" if self.survived else "FAILED",
        ]


class CampaignWorld(World):
    """A world whose kiosk may be given a bad disk and clock, and whose network is a proxy."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        super().__init__(folder)
        self.config.write_text(_CONFIG)
        self.broker_proxy = Proxy(self.broker_port, seed=seed)
        self.web_proxy = Proxy(self.web_port, seed=seed + 1)
        self.environment["IKM_PUBLIC_BROKER_URL"] = f"mqtt://127.0.0.1:{self.broker_proxy.port}"
        self.faults = folder / "faults.json"
        self.boot_id = folder / "boot_id"
        self.environment["IKM_FAULTS"] = str(self.faults)
        self.environment["IKM_BOOT_ID"] = str(self.boot_id)
        self.set_faults()
        self.reboot()
        self.direct_address = self.address

    def set_faults(self, **faults: object) -> None:
        temporary = self.faults.with_suffix(".new")
        temporary.write_text(json.dumps(faults))
        temporary.replace(self.faults)

    def reboot(self) -> None:
        self.boot_id.write_text(secrets.token_hex(16))

    def enrol(self) -> None:
        self.address = f"http://127.0.0.1:{self.web_proxy.port}"  # what the kiosk is told
        super().enrol()

    def start_kiosk(self, *, visitors: int, seed: int, thanked_log: Path) -> None:
        command = [sys.executable, _FAULTY_KIOSK, "simulate", "--home", self.home, "--config", self.config]
        options = ["--thanked-log", thanked_log, "--visitors", str(visitors), "--seed", str(seed)]
        self.start("kiosk", [*command, *options, "--quiet", "--pace", "400"])

    def payloads(self) -> list[bytes]:
        """What the collector keeps as evidence."""
        path = self.folder / "collector" / "collector.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as database:
            return [payload for (payload,) in database.execute("select payload from evidence_rawbatch")]

    def stop(self) -> None:
        super().stop()
        self.broker_proxy.stop()
        self.web_proxy.stop()


class Campaign:
    """One run."""

    def __init__(self, folder: Path, *, seed: int, seconds: float, say: Callable[[str], None]) -> None:
        self._chance = random.Random(seed)
        self._seconds = seconds
        self._say = say
        self._world = CampaignWorld(folder, seed=seed)
        self._log = folder / "thanked.jsonl"
        self._echo: Echo | None = None
        self._visits = 0
        self._weather_until = self._disk_until = 0.0
        self._faults: dict[str, object] = {}
        self.outcome = Outcome(seed=seed, seconds=seconds)
        self._starts: dict[str, Callable[[], None]] = {
            "broker": self._world.start_broker,
            "listener": self._world.start_listener,
            "uplink": self._world.start_uplink,
            "web": self._world.start_web,
            "kiosk": self._start_kiosk,
        }

    def run(self) -> Outcome:
        """Do it all."""
        with self._world as world:
            world.start_broker()
            world.enrol()
            self._echo = Echo(world.broker_port, seed=self.outcome.seed)
            try:
                for name in ("listener", "uplink", "kiosk"):
                    self._starts[name]()
                self._misbehave()
                self._heal()
            finally:
                self._echo.stop()
            self._examine()
        return self.outcome

    def _misbehave(self) -> None:
        deeds: list[tuple[int, str, Callable[[], None]]] = [
            (30, "kill", self._kill_one),
            (2, "kill everything", self._kill_all),
            (14, "weather", self._turn_weather),
            (8, "disk", self._spoil_disk),
            (6, "clock", self._spoil_clock),
            (10, "repeat batches", self._repeat),
            (3, "reboot", self._reboot),
            (30, "leave alone", lambda: None),
        ]
        weights = [weight for weight, _, _ in deeds]
        began = said = time.monotonic()
        while time.monotonic() - began < self._seconds:
            _, name, deed = self._chance.choices(deeds, weights)[0]
            deed()
            self.outcome.done[name] += 1
            time.sleep(self._chance.uniform(0.05, 0.8))
            self._pass()
            self._keep_running()
            if time.monotonic() - said > 30:
                said = time.monotonic()
                self._say(
                    f"{said - began:.0f} s: {self.outcome.kills} kills, {len(self._thanked())} thanked for"
                )

    def _kill_one(self) -> None:
        name = self._chance.choice(["broker", "listener", "listener", "uplink", "uplink", "web", "kiosk"])
        if self._world.kill(name):
            self.outcome.kills += 1
            self.outcome.done[f"kill {name}"] += 1
            if self._chance.random() < 0.7:
                self._starts[name]()

    def _kill_all(self) -> None:
        for name in self._starts:
            self.outcome.kills += self._world.kill(name)

    def _pass(self) -> None:
        """Let bad weather and bad disks end after a while, so that something gets through to be lost."""
        now = time.monotonic()
        if now > self._weather_until:
            for proxy in (self._world.broker_proxy, self._world.web_proxy):
                proxy.weather = Weather.FAIR
        if now > self._disk_until and self._faults.keys() & {"append", "sync", "sync_delay_ms"}:
            self._set_faults(append=None, sync=None, sync_delay_ms=0)

    def _set_faults(self, **faults: object) -> None:
        self._faults = {key: value for key, value in (self._faults | faults).items() if value is not None}
        self._world.set_faults(**self._faults)

    def _turn_weather(self) -> None:
        self._weather_until = time.monotonic() + self._chance.uniform(0.5, 6.0)
        weather = self._chance.choice(list(Weather))
        self.outcome.done[f"weather {weather.value}"] += 1
        for proxy in self._chance.choice(
            [
                (self._world.broker_proxy,),
                (self._world.broker_proxy, self._world.web_proxy),
            ]
        ):
            proxy.weather = weather

    def _spoil_disk(self) -> None:
        fault = self._chance.choice(
            [
                {"append": "full"},
                {"append": "failing"},
                {"append": "read-only"},
                {"sync": "failing"},
                {"sync_delay_ms": 60},
                {},
            ]
        )
        self.outcome.done[f"disk {next(iter(fault.values()), 'sound')}"] += 1
        self._set_faults(**{"append": None, "sync": None, "sync_delay_ms": None} | fault)
        self._disk_until = time.monotonic() + self._chance.uniform(0.3, 3.0)

    def _spoil_clock(self) -> None:
        shift = self._chance.choice([0, -86_400_000, 3_600_000, -1_700_000_000_000, 400 * 86_400_000])
        trusted = shift == 0
        self.outcome.done["clock " + ("trusted" if trusted else "wrong")] += 1
        self._set_faults(clock_ms=shift, trusted=trusted)

    def _repeat(self) -> None:
        if self._echo is not None:
            self._echo.repeat(self._chance.randrange(1, 30))

    def _reboot(self) -> None:
        """Kill the whole device and let the next start be another boot."""
        for name in ("kiosk", "uplink"):
            self.outcome.kills += self._world.kill(name)
        self._world.reboot()
        for name in ("kiosk", "uplink"):
            self._starts[name]()

    def _keep_running(self) -> None:
        for name, start in self._starts.items():
            if self._world.running[name].poll() is not None and self._chance.random() < 0.5:
                start()

    def _start_kiosk(self) -> None:
        self._visits += 1
        self._world.start_kiosk(visitors=300, seed=self._visits, thanked_log=self._log)

    def _heal(self) -> None:
        world = self._world
        world.kill("kiosk")
        for proxy in (world.broker_proxy, world.web_proxy):
            proxy.weather = Weather.FAIR
        world.set_faults()
        # One more visitor on a sound disk: the journal has come back from whatever was done to it.
        world.start_kiosk(visitors=1, seed=999, thanked_log=self._log)
        world.until(lambda: world.running["kiosk"].poll() is not None, what="the last visitor", seconds=120)
        for name in ("broker", "listener", "uplink", "web"):
            if world.running[name].poll() is not None:
                self._starts[name]()
        healed = time.monotonic()
        head = JournalReader(world.home / "journal").head()
        assert head is not None
        world.until(lambda: world.waiting() == 0, what="everything confirmed", seconds=180)
        self.outcome.drained_seconds = time.monotonic() - healed

    def _examine(self) -> None:
        world, outcome = self._world, self.outcome
        held = world.evidence()
        thanked = self._thanked()
        outcome.thanked, outcome.records = len(thanked), len(held)
        outcome.responses = sum(1 for record in held.values() if record.kind in {"response", "complaint"})
        outcome.complete = sum(_is_complete(record) for record in held.values())
        counted = world.index(start="1950-01-01", end="2199-12-31")["n"]
        assert isinstance(counted, int)
        outcome.counted = counted
        outcome.missing = sorted(set(thanked) - set(held))
        outcome.alarms = world.alarms()
        outcome.verdicts = [verify(world.home), *self._collectors_verdicts()]

    def _collectors_verdicts(self) -> list[Verdict]:
        """Judge what the collector holds with the kiosk's public key alone."""
        public_key = load_enrolment(self._world.home).public_key
        verdicts = []
        for stream, pieces in _by_stream(map(unpack_batch, self._world.payloads())).items():
            examiner = Examiner(stream=stream, public_key=public_key, verify=verifier(public_key))
            expected = 1
            for batch in pieces:
                for seq, line in enumerate(batch.lines, start=batch.first):
                    if seq < expected:  # batches may overlap
                        continue
                    signature = batch.signature if seq == batch.last else None
                    examiner.add(Evidence(seq=seq, line=line, signature=signature))
                    expected = seq + 1
            verdicts.append(examiner.verdict())
        return verdicts

    def _thanked(self) -> list[tuple[str, int]]:
        """What visitors were thanked for; a line cut by a kill was not yet thanked."""
        if not self._log.exists():
            return []
        lines = self._log.read_text().splitlines(keepends=True)
        found = []
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:  # a torn line, and what a later run wrote behind it
                continue
            found.append((str(entry["stream"]), int(entry["seq"])))
        return found


def _is_complete(record: Record) -> bool:
    return (
        record.kind == RESPONSE
        and record.body["instrument"] == "skm-2017"
        and record.body["complete"] is True
    )


def _by_stream(batches: Iterable[Batch]) -> dict[str, list[Batch]]:
    found: dict[str, list[Batch]] = {}
    for batch in sorted(batches, key=lambda one: (one.stream, one.first, -one.last)):
        found.setdefault(batch.stream, []).append(batch)
    return found
