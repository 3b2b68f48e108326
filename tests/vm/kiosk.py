"""The emulated machine as a kiosk, set up from its packages, and the collector it sends to, on this machine."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from survey.visit.state import Step
from tests.booted.box import BoxError
from tests.vm.pi import BUSY, BUTTONS, HOST, LIGHTS, SCREEN, Pi
from tests.vm.screens import alike, drawn
from tests.world import COLLECTOR, World

UNITS = ("ikm-kiosk", "ikm-uplink")
PATIENCE = """
d=/etc/systemd/system/ikm-kiosk.service.d
mkdir -p $d
printf '[Service]\\nWatchdogSec=180\\n' >$d/emulated.conf
"""
"""The same watchdog, with more patience: on a busy machine the emulated one is fifty times slower than a Pi."""
BELOW_THE_BAR = (0, 80, *SCREEN)
PANEL = f"[panel]\nbuttons = {list(BUTTONS)}\nlights = {list(LIGHTS)}\n"
INSTALL = f"""
dpkg --install /srv/checkout/*.deb
cat >/etc/ikm-kiosk/kiosk.toml <<END
{PANEL}END
systemctl restart ikm-kiosk
ikm-kiosk enrol CODE --collector ADDRESS
"""


class Seen(NamedTuple):
    """After how many seconds a press was seen on the screen."""

    highlighted: float
    thanked: float


@dataclass
class EmulatedKiosk:
    """An emulated machine in service as a kiosk."""

    pi: Pi
    world: World

    def in_service(self) -> float:
        """Wait until both units are, and the idle screen is to be seen; gives the seconds that took."""
        began = time.monotonic()
        asked = f"systemctl is-active {' '.join(UNITS)}"
        self.pi.until(
            lambda: self.pi.sh(asked, check=False).split() == ["active"] * len(UNITS),
            what="both units active", seconds=240, pause=1,
        )  # fmt: skip
        # A busy machine draws its first picture after a minute and more.
        self.until_shown(Step.IDLE, seconds=240)
        return time.monotonic() - began

    def shows(self, step: Step, language: str = "id") -> bool:
        return alike(self.pi.picture(), step, language=language)

    def until_shown(self, step: Step, *, language: str = "id", seconds: float = 60) -> float:
        """Wait for a screen; gives how long it took."""
        began = time.monotonic()
        while not self.shows(step, language):
            if time.monotonic() - began > seconds * BUSY:
                self._keep_pictures(drawn(step, language=language))
                raise BoxError(
                    f"{step} in {language}: not on the screen within {seconds * BUSY} s\n{self.pi.journal()}"
                )
            time.sleep(0.02)
        return time.monotonic() - began

    def below_the_bar(self) -> Image.Image:
        """What the screen shows, without the bar, in which clocks run."""
        return self.pi.picture().crop(BELOW_THE_BAR)

    def another_picture(self, than: Image.Image) -> None:
        """Wait until there is something else below the bar, and has come to rest."""
        self.pi.until(lambda: self.below_the_bar() != than, what="another picture", seconds=30)
        last = than
        while (shown := self.below_the_bar()) != last:
            last = shown
            time.sleep(1)

    def ratings(self) -> int:
        """How many smileys the collector holds."""
        return sum(
            record.kind == "response" and record.body["instrument"] == "pulse"
            for record in self.world.evidence().values()
        )

    def rate(self, button: int = 4) -> Seen:
        """Press a button on the idle screen, until the collector has it."""
        self.until_idle()
        held = self.ratings()
        began = time.monotonic()
        self.pi.press(button)
        while self.shows(Step.IDLE) and time.monotonic() - began < 60 * BUSY:
            time.sleep(0.02)
        highlighted = time.monotonic() - began
        self.until_shown(Step.TOPICS if button <= 2 else Step.INVITATION)
        thanked = time.monotonic() - began
        self.until_rated(held + 1)
        return Seen(highlighted, thanked)

    def until_rated(self, number: int) -> None:
        """Wait until the collector holds so many smileys, or more."""
        self.pi.until(lambda: self.ratings() >= number, what=f"{number} ratings in the collector's evidence")

    def until_idle(self) -> None:
        """Let the last visitor's invitation pass."""
        self.until_shown(Step.IDLE, seconds=90)
        time.sleep(1.5)  # a fresh screen is deaf for a moment (visit.settle_ms, visit.quiet_seconds)

    def memory_mb(self, unit: str) -> int:
        """The most memory a unit's process has had."""
        said = self.pi.sh(f"awk '/^VmHWM:/ {{print $2}}' /proc/{self.pi.show(unit, 'MainPID')}/status")
        return int(said) // 1024

    def keep_picture(self) -> Path:
        """Save what the screen shows where a test failed."""
        kept = Path(__file__).parent / "failed" / "shown.png"
        kept.parent.mkdir(exist_ok=True)
        self.pi.picture().save(kept)
        return kept

    def _keep_pictures(self, wanted: Image.Image) -> None:
        wanted.save(self.keep_picture().with_name("wanted.png"))


def set_up(pi: Pi, world: World) -> EmulatedKiosk:
    """Start the collector here; install the packages there."""
    outside = world.environment
    world.start_broker()
    world.ask(COLLECTOR, "setup")
    address = f"http://{HOST}:{world.web_port}"
    world.environment = outside | {
        "IKM_PUBLIC_URL": address,
        "IKM_BROKER_URL": f"mqtt://{HOST}:{world.broker_port}",
    }
    world.start_web()
    world.until(world.web_listens, what="the collector's web process")
    unit = ["--code", "sukamaju", "--name", "Balai Desa Sukamaju", "--region", "18.01.05.2003"]
    world.ask(COLLECTOR, "unit", "add", *unit)
    code = world.ask(COLLECTOR, "enrol", "--unit", "sukamaju").split()[-1]
    world.environment = outside
    world.start_listener()

    install = INSTALL.replace("CODE", code).replace("ADDRESS", address)
    try:
        pi.sh(f"set -e\n{PATIENCE}{install}", seconds=900)
    except BoxError as error:
        raise BoxError(f"{error}\n{pi.journal()}") from error
    return EmulatedKiosk(pi, world)
