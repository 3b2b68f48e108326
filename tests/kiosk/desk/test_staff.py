"""The staff's desk: only with the PIN, locks itself, tests the panel, and cannot delete a rating."""

import json
import time
from pathlib import Path

import pytest

from kiosk.config import Config, StaffSection, parse
from kiosk.desk import screen as desk_module
from kiosk.desk.pin import FREE_TRIES, PIN_FILE, PinError, check, has_pin, objection, set_pin, tries
from kiosk.desk.screen import NoStick, export_to_stick, find_stick
from kiosk.desk.view import fact_rows
from kiosk.ports import Voice
from kiosk.rehearsal.samples import WELL
from kiosk.show.texts import Texts
from kiosk.show.views import KeyboardView, MessageView, StaffView, TicketView
from survey.visit.state import Step
from tests.kiosk.conftest import COST_OF_A_PIN
from tests.kiosk.journals import records
from tests.kiosk.rigs import NOON, Rig, rig

PIN = "2580"


@pytest.fixture
def staffed(home: Path) -> Path:
    set_pin(home, PIN)
    return home


def test_a_pin_is_kept_at_a_cost_to_whoever_guesses_it(staffed: Path) -> None:
    kept = json.loads((staffed / PIN_FILE).read_text())
    assert {*kept} == {"salt", "hash", *COST_OF_A_PIN}
    assert COST_OF_A_PIN == {"n": 2**14, "r": 8, "p": 1}, "outside of these tests"


def call_staff(kiosk: Rig) -> None:
    """Hold the two staff buttons together, as staff does."""
    kiosk.wait(2)
    kiosk.panel.move(1, down=True, at=kiosk.times.now)
    kiosk.panel.move(4, down=True, at=kiosk.times.now + 0.05)
    kiosk.wait(3.5)
    kiosk.panel.move(1, down=False, at=kiosk.times.now)
    kiosk.panel.move(4, down=False, at=kiosk.times.now)
    kiosk.wait(0.5)


def await_desk(kiosk: Rig, ready: str) -> None:
    """Wait for the desk's thread in real time."""
    deadline = time.monotonic() + 10
    staff = kiosk.loop.desk.staff  # type: ignore[union-attr]
    while getattr(staff.state, ready):
        assert time.monotonic() < deadline
        kiosk.loop.step()
    kiosk.wait(0.5)


def enter(kiosk: Rig, pin: str) -> None:
    for digit in pin:
        kiosk.touch(f"key:{digit}")
    kiosk.touch("pin-enter")
    await_desk(kiosk, "checking")


def opened(kiosk: Rig) -> None:
    call_staff(kiosk)
    enter(kiosk, PIN)
    assert isinstance(kiosk.view, StaffView)


def actions(home: Path) -> list[str]:
    return [record.body["action"] for record in records(home, "staff")]


