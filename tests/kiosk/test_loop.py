"""The frame loop on a whole kiosk: honesty about the disk, counting what is rejected, never blocking."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from hardware.errors import PanelFault
from kiosk.config import parse
from kiosk.ports import Voice
from kiosk.show.aloud.spoken import pieces
from kiosk.show.texts import catalogue
from kiosk.show.views import (
    LARGE_TEXT,
    ButtonKey,
    ChoiceView,
    MessageView,
    Quit,
    TicketView,
    Typed,
    WarnedView,
)
from kiosk.watch.watchdog import Watchdog
from survey.record.ticket import salt_of, secrets_of
from survey.visit.state import Step
from tests.kiosk.journals import records
from tests.kiosk.rigs import Rig, rig


def break_disk(kiosk: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing reaches the medium. The storage's own disk object is replaced, as a pulled card would do."""

    def fail(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(kiosk.device.journal._storage._disk, "sync", fail)


def test_the_thanks_come_after_the_record_is_durable(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(2)
        kiosk.panel.press(4, at=kiosk.times.now)
        kiosk.wait(0.2)
        assert isinstance(kiosk.view, ChoiceView)
        assert kiosk.view.pressed == 3
        assert kiosk.loop.service.recorder.thanked == 0
        kiosk.wait(1)
        assert kiosk.loop.service.recorder.thanked == 1
        assert isinstance(kiosk.view, MessageView)
    assert len(records(home, "response")) == 1


def test_a_failing_disk_is_said_and_nobody_is_thanked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with rig(home) as kiosk:
        kiosk.wait(2)
        with monkeypatch.context() as patched:
            break_disk(kiosk, patched)
            kiosk.press(4)
            assert kiosk.loop.service.state.step is Step.FAILED
            assert isinstance(kiosk.view, MessageView)
            assert "tidak" in kiosk.view.text
            assert kiosk.loop.service.recorder.thanked == 0
            kiosk.press(2)
            assert kiosk.loop.service.counters.rejected["failed"] >= 1
        assert kiosk.loop.service.state.step is Step.FAILED


def test_a_disk_that_works_again_brings_the_kiosk_back_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rig(home) as kiosk:
        kiosk.wait(2)
        with monkeypatch.context() as patched:
            break_disk(kiosk, patched)
            kiosk.press(4)
            kiosk.wait(5)
            assert kiosk.loop.service.state.step is Step.FAILED
        deadline = time.monotonic() + 20
        while kiosk.loop.service.state.step is Step.FAILED and time.monotonic() < deadline:
            kiosk.wait(1.1)  # the writer looks at the disk again in real time
            threading.Event().wait(0.05)
        assert kiosk.loop.service.state.step is Step.IDLE
        kiosk.press(2)
        assert kiosk.loop.service.recorder.thanked == 1
    assert [record.body["action"] for record in records(home, "staff")] == ["storage_restored"]
    assert [record.body["answers"]["kepuasan"] for record in records(home, "response")][-1] == 2


def test_keys_of_a_keyboard_are_the_buttons_of_a_simulated_panel(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(2)
        now = kiosk.times.now
        kiosk.display.touches += [ButtonKey(3, down=True, at=now)]
        kiosk.wait(0.1)
        kiosk.display.touches += [ButtonKey(3, down=False, at=now)]
        kiosk.wait(1)
        assert kiosk.loop.service.state.step is Step.INVITATION


def test_edges_that_stop_arriving_stop_the_program_instead_of_a_silent_kiosk(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(3)
        kiosk.panel._down.add(2)  # the pin is down, but nobody told us
        with pytest.raises(PanelFault, match="no longer arrive"):
            kiosk.wait(3)


def test_a_window_that_is_closed_ends_the_loop(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.display.touches.append(Quit())
        kiosk.loop.run()
        assert not kiosk.loop.service.running


def test_a_real_keyboard_types_into_the_complaint(home: Path) -> None:
    with rig(home) as kiosk:
        for action in ("complaint", "new", "topic:lama", "next"):
            kiosk.touch(action)
        for text in ("h", "a", "x", "\b", "i"):
            kiosk.display.touches.append(Typed(text, kiosk.times.now))
            kiosk.wait(0.3)
        assert kiosk.loop.service.state.text == "hai"
        kiosk.display.touches.append(Typed("\r", kiosk.times.now))
        kiosk.wait(0.5)
        assert kiosk.loop.service.state.step is Step.TICKET


def test_a_ticket_can_be_read_and_leads_to_its_status_page(home: Path) -> None:
    with rig(home) as kiosk:
        for action in ("complaint", "new", "topic:lama", "next", "next"):
            kiosk.touch(action)
        view = kiosk.view
        assert isinstance(view, TicketView)
        salt = salt_of(kiosk.device.enrolment.collector_key)
    (complaint,) = records(home, "complaint")
    code = view.code.replace(" ", "")
    assert complaint.body["lookup"] == secrets_of(code, salt).lookup
    assert code not in json.dumps(complaint.body)
    # The code is the address's fragment: no server, no proxy and no log is told.
    assert view.url == f"https://collector.example/pengaduan/#{code}"
    assert "collector.example/pengaduan" in view.caption
    assert code not in view.caption


def test_whoever_walks_away_leaves_a_sealed_complaint_and_no_ticket(home: Path) -> None:
    with rig(home) as kiosk:
        before = kiosk.loop.service.state.visit
        for action in ("complaint", "new", "topic:pungli", "officer", "next"):
            kiosk.touch(action)
        for letter in "lima puluh ribu":
            kiosk.touch(f"key:{letter}", seconds=0.1)
        kiosk.wait(75, frame=1.0)
        assert isinstance(kiosk.view, WarnedView)
        assert catalogue("id")["still_there.draft"] in kiosk.view.text
        kiosk.wait(25, frame=1.0)
        assert kiosk.loop.service.state.step is Step.IDLE
        kiosk.wait(3)
        assert not any(isinstance(view, TicketView) for view in kiosk.display.views)
    (complaint,) = records(home, "complaint")
    assert sorted(one.name for one in complaint.attachments) == ["filing", "text"]
    assert complaint.body["visit"] == before + 1


def test_a_number_and_what_is_said_to_an_answer_are_records_of_their_own(home: Path) -> None:
    with rig(home) as kiosk:
        for action in ("complaint", "new", "topic:lama", "next", "next", "number", "tick", "next"):
            kiosk.touch(action)
        for digit in "081234567890":
            kiosk.touch(f"key:{digit}", seconds=0.1)
        kiosk.touch("next")
        view = kiosk.view
        assert isinstance(view, TicketView)
        assert catalogue("id")["ticket.number_kept"] in view.text
    (complaint,), (addition,) = records(home, "complaint"), records(home, "addition")
    assert addition.body["lookup"] == complaint.body["lookup"]
    assert sorted(one.name for one in addition.attachments) == ["added", "contact"]


def test_the_ticket_promises_working_days_only_where_the_settings_name_them(home: Path) -> None:
    with rig(home) as kiosk:
        for action in ("complaint", "new", "topic:lama", "next", "next"):
            kiosk.touch(action)
        view = kiosk.view
        assert isinstance(view, TicketView)
        assert catalogue("id")["ticket.text"] in view.text
        assert "hari kerja" not in view.text


def test_reading_aloud_by_the_menu_reads_the_screen_and_not_the_menu(home: Path) -> None:
    spoken: list[Sequence[str]] = []
    voice = Voice(
        say=lambda pieces, _language: spoken.append(pieces),
        tune=lambda _louder, _pace: None,
        hush=lambda: None,
        release=lambda: None,
        set_volume=lambda _percent: None,
        fault=lambda: None,
    )
    config = parse({"sound": {"speech": True}, "visit": {"service": False, "profile": False}}, file="f")
    with rig(home, config, voice=voice) as kiosk:
        kiosk.press(3)
        kiosk.touch("accept")
        kiosk.press(1, seconds=1.8)
        assert isinstance(kiosk.view, MessageView)
        kiosk.press(3)
        assert isinstance(kiosk.view, ChoiceView)
        assert spoken == [pieces(kiosk.view, "id")]


def test_the_questions_that_follow_what_was_wrong_count_as_asked(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.press(1)
        assert kiosk.loop.service.counters.asked == 0
        kiosk.touch("skip")
        assert kiosk.loop.service.counters.asked == 1


def test_what_is_rejected_is_counted_in_the_alive_record(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(2)
        now = kiosk.times.now
        kiosk.panel.press(1, at=now, seconds=0.003)  # a glitch
        kiosk.wait(1)
        kiosk.panel.move(2, down=True, at=kiosk.times.now)
        kiosk.panel.move(3, down=True, at=kiosk.times.now + 0.05)  # a chord
        kiosk.wait(0.3)
        kiosk.panel.move(2, down=False, at=kiosk.times.now)
        kiosk.panel.move(3, down=False, at=kiosk.times.now)
        kiosk.wait(1)
        kiosk.panel.move(4, down=True, at=kiosk.times.now)  # stuck; on the idle screen it rates once
        kiosk.wait(900, frame=1.0)
    bodies = [record.body for record in records(home, "alive")]
    assert len(bodies) == 1
    assert bodies[0]["rejected"] == {"chord": 1, "glitch": 1, "stuck": 1}
    assert bodies[0]["stuck"] == [4]
    assert (bodies[0]["visits"], bodies[0]["open"], bodies[0]["screen"]) == (1, True, "idle")


def test_service_minutes_are_proven_every_quarter_of_an_hour(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(3700, frame=5.0)
    assert len(records(home, "alive")) == 4


def test_the_status_file_tells_the_uplink_how_the_kiosk_is(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.wait(11)
    status = json.loads((home / "kiosk" / "status.json").read_text())
    assert (status["accepting"], status["screen"], status["stuck"]) == (True, "idle", [])
    assert len(json.dumps(status)) < 4096


def test_larger_text_and_contrast_reach_the_display_once(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.touch("text-size")
        kiosk.touch("contrast")
        kiosk.wait(60)
    assert kiosk.display.looks == [(LARGE_TEXT, False), (LARGE_TEXT, True), (1.0, False)]


def test_the_screen_says_when_it_will_go_back(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.touch("complaint")
        kiosk.touch("look")
        kiosk.wait(75, frame=1.0)
        assert isinstance(kiosk.view, WarnedView)
        assert kiosk.view.title == catalogue("id")["still_there.title"]
        kiosk.wait(16)
        assert kiosk.loop.service.state.step is Step.IDLE


def test_where_a_button_chooses_the_faces_ask_and_show_nothing_of_the_last_visitor(home: Path) -> None:
    with rig(home) as kiosk:
        kiosk.press(3)
        kiosk.touch("accept")
        kiosk.touch("answer:2")
        kiosk.touch("back")
        kiosk.wait(30)
        view = kiosk.view
        assert isinstance(view, ChoiceView)
        assert [option.icon for option in view.options] == [f"face-{place}" for place in range(1, 5)]
        assert not any(option.chosen for option in view.options)
        assert catalogue("id")["still_there.answers"] in view.subtitle
        kiosk.press(4)
        kiosk.wait(60)
    assert [one.body["answers"] for one in records(home, "response")] == [
        {"kepuasan": 3},
        {"persyaratan": 2},
        {"kepuasan": 4},
    ]


def test_a_visit_without_service_and_profile_goes_straight_to_the_questions(home: Path) -> None:
    config = parse({"visit": {"service": False, "profile": False}}, file="f")
    with rig(home, config) as kiosk:
        kiosk.press(3)
        kiosk.touch("accept")
        assert kiosk.loop.service.state.step is Step.QUESTION


def test_every_view_a_thousand_visitors_see_can_be_named(home: Path) -> None:
    """No screen of a whole visit needs a text that the catalogues lack."""
    with rig(home) as kiosk:
        kiosk.touch("language")
        kiosk.press(3)
        for action in ("preferences", "language", "back", "accept", *["answer:3"] * 9, "service:ktp"):
            kiosk.touch(action)
        while kiosk.loop.service.state.step is Step.PROFILE:
            kiosk.touch("more")
            kiosk.touch("skip")
        assert kiosk.loop.service.state.step is Step.OFFER
        assert len(kiosk.display.views) > 12


def test_the_watchdog_is_pinged_from_frames_at_a_third_of_its_limit() -> None:
    told: list[str] = []
    watchdog = Watchdog({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "15000000"}, tell=told.append)
    watchdog.ready()
    for tenths in range(300):
        watchdog.ping(tenths / 10)
    watchdog.stopping()
    assert told == ["READY=1", *["WATCHDOG=1"] * 6, "STOPPING=1"]


def test_without_a_service_manager_the_watchdog_is_silent() -> None:
    told: list[str] = []
    Watchdog({}, tell=told.append).ping(0)
    assert told == []
