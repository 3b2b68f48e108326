"""A stall on an emulated Pi: a month without its cable, from place to place by its own buttons, with a clock that jumps.

The board's clock is wrong at each start, as the emulator is told. At each place a citizen presses a wire, the clock is set while the kiosk
serves, another one presses; it is set again, and the kiosk's own `simulate` lets many come at once, through the same journal.
"""

import base64
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from survey.visit.state import Step
from tests.pictures.comparison import compare
from tests.vm.kiosk import BELOW_THE_BAR, UNITS, EmulatedKiosk
from tests.vm.pi import Pi
from tests.vm.screens import drawn
from tests.world import COLLECTOR
from uplink.journal.reader import JournalReader

pytestmark = [pytest.mark.vm, pytest.mark.long]

PIN = "1010"
DIALLED = (2, 3, 1, 3, 2, 3, 1, 3, 4)
"""The PIN by the four buttons: one more, take, one less, take, twice over, and enter."""
PLACES = ("pasar-kemis", "posyandu", "balai-dusun")
CLOCKS = (timedelta(days=1), timedelta(days=-20_000), timedelta(days=-12))
"""By place: how far the board's clock is off when the kiosk is switched on there; the second has lost its battery."""
APART = timedelta(days=14)
"""Three places, two weeks apart: a month."""
CROWD = 10
HOME = "/var/lib/ikm-kiosk"


def test_a_month_without_its_cable_loses_nothing_and_each_answer_has_its_place(
    kiosk: EmulatedKiosk, tmp_path: Path
) -> None:
    pi, world = kiosk.pi, kiosk.world
    kiosk.in_service()
    given = answers(pi)
    for code in PLACES:
        world.ask(COLLECTOR, "place", "add", "--code", code, "--name", code, "--region", "18.01.05.2003")
    in_force = "journalctl -q -u ikm-kiosk -o cat | grep -c 'are in force'"
    before = pi.sh(in_force, check=False)
    world.ask(COLLECTOR, "kiosk", "settings", "k-0001", "--set", f"places={json.dumps(PLACES)}")
    pi.until(lambda: pi.sh(in_force, check=False) != before, what="the places", pause=2)
    pi.sh(f"umask 077; echo {PIN} >/run/pin; chown ikm-kiosk /run/pin; ikm-kiosk pin --pin-file /run/pin")
    pi.cable(plugged=False)
    try:
        for stop, wrong_by in enumerate(CLOCKS):
            pi.switch_off() if stop % 2 else pi.pull_the_plug()
            rtc = max(datetime.now(UTC) + stop * APART + wrong_by, datetime(1971, 1, 1, tzinfo=UTC))
            pi.start(rtc=rtc.strftime("%Y-%m-%dT%H:%M:%S"))
            serving(pi)
            place = stop
            move(kiosk, place)
            given |= came(pi, lambda: pi.press(3), PLACES[place], already=given)
            pi.sh(f"date -s '{'-5 hours' if stop % 2 else '+1 day'}'")  # while it serves
            time.sleep(40)  # until the last one's thanks are over
            given |= came(pi, lambda: pi.press(4), PLACES[place], already=given)
            pi.sh(f"systemctl stop ikm-kiosk; date -s '{'+3 hours' if stop % 2 else '-2 days'}'")
            played = f"ikm-kiosk simulate --visitors {CROWD} --seed {stop} --quiet"
            given |= came(pi, lambda played=played: pi.sh(played, seconds=600), PLACES[place], already=given)
            if stop == 1:
                by_stick(kiosk, tmp_path)
            sys.stdout.write(f"\nstop {stop}: {rtc:%Y-%m-%d}, {len(given)} answers\n")
    finally:
        pi.pull_the_plug()
        pi.start()
        pi.cable(plugged=True)
    serving(pi)
    given |= came(pi, lambda: pi.press(3), PLACES[place], already=given)
    time.sleep(40)
    given |= answers(pi)
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
    """By number: where each answer in the journal was given. Read here: a Python takes half a minute to start there."""
    packed = base64.b64decode(pi.sh(f"tar -C {HOME} -cz journal | base64 -w 0"))
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(packed)) as journal:
        journal.extractall(folder, filter="data")
        entries = JournalReader(Path(folder) / "journal").read(1, most=1_000_000, most_bytes=1 << 30)
        return {
            entry["seq"]: entry["body"].get("place")
            for entry in map(dict, entries)
            if entry["kind"] == "response"
        }


def serving(pi: Pi) -> None:
    """Wait until both programs run and nothing keeps the kiosk from its work."""
    asked = f"systemctl is-active {' '.join(UNITS)}; systemctl show -P StatusText ikm-kiosk"
    pi.until(
        lambda: pi.sh(asked, check=False).split("\n")[:3] == ["active", "active", "in service"],
        what="the stall in service", seconds=300, pause=2,
    )  # fmt: skip
    time.sleep(5)  # a fresh screen is deaf for a moment


def move(kiosk: EmulatedKiosk, place: int) -> None:
    """Say at the desk where the kiosk stands, by the four buttons alone; each changes what is to be seen."""
    pi = kiosk.pi
    pi.until(
        lambda: compare(kiosk.below_the_bar(), drawn(Step.IDLE).crop(BELOW_THE_BAR)).alike,
        what="the faces",
        seconds=60,
    )
    time.sleep(2)  # a fresh screen is deaf for a moment
    before = kiosk.below_the_bar()
    for button in (1, 4):
        pi.hold(button, down=True)
    time.sleep(6)
    kiosk.another_picture(before)
    for button in (1, 4):
        pi.hold(button, down=False)
    time.sleep(3)
    *digits, enter = DIALLED
    for button in digits:
        pressed(kiosk, button)
    written = f"cat {HOME}/journal/* 2>/dev/null | wc -c"
    before_it = pi.sh(written)
    pi.press(
        enter, seconds=0.3
    )  # the PIN is compared slowly, by intent; that the desk was opened is recorded
    pi.until(lambda: pi.sh(written) != before_it, what="the desk opened", pause=1)
    time.sleep(5)
    for button in (3, 2, 2, 3, *(2,) * place, 3, 4, 4, 4):  # other things, the third tile, the place, and out
        pressed(kiosk, button)
    chosen = pi.sh(f"cat {HOME}/kiosk/place", check=False)
    assert chosen == PLACES[place], kiosk.keep_picture()
    time.sleep(5)


def pressed(kiosk: EmulatedKiosk, button: int) -> None:
    before = kiosk.below_the_bar()
    kiosk.pi.press(button, seconds=0.3)
    kiosk.another_picture(before)
    time.sleep(1.7)  # a fresh screen is deaf for a moment


def came(
    pi: Pi, how: Callable[[], object], place: str, *, already: Mapping[int, str | None]
) -> dict[int, str | None]:
    """Let citizens come until one's answer is in the journal; all of them say this place."""
    news: dict[int, str | None] = {}
    for _ in range(3):  # a press may have come too soon after the last one's
        how()
        end = time.monotonic() + 60
        while not news and time.monotonic() < end:
            time.sleep(3)
            news = {seq: said for seq, said in answers(pi).items() if seq not in already}
        if news:
            break
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
