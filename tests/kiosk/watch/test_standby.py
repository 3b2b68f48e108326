"""A kiosk that cannot serve has a face: it says why, tells systemd that it is alive, and goes on once it is mended."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest

from kiosk.__main__ import main
from kiosk.commands import uplink as uplink_command
from kiosk.draw.screens import layout
from kiosk.draw.screens.parts import not_fitting
from kiosk.draw.window import Window
from kiosk.errors import (
    ConfigurationError,
    IdentityUnreadable,
    JournalShut,
    KioskError,
    NotEnrolled,
    NotMounted,
    Obstacle,
    Tried,
)
from kiosk.rehearsal.gallery import SIZES
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts, catalogue
from kiosk.show.views import ChoiceView, Input, Look, MessageView, NoticeView, Quit, View
from kiosk.watch import standby
from kiosk.watch.folders import require_enrolled
from kiosk.watch.standby import stand_by
from kiosk.watch.trial import on_trial
from kiosk.watch.watchdog import Watchdog
from tests.kiosk.rigs import RecordingDisplay, rig
from uplink.journal.identity import Identity

MACHINE = Machine(name="kios-01", version="0.1.0", addresses=("192.168.1.17",))
ENDLESS = 200


class Bystander(RecordingDisplay):
    """Passes a second a frame on a clock of its own; somebody closes the window in the end."""

    now = 0.0

    def events(self, timeout: float) -> list[Input]:
        self.now += timeout
        return [Quit()] if self.now > ENDLESS else []


def waits(
    error: KioskError, look: Callable[[], None], display: Bystander | None = None
) -> tuple[bool, Bystander, list[str]]:
    display, told = display or Bystander(), []
    watchdog = Watchdog({"NOTIFY_SOCKET": "x", "WATCHDOG_USEC": "15000000"}, tell=told.append)
    changed = stand_by(error, display, watchdog, look=look, monotonic=lambda: display.now)
    return changed, display, told


def raises(*errors: KioskError | None) -> Callable[[], None]:
    """Raise these in turn, the last one for ever."""
    left = list(errors)

    def look() -> None:
        error = left.pop(0) if len(left) > 1 else left[0]
        if error is not None:
            raise error

    return look


def test_a_new_machine_shows_what_to_do_and_feeds_the_watchdog() -> None:
    error = NotEnrolled("/var/lib/ikm-kiosk holds no enrolment")
    changed, display, told = waits(error, raises(error))

    assert not changed
    (view,) = display.views
    assert isinstance(view, NoticeView)
    assert any("sudo ikm-kiosk enrol" in step for step in view.steps)
    assert told[0] == "READY=1\nSTATUS=not in service: /var/lib/ikm-kiosk holds no enrolment"
    assert told.count("WATCHDOG=1") >= ENDLESS // 6
    assert told[-1] == "STOPPING=1"


def test_enrolment_is_noticed_within_seconds() -> None:
    error = NotEnrolled("none")
    changed, display, _ = waits(error, raises(error, error, None))
    assert changed
    assert display.now < 12


@pytest.mark.parametrize(
    "first,then",
    [
        (NotEnrolled("none"), JournalShut("the folder was made after this process began")),
        (ConfigurationError("a = 1"), ConfigurationError("b = 2")),
    ],
    ids=["mended in a way only a fresh process sees", "another mistake"],
)
def test_another_trouble_is_a_change_too(first: KioskError, then: KioskError) -> None:
    assert waits(first, raises(then))[0]


def test_one_failed_try_after_another_changes_the_face_and_nothing_else() -> None:
    first, then = (
        NotEnrolled("none", Tried(kind, kind)) for kind in (Obstacle.NO_ANSWER, Obstacle.WRONG_CODE)
    )
    changed, display, told = waits(NotEnrolled("none"), raises(first, then, then, then, None))
    assert changed
    titles = [view.title for view in display.views if isinstance(view, NoticeView)]
    assert [title for title, before in zip(titles, [None, *titles], strict=False) if title != before] == [
        Texts().get("standby.title"), Texts().get("standby.no_answer.title"), Texts().get("standby.wrong_code.title"),
    ]  # fmt: skip
    assert len([word for word in told if word.startswith("READY")]) == 3


def test_what_costs_more_is_tried_every_half_minute() -> None:
    looked: list[float] = []
    display, error = Bystander(), JournalShut("locked")

    def look() -> None:
        looked.append(display.now)
        raise error

    waits(error, look, display)
    assert len(looked) == 6


def test_a_partition_that_is_mounted_later_is_a_change_though_this_process_cannot_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = iter(["one", "one", "one", "two"])
    monkeypatch.setattr(standby, "mounts", lambda: next(seen))
    error = NotMounted("gone")
    assert waits(error, raises(error))[0]


def test_the_wait_ends_when_systemd_wants_it_to() -> None:
    class Stopped(Bystander):
        def events(self, timeout: float) -> list[Input]:
            signal.raise_signal(signal.SIGTERM)
            return super().events(timeout)

    before = signal.getsignal(signal.SIGTERM)
    changed, display, _ = waits(NotEnrolled("none"), raises(None), Stopped())
    assert not changed
    assert display.now < 3
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_every_obstacle_has_words_in_every_finished_language(obstacle: Obstacle, language: str) -> None:
    words = catalogue(language)
    assert words[f"standby.{obstacle}.what"]
    assert len([key for key in words if key.startswith(f"standby.{obstacle}.step")]) >= 2


def test_citizens_are_sent_to_the_paper_form_and_a_machine_without_network_to_the_cable() -> None:
    texts = Texts("id")
    view = standby_view(NotEnrolled(""), MACHINE._replace(addresses=()), texts)
    assert "formulir kertas" in view.text
    assert view.steps[0] == texts.get("standby.connect")
    assert (texts.get("staff.network"), texts.get("standby.no_network")) in view.facts
    assert view.message == ""


@pytest.mark.parametrize(
    "addresses",
    [("2001:db8:1234:5678:abcd:ef01:2345:6789",) * 2, ("192.168.100.117", "192.168.200.217")],
    ids=["v6", "v4"],
)
@pytest.mark.parametrize("size", SIZES)
def test_a_very_long_message_and_name_leave_the_steps_alone(
    size: tuple[int, int], addresses: tuple[str, ...]
) -> None:
    pygame.font.init()
    machine = MACHINE._replace(name="kios-desa-sukamaju-02", addresses=addresses)
    view = standby_view(IdentityUnreadable("words of a library, " * 40), machine, Texts("id"))
    assert not_fitting(layout(view, Look(size=size))) == []


@pytest.mark.parametrize("trial,word", [("", "starting"), ("2.4.0+20261123.051200", "updating")])
def test_a_kiosk_that_stops_says_that_it_starts_again_and_one_on_trial_says_so_from_the_start_on(
    trial: str, word: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "trial"
    note.write_text(f"{trial}\n")
    monkeypatch.setattr(on_trial, "__defaults__", (note,))
    shown: list[View] = []

    def show(window: Window, view: View) -> None:
        shown.append(view)
        if len(shown) == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Window, "show", show)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert main(["run", "--simulate", "--home", str(home)]) == 0
    first, *_, last = shown
    assert isinstance(last, MessageView)
    assert first == last if trial else isinstance(first, ChoiceView), "without a trial the faces come at once"
    assert last.title == Texts("id").get(f"standby.{word}.title")
    assert last.bar.right == ("ke versi 2.4.0" if trial else "")
    assert not on_trial(tmp_path / "none")


# -- the commands


@pytest.fixture
def dummy_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    monkeypatch.setattr(standby, "LOOK_SECONDS", 0.1)


def test_run_waits_for_the_enrolment_and_ends_well_for_systemd(
    dummy_screen: None, tmp_path: Path, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place = tmp_path / "new"
    enrolment = threading.Timer(0.3, lambda: home.rename(place))
    enrolment.start()
    assert main(["run", "--simulate", "--home", str(place)]) == 0
    enrolment.join()
    assert [record.getMessage() for record in caplog.records if "holds no enrolment" in record.getMessage()]
    assert "starting anew" in caplog.text


def test_run_shows_a_broken_configuration_until_it_is_right(
    dummy_screen: None, tmp_path: Path, home: Path
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text("[panel]\nglitch_ms = -1\n")
    mended = threading.Timer(0.3, lambda: config.write_text(""))
    mended.start()
    assert main(["run", "--simulate", "--home", str(home), "--config", str(config)]) == 0
    mended.join()


def test_run_shows_a_journal_that_another_program_has_open(
    dummy_screen: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "SELDOM_SECONDS", 0.1)
    released = threading.Event()

    def hold() -> None:
        with rig(home):
            held.set()
            released.wait(10)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.5, released.set).start()
    assert main(["run", "--simulate", "--home", str(home)]) == 0
    assert released.is_set()
    holder.join()


def test_the_uplink_waits_quietly_under_systemd(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    monkeypatch.setattr(uplink_command, "_LOOK_SECONDS", 0.05)
    place, began = tmp_path / "new", time.monotonic()
    threading.Timer(0.4, lambda: home.rename(place)).start()
    assert main(["uplink", "--home", str(place)]) == 0
    assert time.monotonic() - began > 0.3
    assert len([record for record in caplog.records if "holds no enrolment" in record.getMessage()]) == 1


def test_the_uplink_by_hand_says_it_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert main(["uplink", "--home", str(tmp_path)]) == 78
    assert "ikm-kiosk enrol CODE" in capsys.readouterr().err


def test_without_a_screen_the_sentence_and_the_exit_code_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-here")
    assert main(["run", "--simulate", "--home", str(tmp_path)]) == 78
    assert "ikm-kiosk enrol CODE" in capsys.readouterr().err


def test_an_old_copy_beneath_a_missing_partition_is_never_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.watch.folders.unmounted", lambda _home: "it is not mounted")
    with pytest.raises(NotMounted):
        require_enrolled(home)


def test_a_damaged_identity_is_an_obstacle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "none-here")
    (home / "kiosk" / "identity" / "signing.key").write_text("nonsense")
    assert main(["run", "--simulate", "--home", str(home)]) == 1
    (home / "kiosk" / "identity" / "signing.key").unlink()
    Identity.create(home)
