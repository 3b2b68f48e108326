"""What goes wrong every day: programs are killed, the power goes, networks, disks, clocks, resolvers and certificates misbehave.

None of these deeds destroys anything that was promised: what is missing after one of them is the product's fault.
"""

import random
import time
from collections.abc import Callable

from tests.campaign.campaign_world import CampaignWorld
from tests.campaign.echo import Echo
from tests.campaign.ledger import Ledger
from tests.campaign.outcome import Outcome
from tests.campaign.proxy import Weather
from tests.campaign.sticks import prepare_and_import
from tests.campaign.stripping import strip_attachments

_DISK = ({"append": "full"}, {"append": "failing"}, {"append": "read-only"}, {"sync": "failing"}, {"sync_delay_ms": 60}, {})  # fmt: skip
_CLOCK_MS = (0, -86_400_000, 3_600_000, -1_700_000_000_000, 400 * 86_400_000)


class Deeds:
    """The everyday faults of one world. One thread uses it."""

    def __init__(
        self, world: CampaignWorld, ledger: Ledger, outcome: Outcome, *, chance: random.Random
    ) -> None:
        self._world = world
        self._ledger = ledger
        self._outcome = outcome
        self._chance = chance
        self._echo = Echo(world.broker_port, seed=chance.randrange(1 << 30))
        self._faults: dict[str, object] = {}
        self._ends: dict[str, float] = {}
        self._visits = 0
        self.starts: dict[str, Callable[[], None]] = {
            "broker": world.start_broker,
            "listener": world.start_listener,
            "uplink": world.start_uplink,
            "web": world.start_web,
            "kiosk": self.start_kiosk,
        }
        self._deeds: tuple[tuple[int, str, Callable[[], None]], ...] = (
            (24, "kill a program", self._kill_one),
            (2, "kill everything", self._kill_all),
            (14, "weather", self._turn_weather),
            (8, "disk", self._spoil_disk),
            (6, "clock", self._spoil_clock),
            (14, "repeat a batch", self._repeat),
            (3, "reboot", self._reboot),
            (6, "power cut", self.cut_power),
            (3, "resolver hangs", self._hang_resolver),
            (3, "certificate expires", self._expire),
            (3, "attachments stripped", self.strip),
            (2, "stick prepared", self.prepare_stick),
            (22, "leave alone", lambda: None),
        )

    def do_one(self) -> None:
        """Do one deed by chance, and let those before it end when their time has come."""
        weights = [weight for weight, _, _ in self._deeds]
        _, name, deed = self._chance.choices(self._deeds, weights)[0]
        if name != "repeat a batch":  # counted one by one
            self._outcome.done[name] += 1
        deed()
        self._pass()
        for program, start in self.starts.items():
            if not self._world.runs(program) and self._chance.random() < 0.5:
                start()

    def heal(self) -> None:
        """End all of it: fair roads, a sound disk, the right time, and every program running."""
        self._ends = dict.fromkeys(self._ends, 0.0)
        self._pass()
        self._set_faults(clock_ms=None, trusted=None)
        for program, start in self.starts.items():
            if not self._world.runs(program):
                start()

    def heal_disk(self) -> None:
        """End what is wrong with the disk."""
        self._set_faults(append=None, sync=None, sync_delay_ms=None)

    def kill(self, *programs: str) -> None:
        """kill -9 programs."""
        for program in programs:
            self._outcome.kills += self._world.kill(program)

    def start(self, *programs: str) -> None:
        """Start programs that do not run."""
        for program in programs:
            if not self._world.runs(program):
                self.starts[program]()

    def start_kiosk(self) -> None:
        self._visits += 1
        self._world.start_kiosk(visitors=400, seed=self._visits)

    def stop(self) -> None:
        self._echo.stop()

    def cut_power(self) -> None:
        """The device loses its power: what was not flushed is dropped, torn, or there."""
        self._world.chronicle("power cut")
        self.kill("kiosk", "uplink")
        self._world.medium.cut(self._chance)
        self._world.reboot()
        before = set(self._ledger.losses)
        self._ledger.note_losses("power cut")
        if lost := [one for one in self._ledger.losses if one not in before]:
            named = ", ".join(f"{one.stream[:8]}:{one.record.seq}" for one in lost)
            self._outcome.wrong.append(f"a power cut took {len(lost)} records that were promised: {named}")
        self.start("kiosk", "uplink")

    def strip(self) -> None:
        self._ends["weather"] = time.monotonic() + 1.0
        became, wrong = strip_attachments(self._world, self._echo)
        self._outcome.done[f"attachments stripped: {became}"] += 1
        self._outcome.wrong += [wrong] if wrong else []

    def prepare_stick(self) -> None:
        held, wrong = prepare_and_import(self._world, self._chance)
        self._outcome.done[f"stick prepared: {held}"] += 1
        self._outcome.wrong += wrong

    def _kill_one(self) -> None:
        name = self._chance.choice(["broker", "listener", "listener", "uplink", "uplink", "web", "kiosk"])
        self._outcome.done[f"kill a program: {name}"] += 1
        self.kill(name)
        if self._chance.random() < 0.7:
            self.start(name)

    def _kill_all(self) -> None:
        self.kill(*self.starts)

    def _turn_weather(self) -> None:
        self._ends["weather"] = time.monotonic() + self._chance.uniform(0.5, 6.0)
        weather = self._chance.choice(list(Weather))
        self._outcome.done[f"weather: {weather.value}"] += 1
        self._world.broker_proxy.weather = weather
        if self._chance.random() < 0.5:
            self._world.web_proxy.weather = weather

    def _spoil_disk(self) -> None:
        fault = self._chance.choice(_DISK)
        self._outcome.done[f"disk: {next(iter(fault.values()), 'sound')}"] += 1
        self._set_faults(**{"append": None, "sync": None, "sync_delay_ms": None} | fault)
        self._ends["disk"] = time.monotonic() + self._chance.uniform(0.3, 3.0)

    def _spoil_clock(self) -> None:
        shift = self._chance.choice(_CLOCK_MS)
        self._outcome.done["clock: wrong" if shift else "clock: trusted"] += 1
        self._set_faults(clock_ms=shift, trusted=shift == 0)

    def _repeat(self) -> None:
        self._outcome.done["repeat a batch"] += self._echo.repeat(self._chance.randrange(1, 12))

    def _reboot(self) -> None:
        """Kill the whole device and let the next start be another boot."""
        self.kill("kiosk", "uplink")
        self._world.reboot()
        self.start("kiosk", "uplink")

    def _hang_resolver(self) -> None:
        self._set_faults(resolver="hanging")
        self._world.broker_proxy.weather = self._world.web_proxy.weather = (
            Weather.CUT
        )  # so that names are asked for
        self._ends["weather"] = time.monotonic() + 0.5
        self._ends["resolver"] = time.monotonic() + self._chance.uniform(1.0, 8.0)

    def _expire(self) -> None:
        self._world.show_certificate(expired=True)
        self._ends["certificate"] = time.monotonic() + self._chance.uniform(1.0, 6.0)

    def _pass(self) -> None:
        """Let what has lasted long enough end, so that something gets through to be lost."""
        now = time.monotonic()
        over = {what for what, end in self._ends.items() if now > end}
        for what in over:
            del self._ends[what]
        if "weather" in over:
            self._world.clear_weather()
        if "disk" in over:
            self.heal_disk()
        if "resolver" in over:
            self._set_faults(resolver=None)
        if "certificate" in over:
            self._world.show_certificate(expired=False)

    def _set_faults(self, **faults: object) -> None:
        self._faults = {key: value for key, value in (self._faults | faults).items() if value is not None}
        self._world.set_faults(**self._faults)
