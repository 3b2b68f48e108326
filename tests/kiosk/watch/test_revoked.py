"""A kiosk whose key the collector has ended: it asks nobody any more, says so everywhere, keeps all, and goes on once it is enrolled anew."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.app import run
from kiosk.commands.doctor import patient_of
from kiosk.config import Config
from kiosk.desk.pin import check, set_pin
from kiosk.errors import KioskError, Revoked
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts
from kiosk.watch import folders
from kiosk.watch.doctor import examine
from kiosk.watch.folders import require_good_key
from kiosk.watch.patient import BAD
from kiosk.watch.revoked import RevokedWatch
from kiosk.watch.watchdog import Watchdog
from survey.visit.state import Step
from survey.wire.ended import Ended, pack_ended
from tests.kiosk.rigs import rig
from uplink.errors import Unreachable
from uplink.journal.enrolment import load_enrolment
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity

AT_MS = 1_795_788_000_000


def end(home: Path, collector: Identity, *, key: bytes = b"") -> None:
    """Let the uplink have brought the collector's word."""
    word = Ended("k-0001", (key or load_enrolment(home).public_key,), AT_MS)
    KioskHome(home).uplink_part.mkdir(exist_ok=True)
    KioskHome(home).ended.write_bytes(pack_ended(word, collector.sign))


def test_the_screen_says_that_it_was_revoked_and_what_to_do(home: Path, collector: Identity) -> None:
    require_good_key(home)
    end(home, collector)
    with pytest.raises(Revoked, match="the collector revoked k-0001 on 2026-11-27") as told:
        require_good_key(home)
    view = standby_view(told.value, Machine("kios-01", "0.1.0", ("192.168.1.17",)), Texts("id"))
    words = " ".join(view.steps)
    assert "dicabut" in view.bar.left
    assert "formulir kertas" in view.text
    assert "Telepon pusat" in words
    assert "ikm-kiosk enrol" in words
    assert "Jangan menghapus" in words


def test_nobody_but_the_collector_and_no_word_on_another_key_takes_it_out_of_service(
    home: Path, collector: Identity
) -> None:
    end(home, Identity.ephemeral("stranger"))
    require_good_key(home)
    end(home, collector, key=b"\2" * 32)
    require_good_key(home)
    KioskHome(home).ended.write_bytes(b"nonsense")
    require_good_key(home)


def test_a_kiosk_in_service_ends_it_once_nobody_stands_before_it(home: Path, collector: Identity) -> None:
    with rig(home) as kiosk:
        kiosk.wait(10)
        service = kiosk.loop.service
        assert service.running
        kiosk.press(1)
        assert service.state.step is not Step.IDLE
        end(home, collector)
        watch = RevokedWatch(home, service)
        watch.look(1_000.0)
        assert service.running, "whoever is in the middle of it is thanked first"
        kiosk.wait(200)
        assert not service.running
        assert kiosk.device.journal.waiting > 0, "what was answered is kept"


def test_run_goes_over_to_the_face(home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[KioskError] = []
    monkeypatch.setattr("kiosk.commands.run._wait", lambda reason, _options: shown.append(reason) or 0)
    end(home, collector)
    assert main(["run", "--simulate", "--home", str(home)]) == 0
    assert [type(one) for one in shown] == [Revoked]


def test_what_ends_in_service_goes_over_to_the_face_without_a_goodbye_to_systemd(
    home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that says it stops is waited for, and killed in the end: the face would be gone for a moment."""
    told: list[str] = []
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr("kiosk.watch.revoked._EVERY_SECONDS", 0.0)
    monkeypatch.setattr("kiosk.app.Watchdog", lambda: Watchdog({"NOTIFY_SOCKET": "x"}, tell=told.append))
    monkeypatch.setattr("kiosk.app.tell_of_picture", lambda: end(home, collector))
    with pytest.raises(Revoked):
        run(home, Config(), simulate=True, windowed=True)
    assert any(word.startswith("READY=1") for word in told)
    assert "STOPPING=1" not in told


def test_status_and_doctor_say_it(
    home: Path, collector: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--home", str(home)]) == 0
    assert "REVOKED" not in capsys.readouterr().out
    end(home, collector)
    assert main(["status", "--home", str(home)]) == 0
    assert "REVOKED    by the collector on 2026-11-27" in capsys.readouterr().out
    (found,) = [
        one
        for one in examine(patient_of(home, Config(), simulate=True))
        if one.state == BAD and "revoked" in one.fact
    ]
    assert "ikm-kiosk enrol" in found.remedy


def test_an_enrolment_sets_the_ended_life_aside_and_keeps_the_pin(
    home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_pin(home, "291847")
    with rig(home) as kiosk:
        kiosk.wait(1)
    before = load_enrolment(home)
    asked: list[bytes] = []

    def ask(_code: str, _collector: str, where: Path, *, public_key: bytes) -> object:
        assert where == home
        asked.append(public_key)
        if len(asked) == 1:
            raise Unreachable("the collector does not answer")
        from uplink.journal.enrolment import store_enrolment  # noqa: PLC0415 - what the command does last

        store_enrolment(home, before._replace(public_key=public_key))
        return before

    monkeypatch.setattr("kiosk.commands.enrol.enrol", ask)
    command = ["enrol", "x", "--collector", "https://c.example", "--home", str(home)]
    assert main(command) == 1, "a kiosk with a good key is not enrolled over"
    assert asked == []
    end(home, collector)
    assert main(command) == 1, "the collector did not answer"
    assert main(command) == 0, "the next try goes on"
    assert load_enrolment(home).public_key == asked[-1] != before.public_key
    (former,) = KioskHome(home).former.iterdir()
    assert load_enrolment(former) == before
    assert list(KioskHome(former).journal.glob("*.journal"))
    assert KioskHome(former).signing_key.exists()
    assert check(home, "291847"), "those who know it are the same"
    assert "the PIN of the staff screen is the one from before" in capsys.readouterr().out
    require_good_key(home)


def test_what_was_broken_off_is_gone_on_with(home: Path, collector: Identity) -> None:
    """The power may fail between one folder and the next."""
    end(home, collector)
    before = load_enrolment(home)
    former = KioskHome(home).former / before.public_key.hex()[:16]
    former.mkdir(parents=True)
    KioskHome(home).uplink_part.rename(KioskHome(former).uplink_part)
    assert folders.set_aside(home, {}) == former
    assert not KioskHome(home).enrolment.exists()
    assert folders.set_aside(home, {}) is None
