"""A stall on an emulated Pi: a month without its cable, from place to place by its own buttons, with a clock that jumps.

The board's clock is wrong at each start, as the emulator is told. At each place one
citizen presses a wire; then somebody sets the clock, and the kiosk's own `simulate` lets many come at once, through the same journal.
"""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.vm.kiosk import UNITS, EmulatedKiosk
from tests.vm.pi import Pi
from tests.world import COLLECTOR

pytestmark = [pytest.mark.vm, pytest.mark.long]

PIN = "1010"
DIALLED = (2, 3, 1, 3, 2, 3, 1, 3, 4)
"""The PIN by the four buttons: one more, take, one less, take, twice over, and enter."""
PLACES = ("pasar-kemis", "posyandu", "balai-dusun")
WEEKS = (timedelta(days=1), timedelta(days=-12), timedelta(days=-20_000), timedelta(days=28))
"""By week: how far the board's clock is off when the kiosk is switched on; the third has lost its battery."""
CROWD = 10
HOME = "/var/lib/ikm-kiosk"
PYTHON = "runuser -u ikm-kiosk -- /opt/ikm-kiosk/current/bin/python -c"
ANSWERS = f"""
import json
from pathlib import Path
from uplink.journal.reader import JournalReader
entries = JournalReader(Path("{HOME}/journal")).read(1, most=1_000_000, most_bytes=1 << 30)
print(json.dumps([[entry["seq"], entry["body"].get("place")] for entry in map(dict, entries) if entry["kind"] == "response"]))
"""


def test_a_month_without_its_cable_loses_nothing_and_each_answer_has_its_place(
    kiosk: EmulatedKiosk, tmp_path: Path
) -> None:
    pi, world = kiosk.pi, kiosk.world
    given = answers(pi)
    for code in PLACES:
        world.ask(COLLECTOR, "place", "add", "--code", code, "--name", code, "--region", "18.01.05.2003")
    before = pi.sh(f"sha256sum <{HOME}/uplink/settings", check=False)
    world.ask(COLLECTOR, "kiosk", "settings", "k-0001", "--set", f"places={json.dumps(PLACES)}")
    pi.until(
        lambda: pi.sh(f"sha256sum <{HOME}/uplink/settings", check=False) != before, what="the places", pause=2
    )
    pi.sh(f"umask 077; echo {PIN} >/run/pin; chown ikm-kiosk /run/pin; ikm-kiosk pin --pin-file /run/pin")
    pi.cable(plugged=False)
    try:
        for week, wrong_by in enumerate(WEEKS):
            pi.switch_off() if week % 2 else pi.pull_the_plug()
            rtc = max(datetime.now(UTC) + timedelta(weeks=week) + wrong_by, datetime(1971, 1, 1, tzinfo=UTC))
            pi.start(rtc=rtc.strftime("%Y-%m-%dT%H:%M:%S"))
            serving(pi)
            place = week % len(PLACES)
            move(pi, place)
            given |= came(pi, lambda: pi.press(3), PLACES[place], already=given)
            pi.sh(f"systemctl stop ikm-kiosk; date -s '{'-5 hours' if week % 2 else '+1 day'}'")
            played = f"ikm-kiosk simulate --visitors {CROWD} --seed {week} --quiet"
            given |= came(pi, lambda played=played: pi.sh(played, seconds=600), PLACES[place], already=given)  # type: ignore[misc]
            if week == 1:
                by_stick(kiosk, tmp_path)
            sys.stdout.write(f"\nweek {week}: {rtc:%Y-%m-%d}, {len(given)} answers\n")
    finally:
        pi.pull_the_plug()
        pi.start()
        pi.cable(plugged=True)
    serving(pi)
    given |= came(pi, lambda: pi.press(3), PLACES[place], already=given)
    last = max(given)
    seconds = pi.until(
        lambda: int(pi.status()["journal"]["confirmed"]) >= last,  # type: ignore[index]
        what="all answers sent over the office's network", seconds=600, pause=2,
    )  # fmt: skip
    sys.stdout.write(f"\n{len(given)} answers, sent over the office's network within {seconds:.0f} s\n")
    own = pi.status()["journal"]["stream"]  # type: ignore[index]
    held = {seq: one for (stream, seq), one in world.evidence().items() if stream == own}
    assert set(range(1, last + 1)) <= set(held), "nothing is missing"
    assert {seq: one.body.get("place") for seq, one in held.items() if one.kind == "response"} == given
    assert world.alarms() == {"refused": 0, "conflicts": 0}
    pi.sh("ikm-kiosk verify", seconds=120)
    pi.sh(f"rm {HOME}/kiosk/place; systemctl restart ikm-kiosk")  # where the collector says, as before
    kiosk.in_service()


def answers(pi: Pi) -> dict[int, str | None]:
    """By number: where each answer in the journal was given."""
    return dict(json.loads(pi.sh(f"{PYTHON} '{ANSWERS}'", seconds=120)))


def serving(pi: Pi) -> None:
    """Wait until both programs run and nothing keeps the kiosk from its work."""
    asked = f"systemctl is-active {' '.join(UNITS)}; systemctl show -P StatusText ikm-kiosk"
    pi.until(
        lambda: pi.sh(asked, check=False).split("\n")[:3] == ["active", "active", "in service"],
        what="the stall in service", seconds=300, pause=2,
    )  # fmt: skip
    time.sleep(5)  # a fresh screen is deaf for a moment


def move(pi: Pi, place: int) -> None:
    """Say at the desk where the kiosk stands, by the four buttons alone."""
    for button in (1, 4):
        pi.hold(button, down=True)
    time.sleep(6)
    for button in (1, 4):
        pi.hold(button, down=False)
    time.sleep(3)
    press_all(pi, DIALLED)
    time.sleep(8)  # the PIN is compared slowly, by intent
    press_all(pi, (3, 2, 2, 3, *(2,) * place, 3, 4, 4, 4))  # other things, the third tile, the place, and out
    chosen = pi.sh(f"cat {HOME}/kiosk/place", check=False)
    if chosen != PLACES[place]:
        pi.picture().save(Path(__file__).parent / "failed-desk.png")
    assert chosen == PLACES[place]
    time.sleep(5)


def press_all(pi: Pi, buttons: tuple[int, ...]) -> None:
    for button in buttons:
        pi.press(button, seconds=0.3)
        time.sleep(1.7)


def came(pi: Pi, how: object, place: str, *, already: dict[int, str | None]) -> dict[int, str | None]:
    """Let citizens come, and wait until their answers are in the journal; all of them say this place."""
    how()  # type: ignore[operator]
    news: dict[int, str | None] = {}

    def are_there() -> bool:
        nonlocal news
        news = {seq: said for seq, said in answers(pi).items() if seq not in already}
        return bool(news)

    pi.until(are_there, what="answers in the journal", pause=3)
    assert set(news.values()) == {place}
    return news


def by_stick(kiosk: EmulatedKiosk, folder: Path) -> None:
    """Carry what there is to the centre; nobody carries the receipts back."""
    kiosk.pi.sh(
        "install -d -o ikm-kiosk /srv/stick; ikm-kiosk export /srv/stick; tar -cf /dev/vdc -C /srv/stick .; sync",
        seconds=180,
    )
    subprocess.run(["tar", "-xf", kiosk.pi.second_disk, "-C", folder], check=True)
    held = len(kiosk.world.evidence())
    sys.stdout.write(f"\n{kiosk.world.ask(COLLECTOR, 'import', folder)}\n")
    assert len(kiosk.world.evidence()) > held
