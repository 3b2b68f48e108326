"""Without a road for long, or without a time: a calm word to staff on the idle screen, and nothing that bothers visitors."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.rehearsal.samples import WELL
from kiosk.show.surroundings import StaffMark
from kiosk.show.texts import Texts
from kiosk.show.views import ChoiceView
from kiosk.watch.health import SETTLING_SECONDS, heard_at
from survey.wire.trouble import trouble
from tests.kiosk.rigs import NOON, Rig, rig
from uplink.journal.home import KioskHome

DAY_MS = 86_400_000
HEARD = datetime(2026, 3, 1, 14, 20, tzinfo=UTC)
SILENT = WELL._replace(
    uplink={"connected": False, "trouble": trouble("connection_lost").to_fields()},
    heard=HEARD,
    silent_seconds=90_000.0,
)


@pytest.mark.parametrize(
    "health,up_seconds,mark",
    [
        (SILENT, 1000.0, StaffMark(offline=True, since=HEARD)),
        (SILENT, SETTLING_SECONDS - 1, None),
        (SILENT._replace(silent_seconds=80_000.0), 1000.0, None),
        (SILENT._replace(journal=SILENT.journal._replace(waiting=0)), 1000.0, None),
        (SILENT._replace(uplink={"connected": True, "transport": "mqtt"}), 1000.0, None),
        (SILENT._replace(clock_trusted=False), 1000.0, StaffMark(offline=True, since=HEARD)),
        (WELL._replace(clock_trusted=False), 1000.0, StaffMark(offline=False)),
        (WELL._replace(clock_trusted=False), 10.0, None),
        (WELL, 1000.0, None),
    ],
    ids=[
        "silent for a day",
        "just started",
        "not yet a day",
        "nothing waits",
        "connected, and catching up",
        "silent, without a time",
        "without a time",
        "just started without a time",
        "well",
    ],
)
def test_staff_are_told_of_what_lasts(health: object, up_seconds: float, mark: StaffMark | None) -> None:
    assert health.mark(up_seconds=up_seconds, offline_seconds=86_400) == mark  # type: ignore[attr-defined]


def test_before_the_first_receipt_the_collector_was_heard_of_at_enrolment(home: Path) -> None:
    enrolled = KioskHome(home).enrolment.stat().st_mtime_ns // 1_000_000
    for nonsense in ({}, {"collector_at_ms": 0}, {"collector_at_ms": "soon"}, {"collector_at_ms": 10**18}):
        heard, seconds = heard_at(home, nonsense, now_ms=enrolled + 5000, zone=UTC)
        assert (round(heard.timestamp() * 1000), seconds) == (enrolled, 5.0)
    told = {"collector_at_ms": NOON}
    assert heard_at(home, told, now_ms=NOON - 1, zone=UTC) == (datetime.fromtimestamp(NOON / 1000, UTC), 0.0)


def silence(home: Path, since_ms: int) -> None:
    (home / "uplink").mkdir(exist_ok=True)
    (home / "uplink" / "status.json").write_text(
        json.dumps({"connected": False, "collector_at_ms": since_ms, "written_up_ms": 0})
    )


def head_of_idle(kiosk: Rig) -> tuple[str, str, str]:
    view = kiosk.view
    assert isinstance(view, ChoiceView)
    return view.bar.sign, view.bar.left, view.bar.left_strong


def test_the_idle_screen_says_it_and_takes_it_back(home: Path) -> None:
    silence(home, NOON - 2 * DAY_MS)
    with rig(home) as kiosk:
        kiosk.wait(60, frame=1.0)
        assert head_of_idle(kiosk) == ("", "Ruang Pelayanan", "Balai Desa Sukamaju")
        kiosk.wait(SETTLING_SECONDS, frame=5.0)
        said = Texts("id").get("idle.offline_since", day=28, month="Feb")
        assert head_of_idle(kiosk) == ("warning", said, "")
        (home / "uplink" / "status.json").write_text(json.dumps({"connected": True, "written_up_ms": 0}))
        kiosk.wait(20, frame=1.0)
        assert head_of_idle(kiosk)[0] == ""


def test_without_a_trusted_clock_no_time_is_shown_and_staff_are_told_why(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.clock.sync = False
        kiosk.wait(SETTLING_SECONDS + 20, frame=5.0)
        assert head_of_idle(kiosk)[1] == Texts("id").get("idle.clock_unknown")
        assert kiosk.view.bar.right == ""


def test_doctor_and_status_say_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rig(home) as kiosk:
        kiosk.clock.sync = False
        kiosk.press(3)
    silence(home, NOON)
    main(["doctor", "--simulate", "--home", str(home)])
    said = capsys.readouterr().out
    assert "warn  clock: " in said
    assert "warn  network: nothing was heard of the collector since 2026-03-02 05:00 UTC" in said
    main(["status", "--home", str(home)])
    said = capsys.readouterr().out
    assert "clock      not trusted" in said
    assert "not connected (last receipt 2026-03-02 05:00 UTC)" in said