def test_two_held_buttons_and_the_pin_open_the_desk(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        call_staff(kiosk)
        assert kiosk.loop.service.state.step is Step.STAFF
        assert isinstance(kiosk.view, KeyboardView)
        assert kiosk.view.concealed
        enter(kiosk, PIN)
        assert isinstance(kiosk.view, StaffView)
        labels = [row.label for row in kiosk.view.rows]
        assert labels[:5] == ["Hari ini", "Tersimpan di kios", "Diterima pusat", "Jaringan", "Jam"]
        kiosk.touch("staff-close")
        assert kiosk.loop.service.state.step is Step.IDLE
    assert actions(staffed) == ["opened", "closed"]
    assert records(staffed, "response") == []


def test_a_finger_held_in_the_corner_calls_staff_a_tap_does_not(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        kiosk.touch("corner", seconds=0.5)
        assert kiosk.loop.service.state.step is Step.IDLE
        kiosk.touch("corner", seconds=3.5)
        assert kiosk.loop.service.state.step is Step.STAFF


def test_the_pin_can_be_dialled_with_buttons_alone(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        call_staff(kiosk)
        dialled = 0
        for digit in map(int, PIN):
            while dialled != digit:
                kiosk.press(2)
                dialled = (dialled + 1) % 10
            kiosk.press(3)
        kiosk.press(4)
        await_desk(kiosk, "checking")
        assert isinstance(kiosk.view, StaffView)


def test_wrong_tries_lock_the_entry_and_a_restart_does_not_help(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        call_staff(kiosk)
        for _ in range(FREE_TRIES):
            enter(kiosk, "0000")
        assert "30 detik" in kiosk.view.hint or "29 detik" in kiosk.view.hint  # type: ignore[union-attr]
        enter(kiosk, PIN)
        assert isinstance(kiosk.view, KeyboardView), "locked: even the right PIN is not taken"
    with rig(staffed) as kiosk:
        call_staff(kiosk)
        enter(kiosk, PIN)
        assert isinstance(kiosk.view, KeyboardView)
        kiosk.wait(20)
        kiosk.touch("key:1")
        kiosk.touch("key:backspace")
        kiosk.wait(15)
        enter(kiosk, PIN)
        assert isinstance(kiosk.view, StaffView)
    assert tries(staffed).wrong == 0


def test_without_a_pin_the_desk_stays_shut(home: Path) -> None:
    with rig(home) as kiosk:
        call_staff(kiosk)
        enter(kiosk, "0000")
        assert isinstance(kiosk.view, KeyboardView)
        assert "ikm-kiosk pin" in kiosk.view.hint


def test_the_desk_locks_itself(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.wait(61)
        assert kiosk.loop.service.state.step is Step.IDLE
    assert actions(staffed) == ["opened", "locked"]


def test_buttons_and_touch_are_tested_and_the_result_recorded(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.touch("staff-test")
        beeps = kiosk.panel.beeps
        kiosk.press(1)
        kiosk.press(3)
        kiosk.touch("staff-touch")
        assert isinstance(kiosk.view, StaffView)
        assert [row.state for row in kiosk.view.rows] == ["ok", "", "ok", "", "ok"]
        assert kiosk.panel.beeps == beeps + 3
        kiosk.touch("staff-code")
        assert isinstance(kiosk.view, TicketView), "a code to be read by whoever's telephone"
        kiosk.touch("staff-code-read")
        assert isinstance(kiosk.view, StaffView)
    test = next(record.body for record in records(staffed, "staff") if record.body["action"] == "test")
    assert test == {"action": "test", "buttons": [1, 3], "touch": True, "code_read": True}


def test_all_four_buttons_tested_lead_back_without_touch(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.press(1)
        for button in (1, 2, 3, 4, 4, 3):
            kiosk.press(button)
        assert isinstance(kiosk.view, StaffView)
        assert len(kiosk.view.rows) > 5


def test_a_tested_button_pressed_once_more_leads_back_also_where_another_is_broken(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.press(1)
        kiosk.press(2)
        assert kiosk.panel.lit == {2}, "only what was pressed is lit: a dark one has no working light"
        kiosk.press(2)
        assert isinstance(kiosk.view, TicketView)
        kiosk.press(3)
        assert isinstance(kiosk.view, StaffView)
        assert len(kiosk.view.rows) > 5
    test = next(record.body for record in records(staffed, "staff") if record.body["action"] == "test")
    assert test == {"action": "test", "buttons": [2], "touch": False}


def test_the_test_is_heard(staffed: Path) -> None:
    heard: list[str] = []
    voice = Voice(
        say=lambda pieces, _language: heard.extend(pieces),
        hush=lambda: None,
        release=lambda: None,
        set_volume=lambda _percent: None,
        tune=lambda _louder, _pace: None,
        fault=lambda: None,
    )
    with rig(staffed, voice=voice) as kiosk:
        opened(kiosk)
        kiosk.press(1)
        kiosk.press(3)
    assert heard == ["Tombol 3"]


@pytest.mark.parametrize(
    "visits, band", [(0, "0"), (1, "1–4"), (4, "1–4"), (5, "5–9"), (99, "50–99"), (450, "200+")]
)
def test_visits_of_today_are_told_in_bands(visits: int, band: str) -> None:
    row = fact_rows(WELL._replace(visits_today=visits), Texts("id"))[0]
    assert (row.label, row.value) == ("Hari ini", f"{band} kunjungan")


def test_visits_are_those_of_today_and_the_desk_names_who_helps(staffed: Path) -> None:
    config = parse({"staff": {"call": "Rina 0812"}}, file="f")
    with rig(staffed, config, at_ms=NOON + 10 * 3_600_000) as kiosk:
        kiosk.press(3)
        kiosk.wait(60)
        assert kiosk.loop.service.visits_today == 1
        opened(kiosk)
        assert isinstance(kiosk.view, StaffView)
        assert "Bantuan: Rina 0812" in kiosk.view.messages[-1]
        kiosk.touch("staff-close")
        kiosk.wait(2 * 3600, frame=30.0)
        assert kiosk.loop.service.visits_today == 0


def assist(kiosk: Rig) -> None:
    opened(kiosk)
    kiosk.press(3)
    kiosk.press(3)
    assert kiosk.loop.service.state.step is Step.IDLE


def channels(home: Path) -> list[object]:
    return [record.body["channel"] for record in records(home, "response")]


def test_a_visit_that_staff_presses_for_a_citizen_is_recorded_as_that_and_the_next_is_not(
    staffed: Path,
) -> None:
    with rig(staffed) as kiosk:
        assist(kiosk)
        kiosk.wait(2)
        assert "dibantu petugas" in kiosk.view.bar.left
        kiosk.press(3)
        kiosk.touch("accept")
        for _ in range(9):
            kiosk.touch("answer:3")
        kiosk.wait(120)
        assert "dibantu" not in kiosk.view.bar.left
        kiosk.press(4)
        kiosk.wait(60)
    assert channels(staffed) == ["petugas", "petugas", "button"]
    assert "assist" in actions(staffed)


def test_help_that_nobody_took_is_forgotten(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        assist(kiosk)
        kiosk.wait(130)
        kiosk.press(3)
        kiosk.wait(60)
    assert channels(staffed) == ["button"]


def test_in_a_queue_the_next_one_s_vote_is_not_taken_for_an_assisted_one(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        assist(kiosk)
        kiosk.press(3)
        kiosk.wait(10)
        kiosk.press(4)
        kiosk.wait(60)
    assert channels(staffed) == ["petugas", "button"]


def test_a_restart_is_asked_twice(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.touch("staff-more")
        kiosk.touch("staff-restart")
        assert isinstance(kiosk.view, MessageView)
        assert kiosk.loop.service.running
        kiosk.touch("staff-restart-now")
        assert not kiosk.loop.service.running
    assert actions(staffed)[-1] == "restart"


def test_the_language_of_the_desk_changes(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        opened(kiosk)
        kiosk.touch("staff-more")
        kiosk.touch("staff-language")
        assert kiosk.view.bar.left_strong == "Staff screen"


def test_records_are_copied_to_a_stick(
    staffed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = tmp_path / "media"
    stick = media / "STICK"
    stick.mkdir(parents=True)
    # A mount point cannot be made without being root; everything behind finding it is real.
    monkeypatch.setattr(desk_module, "find_stick", lambda folder: stick if folder == media else None)
    with rig(staffed, Config(staff=StaffSection(usb_folder=str(media)))) as kiosk:
        kiosk.press(3)
        kiosk.wait(30)
        opened(kiosk)
        kiosk.touch("staff-usb")
        await_desk(kiosk, "exporting")
        assert any("1 kunjungan tersalin ke USB" in message for message in kiosk.view.messages)  # type: ignore[union-attr]
    assert list(stick.rglob("*"))
    assert "export" in actions(staffed)


def test_without_a_stick_the_reason_is_said(staffed: Path, tmp_path: Path) -> None:
    with rig(staffed, Config(staff=StaffSection(usb_folder=str(tmp_path)))) as kiosk:
        opened(kiosk)
        kiosk.touch("staff-usb")
        await_desk(kiosk, "exporting")
        assert any("Tidak ada stik USB" in message for message in kiosk.view.messages)  # type: ignore[union-attr]
    with pytest.raises(NoStick):
        export_to_stick(staffed, tmp_path)
    assert find_stick(tmp_path) is None


def test_no_action_of_the_desk_can_delete_a_rating(staffed: Path) -> None:
    """Every action on every page, in a row: the journal only grows."""
    with rig(staffed) as kiosk:
        kiosk.press(2)
        kiosk.wait(30)
        before = kiosk.device.journal.head.seq
        opened(kiosk)
        for action in (
            "staff-test",
            "staff-facts",
            "staff-more",
            "staff-language",
            "staff-facts",
            "staff-close",
        ):
            kiosk.touch(action)
        assert kiosk.device.journal.head.seq > before
    assert len(records(staffed, "response")) == 1


def test_a_visit_interrupted_by_staff_is_kept(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        kiosk.press(3)
        kiosk.touch("accept")
        kiosk.touch("answer:4")
        call_staff(kiosk)
    kept = records(staffed, "response")[-1].body
    assert (kept["ended"], kept["answers"], kept["complete"]) == ("staff", {"persyaratan": 4}, False)


# -- the PIN itself


@pytest.mark.parametrize("pin", ["", "123", "1234", "0000", "9876", "12a4", "²²²²", "1" * 13])
def test_weak_pins_are_refused(home: Path, pin: str) -> None:
    assert objection(pin)
    with pytest.raises(PinError):
        set_pin(home, pin)
    assert not has_pin(home)


def test_the_pin_is_kept_as_a_salted_hash_for_this_user_only(staffed: Path) -> None:
    first = (staffed / PIN_FILE).read_bytes()
    set_pin(staffed, PIN)
    assert (staffed / PIN_FILE).read_bytes() != first
    kept = json.loads(first)
    assert set(kept) == {"salt", "hash", "n", "r", "p"}
    assert PIN not in {str(value) for value in kept.values()}, "digits of the hash may hold it by chance"
    assert (staffed / PIN_FILE).stat().st_mode & 0o777 == 0o600
    assert check(staffed, PIN)
    assert not check(staffed, "2581")


def test_a_damaged_pin_file_opens_nothing(staffed: Path) -> None:
    (staffed / PIN_FILE).write_text("{}")
    with pytest.raises(PinError):
        check(staffed, PIN)
