"""A kiosk whose key the collector has ended: it asks nobody any more, says so everywhere, keeps all, and goes on once it is enrolled anew."""

import os
import pwd
import shutil
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
from kiosk.watch import folders, lives
from kiosk.watch.doctor import examine
from kiosk.watch.folders import require_good_key
from kiosk.watch.patient import BAD
from kiosk.watch.revoked import RevokedWatch
from kiosk.watch.watchdog import Watchdog
from survey.visit.state import Step
from survey.wire.ended import Ended, pack_ended
from tests.kiosk.rigs import rig
from uplink.errors import Refused, Unreachable, UplinkError
from uplink.journal.enrolment import Enrolment, load_enrolment, store_enrolment
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
    assert "Isi kode di sini" in words
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


def enrols(
    monkeypatch: pytest.MonkeyPatch, before: Enrolment, *fails: UplinkError
) -> list[tuple[Path, bytes]]:
    """Let the collector refuse so often, then take the key; gives where it was tried, and with which key."""
    asked: list[tuple[Path, bytes]] = []
    left = list(fails)

    def ask(_code: str, _collector: str, where: Path, *, public_key: bytes) -> Enrolment:
        asked.append((where, public_key))
        if left:
            raise left.pop(0)
        enrolment = before._replace(public_key=public_key)
        store_enrolment(where, enrolment)
        return enrolment

    monkeypatch.setattr("kiosk.commands.enrol.enrol", ask)
    return asked


def command(home: Path) -> list[str]:
    return ["enrol", "x", "--collector", "https://c.example", "--home", str(home)]


def test_an_enrolment_sets_the_ended_life_aside_and_keeps_the_pin(
    home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_pin(home, "291847")
    with rig(home) as kiosk:
        kiosk.wait(1)
    before = load_enrolment(home)
    asked = enrols(monkeypatch, before, Unreachable("the collector does not answer"))
    assert main(command(home)) == 1, "a kiosk with a good key is not enrolled over"
    assert asked == []
    end(home, collector)
    assert main(command(home)) == 1, "the collector did not answer"
    with pytest.raises(Revoked):
        require_good_key(home)
    assert main(command(home)) == 0, "the next try goes on"
    assert load_enrolment(home).public_key == asked[-1][1] != before.public_key
    (former,) = KioskHome(home).former.iterdir()
    assert load_enrolment(former) == before
    assert list(KioskHome(former).journal.glob("*.journal"))
    assert KioskHome(former).signing_key.exists()
    assert check(home, "291847"), "those who know it are the same"
    assert "the PIN of the staff screen is the one from before" in capsys.readouterr().out
    assert not KioskHome(home).coming.exists()
    require_good_key(home)


def content(folder: Path) -> dict[str, bytes]:
    coming = KioskHome(folder).coming
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.is_relative_to(coming)
    }


def test_a_wrong_code_leaves_the_ended_life_as_it_was(
    home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pin(home, "291847")
    end(home, collector)
    asked = enrols(monkeypatch, load_enrolment(home), *[Refused("code_unknown", "no such code")] * 3)
    before = content(home)
    for _ in range(3):
        assert main(command(home)) == 1
        assert content(home) == before
        with pytest.raises(Revoked):
            require_good_key(home)
    assert len({key for _, key in asked}) == 3, "nothing was ever signed with the key of a try that broke off"


def test_at_any_cut_the_next_try_begins_the_life_that_the_code_was_spent_on(
    home: Path, collector: Identity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The power fails after each rename in turn; meanwhile the kiosk never takes itself for one whose key is good."""
    set_pin(home, "291847")
    with rig(home) as kiosk:
        kiosk.wait(1)
    end(home, collector)
    before, kept = load_enrolment(home), content(home)
    rename = Path.rename
    for cut in range(1, 8):
        place = home.parent / f"cut-{cut}"
        shutil.copytree(home, place)
        asked = enrols(monkeypatch, before)
        done: list[Path] = []

        def until_the_cut(path: Path, target: Path, done: list[Path] = done, cut: int = cut) -> Path:
            if path.name in ("journal", "kiosk", "uplink", "enrolment.json"):
                if len(done) == cut:
                    raise OSError(5, "the power failed")
                done.append(path)
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", until_the_cut)
        if main(command(place)) == 0:
            assert cut == 7, "four parts of the one life and three of the other"
        else:
            assert lives.is_open(place)
            monkeypatch.setattr(Path, "rename", rename)
            capsys.readouterr()
            stranger = home.parent / "stranger.pin"
            stranger.write_text("483920")
            stranger.chmod(0o600)
            assert main([*command(place), "--pin-file", str(stranger)]) == 0
            assert "the code was not used" in capsys.readouterr().out
        monkeypatch.setattr(Path, "rename", rename)
        ((_, key),) = asked
        assert (load_enrolment(place).public_key, Identity.load(place).public_key) == (key, key)
        (former,) = KioskHome(place).former.iterdir()
        assert content(former) == kept
        assert check(place, "291847")
        assert not lives.is_open(place)


def test_a_link_in_the_kiosk_s_folder_gives_root_s_files_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.mkdir()
    KioskHome(home).uplink_part.symlink_to(other)
    given: list[tuple[Path, bool]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(
        "os.chown", lambda path, _user, _group, *, follow_symlinks=True: given.append((path, follow_symlinks))
    )
    nobody = pwd.getpwuid(os.getuid())
    folders.make(home, {folders.KIOSK_USER: nobody, folders.UPLINK_USER: nobody})
    assert given
    assert not any(follows for _, follows in given)
