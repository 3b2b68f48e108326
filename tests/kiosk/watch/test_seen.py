"""In service means seen: what keeps a kiosk from being seen, touched or heard is known everywhere, and a dark kiosk earns no minutes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.scores.tallies.minutes import mark, proven_spans
from hardware.board import Battery, screen_connected, sound_cards
from hardware.simulator import SimulatedPanel
from kiosk.app import make_loop
from kiosk.config import Config, parse
from kiosk.desk.pin import has_pin
from kiosk.device import open_device
from kiosk.draw.waiting import picture_fault
from kiosk.errors import EXIT_FAULT
from kiosk.fitted.opening import why_silent
from kiosk.rehearsal.player import BlindDisplay
from kiosk.rehearsal.samples import WELL
from kiosk.times import SimulatedTimes
from kiosk.watch import status
from kiosk.watch.doctor import examine
from kiosk.watch.health import certificate_days
from kiosk.watch.patient import BAD, WARN, Diagnosis, Patient
from survey.record.bodies import Alive
from survey.wire.trouble import trouble
from tests.kiosk.journals import records
from tests.kiosk.rigs import NOON
from uplink.journal.home import KioskHome, write_status
from uplink.journal.journal import Journal
from uplink.journal.stamp import ManualClock

DAY_MS = 86_400_000


def screen(root: Path, *told: str) -> None:
    for number, word in enumerate(told):
        folder = root / f"sys/class/drm/card0-HDMI-A-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text(word + "\n")


def found(home: Path, root: Path, config: Config | None = None) -> dict[str, Diagnosis]:
    patient = Patient(
        home=home,
        config=config or Config(),
        simulate=True,
        has_pin=has_pin,
        open_panel=lambda _config: SimulatedPanel(),
        root=root,
    )
    return {one.check: one for one in examine(patient)}


def test_a_pulled_screen_is_known_and_a_machine_that_does_not_tell_is_believed(tmp_path: Path) -> None:
    assert screen_connected(tmp_path) is None
    assert picture_fault(tmp_path) is None
    screen(tmp_path, "disconnected", "disconnected")
    assert picture_fault(tmp_path) == trouble("no_picture")
    screen(tmp_path, "disconnected", "connected")
    assert picture_fault(tmp_path) is None


def run_dark(home: Path, *, dark: bool) -> list[Alive]:
    """An hour of a kiosk whose screen hangs on it, or does not."""
    clock = ManualClock(NOON, up_ms=60_000)

    def make_clock(journal: Journal) -> ManualClock:
        clock.boot = journal.last_boot + 1
        return clock

    with open_device(home, Config(), make_clock=make_clock) as device:
        times = SimulatedTimes(clock, device.zone)
        loop = make_loop(
            device,
            panel=SimulatedPanel(),
            display=BlindDisplay(),
            times=times,
            staff=True,
            picture_fault=lambda: trouble("no_picture") if dark else None,
        )
        for _ in range(370):
            clock.advance(10_000)
            times.advance_to(times.now + 10)
            loop.step()
    return [Alive.from_body(record.body) for record in records(home, "alive")]


def minutes(told: list[Alive]) -> int:
    marks = [mark(15 * place, up_ms=10_000_000, screen=one.screen) for place, one in enumerate(told, start=1)]
    return sum(span.end - span.start for span in proven_spans(marks))


def test_a_kiosk_that_nobody_sees_earns_no_service_minutes(home: Path) -> None:
    told = run_dark(home, dark=True)
    assert len(told) == 4
    assert {one.screen for one in told} == {"dark"}
    assert all("no_picture" in one.troubles for one in told)
    assert minutes(told) == 0


def test_a_kiosk_that_is_seen_earns_them(home: Path) -> None:
    told = run_dark(home, dark=False)
    assert {one.screen for one in told} == {"idle"}
    assert minutes(told) == 60


def test_status_says_what_the_kiosk_told_of_itself(home: Path) -> None:
    run_dark(home, dark=True)
    assert any("The screen is not connected" in line for line in status.look(home).lines())


def test_the_doctor_names_picture_sound_road_and_certificate(home: Path, tmp_path: Path) -> None:
    screen(tmp_path, "disconnected")
    folder = KioskHome(home)
    folder.uplink_part.mkdir(parents=True, exist_ok=True)
    write_status(
        folder.uplink_status,
        {
            "connected": False,
            "trouble": trouble("broker_refuses", code=135).to_fields(),
            "certificate_ends_ms": time.time_ns() // 1_000_000 + 9 * DAY_MS + 1000,
        },
    )
    told = found(home, tmp_path, parse({"sound": {"speech": True}}, file="f"))
    assert told["picture"].state == BAD
    assert told["sound"].state == WARN
    assert (told["road"].state, "refuses" in told["road"].fact) == (WARN, True)
    assert (told["certificate"].state, "9 more days" in told["certificate"].fact) == (WARN, True)


def test_the_doctor_says_that_the_uplink_never_ran_and_what_the_kiosk_says_itself(
    home: Path, tmp_path: Path
) -> None:
    run_dark(home, dark=True)
    told = found(home, tmp_path)
    assert "has not run" in told["road"].fact
    assert "screen is not connected" in told["kiosk"].fact


def test_sound_outputs_are_named(tmp_path: Path) -> None:
    assert sound_cards(tmp_path) == ()
    card = tmp_path / "proc/asound/card0"
    card.mkdir(parents=True)
    (card / "id").write_text("Headphones\n")
    assert sound_cards(tmp_path) == ("Headphones",)


@pytest.mark.parametrize("days, told", [(31, False), (29, True), (0, True), (-3, True)])
def test_a_certificate_is_spoken_of_before_it_ends(days: int, told: bool) -> None:
    health = WELL._replace(certificate_days=days)
    assert (trouble("certificate_ends", days=max(0, days)) in health.troubles()) is told


def test_days_of_a_certificate_are_reckoned_by_a_trusted_clock_only() -> None:
    assert certificate_days({"certificate_ends_ms": NOON + 10 * DAY_MS}, now_ms=NOON) == 10
    assert certificate_days({"certificate_ends_ms": NOON}, now_ms=None) is None
    assert certificate_days({"certificate_ends_ms": 0}, now_ms=NOON) is None


def test_a_clock_that_is_not_trusted_is_a_trouble_once_there_was_time_to_mend_it() -> None:
    fresh = WELL._replace(clock_trusted=False)
    assert trouble("clock_unknown") not in fresh.troubles()
    assert trouble("clock_unknown") in fresh._replace(settled=True).troubles()


@pytest.mark.parametrize(
    "battery, told",
    [
        (None, False),
        (Battery(96, draining=False), False),
        (Battery(14, draining=False), False),
        (Battery(14, draining=True), True),
    ],
)
def test_a_battery_that_runs_down_is_told_to_the_collector(battery: Battery | None, told: bool) -> None:
    assert WELL.board is not None
    health = WELL._replace(board=WELL.board._replace(battery=battery))
    assert (trouble("battery_low", percent=14) in health.troubles()) is told
    tells = health.told()
    assert (tells.battery_percent, tells.battery_used) == (
        (battery.percent, battery.draining) if battery else (None, None)
    )


def test_run_refuses_where_nobody_could_see_it(home: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare.pop("SDL_VIDEODRIVER", None)
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "run", "--simulate", "--home", str(home)],
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == EXIT_FAULT
    assert "in service;" not in ended.stderr
    assert "screen" in ended.stderr or "picture" in ended.stderr


def test_a_loudspeaker_that_is_pulled_in_service_is_known_before_anybody_listens(tmp_path: Path) -> None:
    card = tmp_path / "proc/asound/card0"
    card.mkdir(parents=True)
    (card / "id").write_text("Headphones\n")
    assert why_silent(lambda: None, tmp_path) is None
    (card / "id").unlink()
    assert why_silent(lambda: None, tmp_path) == trouble("sound_fails")
    assert why_silent(lambda: trouble("speech_missing"), tmp_path) == trouble("speech_missing")
    assert why_silent(lambda: None, tmp_path / "without-a-kernel's-word") is None


def test_a_touchscreen_that_is_pulled_in_service_is_told_and_told_no_more_when_it_is_back(home: Path) -> None:
    clock, found = ManualClock(NOON, up_ms=60_000), [trouble("no_touch_device")]
    with open_device(home, Config(), make_clock=lambda _: clock) as device:
        times = SimulatedTimes(clock, device.zone)
        pulled = [False]
        loop = make_loop(
            device,
            panel=SimulatedPanel(),
            display=BlindDisplay(),
            times=times,
            staff=True,
            touch_fault=lambda: found[0] if pulled[0] else None,
        )
        for quarter in (False, True, False):
            pulled[0] = quarter
            for _ in range(91):
                clock.advance(10_000)
                times.advance_to(times.now + 10)
                loop.step()
    told = [Alive.from_body(record.body) for record in records(home, "alive")]
    assert ["no_touch_device" in one.troubles for one in told] == [False, True, False]
