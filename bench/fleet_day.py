"""A day of many kiosks in some minutes: outages, a broker that is killed at eleven, kiosks that were away for months or lost their clock.

    python -m bench.fleet_day                                    100 kiosks, a day in a minute
    python -m bench.fleet_day --kiosks 10000 --seconds 600

Every kiosk has a key, a chain and an MQTT connection of its own (`bench.fleet_kiosks`), and sends to a real Mosquitto and a real listener with
SQLite, all on this machine. Each has some twenty visits between eight and fifteen o'clock, two answers a visit, an `alive` record every quarter of
an hour and a heartbeat every hour. A third loses its network for hours, one in a hundred comes back after `--months` with everything it wrote
meanwhile, one in fifty begins the day without a clock. At the end every record must be held and every answer counted once.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from bench.fleet_kiosks import DAY_MS, HOUR_MS, Happening, Kiosk, day_of
from bench.fleet_lines import Fleet
from bench.overview import villages
from bench.own_collector import set_up
from bench.spent import peak_mb, processor_seconds
from tests.collector.fake_kiosk import FakeKiosk
from tests.world import free_port, mosquitto

STORM_H, BROKER_AWAY_SECONDS = 11, 5.0


def main() -> None:
    """Play the day and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the day takes (60)")
    parser.add_argument("--months", type=int, default=2, help="how long one in a hundred was away (2)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ikm-fleet-") as folder:
        set_up(folder)
        chance = random.Random(options.seed)
        begins_ms = (time.time_ns() // 1_000_000) - DAY_MS - HOUR_MS
        kiosks, days = enrolled(options, chance, begins_ms)
        with Centre(Path(folder)) as centre:
            play(centre, kiosks, days, options.seconds, chance)
        weigh(Path(folder) / "collector.sqlite3", kiosks)


def enrolled(
    options: argparse.Namespace, chance: random.Random, begins_ms: int
) -> tuple[dict[str, Kiosk], dict[str, list[Happening]]]:
    """Enrol the kiosks, each at a village of its own, and decide what their day brings."""
    from collector.fleet import models, present  # noqa: PLC0415 - after django.setup()

    began = time.monotonic()
    codes, regions = villages(options.kiosks)
    since = datetime.fromtimestamp(begins_ms / 1000, UTC) - timedelta(days=options.months * 30 + 1)
    models.Region.objects.bulk_create(models.Region(code=code, name=name) for code, name in regions.items())
    units = models.Unit.objects.bulk_create(
        models.Unit(code=f"u{at}", name=f"Balai {at}", region_id=code) for at, code in enumerate(codes)
    )
    places = models.Place.objects.bulk_create(
        models.Place(code=one.code, name=one.name, region_id=one.region_id) for one in units
    )
    rows = models.Kiosk.objects.bulk_create(models.Kiosk(name=f"k-{at:05}") for at in range(len(codes)))
    models.Assignment.objects.bulk_create(
        models.Assignment(kiosk=row, unit=unit, place=place, since=since)
        for row, unit, place in zip(rows, units, places, strict=True)
    )
    kiosks, days = {}, {}
    keys = []
    for row in rows:
        fake = FakeKiosk.with_key(row.name, chance.randbytes(32))
        keys.append(models.KioskKey(kiosk=row, public_key=fake.public_key, enrolled_at=since))
        away, lost_clock = chance.random() < 0.01, chance.random() < 0.02
        days[row.name] = list(
            day_of(chance, outage=chance.random() < 1 / 3, away=away, lost_clock=lost_clock and not away)
        )
        back_ms = options.months * 30 * DAY_MS if away else 0
        kiosk = Kiosk(fake, chance, begins_ms - back_ms, lost_clock=lost_clock and not away)
        for day in range(back_ms // DAY_MS):
            for one in day_of(chance, outage=False, away=False, lost_clock=False):
                if one.what in ("alive", "visit"):
                    kiosk.write(one.what, day * DAY_MS + one.at)
        kiosk.day_ms = back_ms
        kiosks[row.name] = kiosk
    models.KioskKey.objects.bulk_create(keys)
    present.keep_every()
    written = sum(kiosk.fake.last for kiosk in kiosks.values())
    print(
        f"{len(kiosks):,} kiosks enrolled in {time.monotonic() - began:.0f} s; {written:,} records lie with them"
    )
    return kiosks, days


class Centre:
    """A broker that can be killed, and a listener."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._config = folder / "broker.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
        )
        self._log = folder / "listener.log"

    def __enter__(self) -> Self:
        self.start_broker()
        program = Path(sys.executable).parent / "ikm-collector"
        environment = os.environ | {
            "IKM_BROKER_URL": f"mqtt://127.0.0.1:{self.port}",
            "IKM_LOG_LEVEL": "INFO",
        }
        with self._log.open("wb") as log:
            self._listener = subprocess.Popen([program, "listen"], env=environment, stdout=log, stderr=log)
        while "listening at" not in self._log.read_text():
            if self._listener.poll() is not None:
                raise SystemExit(self._log.read_text())
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._listener, self._broker):
            process.terminate()
            process.wait(timeout=60)

    def start_broker(self) -> None:
        """Start Mosquitto."""
        self._broker = subprocess.Popen([mosquitto(), "-c", self._config], stderr=subprocess.DEVNULL)

    def kill_broker(self) -> None:
        """Take its power away."""
        self._broker.send_signal(signal.SIGKILL)
        self._broker.wait()

    def used(self) -> dict[str, tuple[float, float]]:
        """Give for each process the seconds of processor time it used and its peak of memory in megabytes."""
        pids = {"listener": self._listener.pid, "broker": self._broker.pid, "kiosks": os.getpid()}
        return {name: (processor_seconds(pid), peak_mb(pid)) for name, pid in pids.items()}


class Storm:
    """The broker loses its power at eleven; how long until everything written before it came back is confirmed."""

    def __init__(self, centre: Centre, kiosks: dict[str, Kiosk], fleet: Fleet) -> None:
        self._centre, self._kiosks, self._fleet = centre, kiosks, fleet
        self._back_at = self._look_at = 0.0
        self._written: dict[str, int] | None = None
        self.seconds: float | None = None

    def begin(self) -> None:
        """Kill the broker."""
        self._centre.kill_broker()
        self._fleet.in_storm = True
        self._back_at = time.monotonic() + BROKER_AWAY_SECONDS

    def go_on(self) -> None:
        """Start the broker when it is time, and look once a second whether all is well again."""
        now = time.monotonic()
        if not self._fleet.in_storm or now < self._back_at:
            return
        if self._written is None:
            self._centre.start_broker()
            self._back_at = now
            self._written = {name: one.fake.last for name, one in self._kiosks.items()}
        elif now >= self._look_at:
            self._look_at = now + 0.2
            if all(one.in_outage or one.through >= self._written[one.name] for one in self._kiosks.values()):
                self.seconds, self._fleet.in_storm = now - self._back_at, False


def play(
    centre: Centre,
    kiosks: dict[str, Kiosk],
    days: dict[str, list[Happening]],
    seconds: float,
    chance: random.Random,
) -> None:
    """Play the day, wait for what is left, and print how it went."""
    from django.conf import settings  # noqa: PLC0415 - after django.setup()

    from collector.trust import keys, public  # noqa: PLC0415 - the same

    fleet = Fleet(centre.port, keys.verifier(public.read(settings.IKM_KEYS).signing), chance)
    storm = Storm(centre, kiosks, fleet)
    began, before = time.monotonic(), centre.used()
    for kiosk in kiosks.values():
        fleet.connect(kiosk)
    due = sorted((happening, name) for name, day in days.items() for happening in day)
    storm_at = began + seconds * STORM_H / 24
    for happening, name in due:
        moment = began + seconds * happening.at / DAY_MS
        while True:
            if storm_at and time.monotonic() >= storm_at:
                storm_at = 0.0
                storm.begin()
            storm.go_on()
            fleet.turn(min(moment, time.monotonic() + 0.1))
            if time.monotonic() >= moment:
                break
        happen(fleet, kiosks[name], happening)
    late = time.monotonic() - began - seconds
    ended = time.monotonic()
    for kiosk in kiosks.values():
        fleet.send(kiosk)  # `alive` records that nobody waited for
    while fleet.in_storm or any(one.through < one.fake.last for one in kiosks.values()):
        if time.monotonic() > ended + 300:
            break
        storm.go_on()
        fleet.turn(time.monotonic() + 0.2)
    tell(fleet, storm, late=late, drained=time.monotonic() - ended)
    after = centre.used()
    for name, (used, peak) in after.items():
        spent = used - before[name][0] if name != "broker" else used
        share = 100 * spent / seconds
        print(f"{name:34} {spent:8.1f} s of processor time ({share:.0f} % of a core), {peak:,.0f} MB at most")


def tell(fleet: Fleet, storm: Storm, *, late: float, drained: float) -> None:
    """Print how long things took."""
    print(f"{'batches sent, receipts, sent again':34} {fleet.batches:,} {fleet.receipts:,} {fleet.again:,}")
    for what, waited in (("outside the storm", fleet.waited), ("in the storm", fleet.waited_in_storm)):
        found = sorted(waited) or [0.0]
        median, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
        print(f"{'receipt ' + what:34} {median:.3f} s median, {p99:.2f} s p99, {found[-1]:.1f} s at most")
    storm_took = "not over" if storm.seconds is None else f"{storm.seconds:.0f} s"
    print(f"{'broker back, all confirmed after':34} {storm_took}")
    print(f"{'day over, all confirmed after':34} {drained:.1f} s (the kiosks' process was {late:.1f} s late)")


def happen(fleet: Fleet, kiosk: Kiosk, happening: Happening) -> None:
    """Let one thing happen to one kiosk."""
    if happening.what == "gone":
        fleet.part(kiosk, outage=True)
    elif happening.what == "back":
        kiosk.in_outage = False
        fleet.connect(kiosk)
    elif happening.what == "state":
        fleet.report(kiosk)
    elif kiosk.write(happening.what, kiosk.day_ms + happening.at):
        fleet.send(kiosk)


def weigh(file: Path, kiosks: dict[str, Kiosk]) -> None:
    """Hold what the collector has against what was written."""
    written = sum(one.fake.last for one in kiosks.values())
    given = sum(one.responses for one in kiosks.values())
    with closing(sqlite3.connect(file)) as database:
        held = dict(
            database.execute("SELECT uid, through FROM evidence_stream WHERE standing = 'counted'").fetchall()
        )
        counted, different = database.execute(
            "SELECT COUNT(*), COUNT(DISTINCT id) FROM scores_response"
        ).fetchone()
    missing = sum(one.fake.last - held.get(one.fake.stream, 0) for one in kiosks.values())
    print(f"{'records written, missing':34} {written:,} {missing:,}")
    print(f"{'answers given, lost, doubled':34} {given:,} {given - different:,} {counted - different:,}")
    print(f"{'bytes an answer, everything':34} {file.stat().st_size / max(1, given):.0f}")
    if missing or given != different or counted != different:
        raise SystemExit("something was lost or doubled")


if __name__ == "__main__":
    main()
