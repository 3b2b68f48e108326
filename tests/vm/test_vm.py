"""The kiosk on an emulated Raspberry Pi: wires, kernel, screen, watchdog, little memory, and a plug that is pulled.

`pytest -m vm` runs it; the machine is made once, which takes half an hour, and then kept in ~/.cache/ikm-kiosk. IKM_VM_PLUGS says how
often the plug is pulled.
"""

import os
import random
import sys
import time

import pytest

from survey.visit.action import Word
from survey.visit.state import Step
from tests.vm.kiosk import UNITS, EmulatedKiosk
from tests.vm.screens import place_of

pytestmark = [pytest.mark.vm, pytest.mark.long]

PLUGS = int(os.environ.get("IKM_VM_PLUGS") or 20)


def tell(figure: str) -> None:
    """Show a figure for docs/field-notes.md (`pytest -s`)."""
    sys.stdout.write(f"\n{figure}\n")


def test_the_screen_shows_what_the_gallery_draws(kiosk: EmulatedKiosk) -> None:
    kiosk.in_service()
    darkest, lightest = kiosk.pi.picture().convert("L").getextrema()
    assert lightest - darkest > 200, "there is nothing on the screen"
    assert kiosk.shows(Step.IDLE)


def test_a_pressed_wire_becomes_a_rating_with_a_receipt(kiosk: EmulatedKiosk) -> None:
    seen = kiosk.rate(button=3)
    tell(f"wire pressed to highlight: {seen.highlighted:.2f} s; to thanks: {seen.thanked:.2f} s")
    rated = max(seq for (_, seq), record in kiosk.world.evidence().items() if record.kind == "response")
    # Not all that waits: the receipt gives the clock, which is a record of its own that nobody waits for.
    kiosk.pi.until(lambda: confirmed(kiosk) >= rated, what="a receipt for it", pause=2)


def test_each_wire_is_the_button_it_should_be(kiosk: EmulatedKiosk) -> None:
    for button in (1, 2, 4):
        kiosk.rate(button)
    given = [
        record.body["answers"]
        for record in kiosk.world.evidence().values()
        if record.kind == "response" and record.body["instrument"] == "pulse"
    ]
    assert given[-3:] == [{"kepuasan": 1}, {"kepuasan": 2}, {"kepuasan": 4}]


def test_a_tap_changes_the_language(kiosk: EmulatedKiosk) -> None:
    kiosk.until_idle()
    kiosk.pi.tap(*place_of(Word.LANGUAGE))
    seconds = kiosk.until_shown(Step.IDLE, language="en")
    tell(f"tap to picture: {seconds:.2f} s")
    assert kiosk.pi.status()["panel"]["troubles"] == []  # type: ignore[index]


def test_a_still_screen_costs_little(kiosk: EmulatedKiosk) -> None:
    kiosk.until_shown(Step.IDLE, seconds=90)
    facts = (
        "p=/proc/$(systemctl show -P MainPID ikm-kiosk); "
        "awk '{print $14 + $15}' $p/stat; awk '/^voluntary/ {print $2}' $p/status"
    )
    before, after = (list(map(int, kiosk.pi.sh(f"{wait} {facts}").split())) for wait in ("", "sleep 20;"))
    tell(f"processor, idle: {(after[0] - before[0]) / 20:.1f} %")  # a tick is a hundredth of a second
    wakes = (after[1] - before[1]) / 20
    tell(
        f"frame loop, idle: {wakes:.1f} times a second"
    )  # the emulator's share says little of a Pi's; this holds on both
    assert wakes < 15


def test_each_unit_has_room_in_its_memory(kiosk: EmulatedKiosk) -> None:
    for unit in UNITS:
        most = kiosk.memory_mb(unit)
        tell(f"{unit}: {most} MB at most")
        assert most < int(kiosk.pi.show(unit, "MemoryMax")) / 1024**2 * 0.7


def test_a_hung_kiosk_is_replaced(kiosk: EmulatedKiosk) -> None:
    restarts = int(kiosk.pi.show("ikm-kiosk", "NRestarts"))
    kiosk.pi.sh("kill -STOP $(systemctl show -P MainPID ikm-kiosk)")
    seconds = kiosk.pi.until(
        lambda: int(kiosk.pi.show("ikm-kiosk", "NRestarts")) == restarts + 1,
        what="the kiosk replaced",
        seconds=240,
        pause=1,
    )
    seconds += kiosk.in_service()
    tell(f"hung to in service again: {seconds:.0f} s")
    assert "Watchdog timeout" in kiosk.pi.sh("journalctl -q -o cat -u ikm-kiosk")
    kiosk.rate()


def test_of_two_graphics_cards_the_one_with_the_screen_is_drawn_on(kiosk: EmulatedKiosk) -> None:
    kiosk.pi.switch_off()
    kiosk.pi.start(cards=2)
    kiosk.in_service()  # the picture is the second card's
    assert kiosk.pi.sh("cd /sys/class/drm && grep -r . card*-*/status").split() == [
        "card0-Virtual-1/status:disconnected",
        "card1-Virtual-2/status:connected",
    ]
    kiosk.rate()


def test_512_mb_of_memory_are_enough(kiosk: EmulatedKiosk) -> None:
    kiosk.pi.switch_off()
    boot = kiosk.pi.start(memory_mb=512)
    tell(f"512 MB: shell after {boot:.0f} s, in service after {boot + kiosk.in_service():.0f} s")
    kiosk.rate()
    tell(kiosk.pi.sh("free -m | head -n 2"))
    assert "Out of memory" not in kiosk.pi.sh("journalctl -q -k -o cat")
    assert [kiosk.pi.show(unit, "NRestarts") for unit in UNITS] == ["0", "0"]


def test_a_pulled_plug_loses_nothing_thanked(kiosk: EmulatedKiosk) -> None:
    chance = random.Random(2026)
    held, pressed, thanked, boots = kiosk.ratings(), 0, 0, []
    for _ in range(PLUGS):
        kiosk.until_idle()
        pressed += 1
        kiosk.pi.press(chance.randint(1, 4))
        time.sleep(chance.uniform(0, 8))
        thanked += kiosk.shows(Step.INVITATION) or kiosk.shows(Step.TOPICS)
        kiosk.pi.pull_the_plug()
        boots.append(kiosk.pi.start() + kiosk.in_service())
        assert "EXT4-fs error" not in kiosk.pi.sh("journalctl -q -k -o cat")
        kiosk.pi.sh("ikm-kiosk verify", seconds=120)
        kiosk.until_rated(held + thanked)
        tell(
            f"plug {pressed}: {thanked} thanked, {kiosk.ratings() - held} kept, in service after {boots[-1]:.0f} s"
        )
    kiosk.rate()  # with it go the records that nobody waits for
    kiosk.pi.until(lambda: waiting(kiosk) == 0, what="everything confirmed", pause=2)
    assert thanked <= kiosk.ratings() - held - 1 <= pressed
    evidence = kiosk.world.evidence()
    assert sorted(seq for _, seq in evidence) == list(range(1, len(evidence) + 1))
    assert kiosk.world.alarms() == {"refused": 0, "conflicts": 0}
    assert PLUGS == 0 or thanked > 0, "the plug was never pulled after the thanks"


def confirmed(kiosk: EmulatedKiosk) -> int:
    """How far the kiosk knows that the collector has its records."""
    return int(kiosk.pi.status()["journal"]["confirmed"])  # type: ignore[index]


def waiting(kiosk: EmulatedKiosk) -> int:
    """How many records have no receipt yet."""
    return int(kiosk.pi.status()["journal"]["waiting"])  # type: ignore[index]
