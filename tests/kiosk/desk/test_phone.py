"""*Kirim lewat HP*: what the telephone is given, how far it is, and when it may go."""

import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.desk.phone import PhoneSheet
from kiosk.errors import KioskError
from kiosk.show.texts import Texts
from kiosk.show.views import Bar, MessageView, StaffView
from kiosk.watch.sending import Sending, Sent
from survey.record.staff import Staff
from survey.visit.action import Word

ROAD = Path(__file__).parents[3] / "packaging/kiosk/root/usr/lib/ikm-kiosk/phone-road"
BAR = Bar("Layar petugas")


class Road(Sending):
    """What the uplink would do, told beforehand; the last word stands for ever after."""

    def __init__(self, *looks: Sent, fault: KioskError | None = None) -> None:
        self.looks = list(looks)
        self.asked = 0
        self.fault = fault

    def ask(self) -> None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault

    def look(self) -> Sent:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


def sheet(road: Road, noted: list[Staff], hotspot: Path) -> PhoneSheet:
    return PhoneSheet(lambda: road, noted.append, hotspot)


def tick(shown: PhoneSheet, now: float, until: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not until():
        assert time.monotonic() < end
        shown.tick(now)
        time.sleep(0.001)


@pytest.fixture
def hotspot(tmp_path: Path) -> Path:
    path = tmp_path / "hotspot"
    path.write_text("ikm-kios-472\nabcdefghjk\n")
    return path


def waiting(shown: PhoneSheet) -> str:
    view = shown.view(Texts("id"), BAR)
    return view.rows[-1].value if isinstance(view, StaffView) else ""


def test_it_counts_down_and_says_when_the_phone_may_go(hotspot: Path) -> None:
    noted: list[Staff] = []
    road = Road(Sent(40, False, None), Sent(12, True, None), Sent(0, True, None))
    shown = sheet(road, noted, hotspot)
    tick(shown, 0.0, lambda: waiting(shown) == "40")
    view = shown.view(Texts("id"), BAR)
    assert isinstance(view, StaffView)
    assert [row.value for row in view.rows] == ["ikm-kios-472", "abcdefghjk", "40"]
    assert shown.working, "the desk must not lock itself over it"
    tick(shown, 2.0, lambda: waiting(shown) == "12")
    assert noted == []
    tick(shown, 4.0, lambda: not shown.working)
    done = shown.view(Texts("id"), BAR)
    assert isinstance(done, MessageView)
    assert (done.title, done.text) == ("Selesai. HP boleh dibawa.", "40 catatan sudah ada di pusat.")
    assert noted == [Staff("sent", records=40)]
    assert not shown.act(Word.BACK, 5.0)


def test_after_ten_minutes_it_gives_up_and_can_be_asked_again(hotspot: Path) -> None:
    road = Road(Sent(40, False, None))
    shown = sheet(road, [], hotspot)
    tick(shown, 0.0, lambda: waiting(shown) == "40")
    tick(shown, 601.0, lambda: not shown.working)
    view = shown.view(Texts("id"), BAR)
    assert isinstance(view, MessageView)
    assert "Tidak ada yang hilang" in view.text
    assert shown.options() == (Word.AGAIN, Word.BACK)
    assert shown.act(Word.AGAIN, 602.0)
    tick(shown, 603.0, lambda: road.asked == 2 and waiting(shown) == "40")
    assert shown.working


def test_an_uplink_that_cannot_be_asked_is_said_at_once(hotspot: Path) -> None:
    shown = sheet(Road(Sent(1, False, None), fault=KioskError("read-only")), [], hotspot)
    tick(shown, 0.0, lambda: not shown.working)
    view = shown.view(Texts("id"), BAR)
    assert isinstance(view, MessageView)
    assert "Kartu memori" in view.text


def test_a_kiosk_without_a_prepared_hotspot_sends_over_whatever_there_is(tmp_path: Path) -> None:
    shown = sheet(Road(Sent(3, True, None)), [], tmp_path / "none")
    tick(shown, 0.0, lambda: waiting(shown) == "3")
    view = shown.view(Texts("id"), BAR)
    assert isinstance(view, StaffView)
    assert len(view.rows) == 1


def make_road(tmp_path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    nmcli = programs / "nmcli"
    nmcli.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    nmcli.chmod(0o755)
    (tmp_path / "connections").mkdir(exist_ok=True)
    return subprocess.run(
        [str(ROAD), *words],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "IKM_CONNECTIONS": str(tmp_path / "connections"),
            "IKM_HOTSPOT": str(tmp_path / "told"),
        },
        capture_output=True, text=True, check=True,
    )  # fmt: skip


def test_the_road_is_made_once_kept_and_made_anew_when_it_has_become_known(tmp_path: Path) -> None:
    said = make_road(tmp_path).stdout
    name, password = (tmp_path / "told").read_text().split()
    assert said == f"hotspot: name {name}, password {password}\n"
    assert len(password) == 10
    profile = tmp_path / "connections" / "ikm-hp.nmconnection"
    assert f"\nssid={name}\n" in profile.read_text()
    assert f"\npsk={password}\n" in profile.read_text()
    assert "autoconnect-retries=0\n" in profile.read_text()
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600, "NetworkManager reads no other"
    assert (tmp_path / "told").stat().st_mode & 0o007 == 0
    assert [path.name for path in profile.parent.iterdir()] == ["ikm-hp.nmconnection"]
    assert make_road(tmp_path).stdout == said
    assert (tmp_path / "asked").read_text() == "connection reload\n" * 2
    assert make_road(tmp_path, "--forget").stdout != said


def test_no_password_is_an_argument(tmp_path: Path) -> None:
    make_road(tmp_path)
    assert (tmp_path / "told").read_text().split()[1] not in (tmp_path / "asked").read_text()
