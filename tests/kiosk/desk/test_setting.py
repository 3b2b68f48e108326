"""What staff sets at the desk: opening hours, where the kiosk stands, Wi-Fi, and that the case was looked at."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.wifi import Wifi
from kiosk.config import Config
from kiosk.desk.pin import set_pin
from kiosk.desk.spelling import Spelling
from kiosk.show.views import KeyboardView, MessageView, StaffView, TilesView
from survey.settings.hours import read_hours
from survey.visit.state import Step
from survey.wire.messages import Settings, pack_settings
from tests.kiosk.desk.test_staff import PIN, await_desk, call_staff, enter
from tests.kiosk.journals import records
from tests.kiosk.rigs import Rig, rig
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity

WEEK = {day: [["08:00", "15:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = Config(hours=read_hours(WEEK, where="hours"))
PLACES = [{"code": "balai", "name": "Balai Desa"}, {"code": "pasar", "name": "Pasar Kemis"}]


@dataclass
class FakeNmcli:
    """NetworkManager's program: remembers what it was asked, and knows one password."""

    password: str = "rahasia desa"
    running: bool = True
    asked: list[tuple[str, ...]] = field(default_factory=list)
    profiles: set[str] = field(default_factory=lambda: {"ikm-wifi"})
    joined: str = "old"

    def __call__(self, arguments: Sequence[str], text: str) -> "subprocess.CompletedProcess[str]":
        words = tuple(arguments[1:])
        self.asked.append(words)
        if not self.running:
            return self._answer(8, "Error: NetworkManager is not running.")
        match words:
            case ("--terse", "--fields", "TYPE", "device"):
                return self._answer(0, "ethernet\nwifi\nloopback")
            case (*_, "device", "wifi", "list", "--rescan", "yes"):
                return self._answer(
                    0, "*:60:WPA2:balai\n:71:WPA2:desa\\:1\n:40::warung\n:30:WEP:lama\n:99:WPA2:"
                )
            case ("connection", "delete", "id", name):
                self.profiles.discard(name)
                return self._answer(0, "")
            case ("connection", "add", *rest):
                self.profiles.add(rest[rest.index("con-name") + 1])
                self.joined_to = rest[rest.index("ssid") + 1]
                return self._answer(0, "")
            case ("connection", "up", "id", _, "passwd-file", "/dev/stdin"):
                if text not in ("", f"802-11-wireless-security.psk:{self.password}\n"):
                    return self._answer(4, "Error: Connection activation failed: Secrets were required.")
                self.joined = self.joined_to
                return self._answer(0, "")
            case ("connection", "modify", "id", name, "connection.id", new, *_):
                self.profiles = {new if one == name else one for one in self.profiles}
                return self._answer(0, "")
        raise AssertionError(words)

    def _answer(self, code: int, said: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.CompletedProcess((), code, said if not code else "", said if code else "")


@pytest.fixture
def staffed(home: Path) -> Path:
    set_pin(home, PIN)
    return home


@pytest.fixture
def send(home: Path, collector: Identity) -> Callable[..., None]:
    """Put signed settings where the uplink would."""
    version = iter(range(1, 100))

    def settings(**content: object) -> None:
        message = pack_settings(Settings("k-0001", next(version), content), collector.sign)
        path = KioskHome(home).settings
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(message)

    return settings


@contextmanager
def at_the_desk(home: Path, config: Config | None = None, wifi: Wifi | None = None) -> Iterator[Rig]:
    """A kiosk whose staff stands before *Pilihan lain*."""
    with rig(home, config, wifi=wifi) as kiosk:
        to_the_tiles(kiosk)
        yield kiosk


def to_the_tiles(kiosk: Rig) -> None:
    call_staff(kiosk)
    enter(kiosk, PIN)
    kiosk.touch("staff-more")
    assert isinstance(kiosk.view, TilesView)


def labels(kiosk: Rig) -> list[str]:
    assert isinstance(kiosk.view, TilesView)
    return [tile.label for tile in kiosk.view.tiles]


def actions(home: Path, action: str) -> list[dict[str, object]]:
    return [one.body for one in records(home, "staff") if one.body["action"] == action]


def leave(kiosk: Rig) -> None:
    while kiosk.loop.service.state.step is Step.STAFF:
        kiosk.touch("staff-close")


# -- opening hours


def test_hours_are_changed_by_buttons_alone_recorded_and_kept(staffed: Path) -> None:
    with at_the_desk(staffed, OFFICE) as kiosk:
        kiosk.press(2)
        kiosk.press(3)
        assert labels(kiosk)[0] == "Senin\n08.00–15.00"
        kiosk.press(3)
        for button in (3, 3, 1, 1, 1, 1, 4):  # the closing hour, an hour sooner, kept
            kiosk.press(button)
        assert labels(kiosk)[0] == "Senin\n08.00–14.00"
        assert labels(kiosk)[1:] == [
            *(f"{day}\n08.00–15.00" for day in ("Selasa", "Rabu", "Kamis", "Jumat")),
            "Sabtu\nTutup",
            "Minggu\nTutup",
            "Kembali ke jam dari pusat",
        ]
        leave(kiosk)
        kiosk.wait(2.5 * 3600, frame=30.0)  # it was noon: half past two
        assert isinstance(kiosk.view, MessageView), "closed by the new hours"
    told = actions(staffed, "hours")
    assert [one["hours"]["mon"] for one in told] == ["08:00-14:00"]  # type: ignore[index]
    with rig(staffed, OFFICE) as kiosk:
        kiosk.wait(2.5 * 3600, frame=30.0)
        assert isinstance(kiosk.view, MessageView), "also after a restart"


def test_a_later_word_of_the_collector_on_hours_ends_what_staff_has_set(
    staffed: Path, send: Callable[..., None]
) -> None:
    send(opening_hours=WEEK, volume_percent=50)
    with rig(staffed) as kiosk:
        kiosk.wait(6)
        to_the_tiles(kiosk)
        kiosk.touch("staff-hours")
        for action in ("tile:0", "hours-field", "hours-more", "hours-keep"):
            kiosk.touch(action)
        assert labels(kiosk)[0] == "Senin\n08.15–15.00"
        leave(kiosk)
        send(opening_hours=WEEK, volume_percent=60)  # nothing new of hours
        kiosk.wait(12)
        to_the_tiles(kiosk)
        kiosk.touch("staff-hours")
        assert labels(kiosk)[0] == "Senin\n08.15–15.00"
        leave(kiosk)
        send(opening_hours=WEEK | {"tue": []})
        kiosk.wait(12)
        to_the_tiles(kiosk)
        kiosk.touch("staff-hours")
        assert labels(kiosk)[0] == "Senin\n08.00–15.00"
        assert len(labels(kiosk)) == 7, "nothing is left to be undone"


def test_where_the_collector_keeps_the_hours_to_itself_they_are_shown_and_stay(
    staffed: Path, send: Callable[..., None]
) -> None:
    send(opening_hours=WEEK, hours_by_staff=False)
    with rig(staffed) as kiosk:
        kiosk.wait(6)
        to_the_tiles(kiosk)
        kiosk.touch("staff-hours")
        kiosk.touch("tile:0")
        assert isinstance(kiosk.view, TilesView)
        assert "Diatur oleh pusat" in kiosk.view.subtitle
    assert actions(staffed, "hours") == []


def test_every_day_closed_is_closed_and_not_open_for_ever(staffed: Path) -> None:
    with at_the_desk(staffed, Config(hours=read_hours({"mon": WEEK["mon"]}, where="hours"))) as kiosk:
        kiosk.touch("staff-hours")
        for action in ("tile:0", "hours-less", "hours-keep"):
            kiosk.touch(action)
        assert labels(kiosk)[0] == "Senin\nTutup"
        leave(kiosk)
        kiosk.wait(5)
        assert isinstance(kiosk.view, MessageView)
    with rig(staffed, Config(hours=read_hours({"mon": WEEK["mon"]}, where="hours"))) as kiosk:
        assert isinstance(kiosk.view, MessageView)


def test_times_never_cross_and_a_kept_day_that_changed_nothing_is_no_record(staffed: Path) -> None:
    with at_the_desk(staffed, OFFICE) as kiosk:
        kiosk.touch("staff-hours")
        kiosk.touch("tile:0")
        kiosk.touch("hours-keep")
        assert actions(staffed, "hours") == []
        kiosk.touch("tile:0")
        kiosk.touch("hours-field")
        for _ in range(40):
            kiosk.touch("hours-more")
        assert isinstance(kiosk.view, MessageView)
        assert kiosk.view.title == "Senin: 14.45–15.00"


# -- where it stands


def test_each_answer_carries_the_place_that_staff_has_picked(
    staffed: Path, send: Callable[..., None]
) -> None:
    send(places=PLACES)
    with rig(staffed) as kiosk:
        kiosk.wait(6)
        kiosk.press(3)
        kiosk.wait(60)
        to_the_tiles(kiosk)
        kiosk.touch("staff-place")
        assert labels(kiosk) == ["Balai Desa", "Pasar Kemis"]
        kiosk.press(2)
        kiosk.press(3)
        leave(kiosk)
        kiosk.wait(3)
        assert kiosk.view.bar.left == "Pasar Kemis"
        kiosk.press(3)
        kiosk.wait(60)
    with rig(staffed) as kiosk:
        kiosk.press(4)
        kiosk.wait(60)
    given = [one.body.get("place") for one in records(staffed, "response")]
    assert given == [None, "pasar", "pasar"]
    assert actions(staffed, "place") == [{"action": "place", "place": "pasar"}]


def test_a_place_that_the_collector_names_no_more_is_carried_no_more(
    staffed: Path, send: Callable[..., None]
) -> None:
    send(places=PLACES)
    KioskHome(staffed).stand.write_text("pasar")
    with rig(staffed) as kiosk:
        kiosk.wait(6)
        send(places=PLACES[:1])
        kiosk.wait(12)
        kiosk.press(3)
        kiosk.wait(60)
    assert [one.body.get("place") for one in records(staffed, "response")] == [None]


def test_without_places_there_is_nothing_to_pick(staffed: Path) -> None:
    with at_the_desk(staffed) as kiosk:
        assert "Tempat kios" not in labels(kiosk)


# -- Wi-Fi


def looked(kiosk: Rig) -> None:
    """Wait for the desk's thread in real time."""
    deadline = time.monotonic() + 10
    while kiosk.loop.desk.staff.sheet.working:  # type: ignore[union-attr]
        assert time.monotonic() < deadline
        kiosk.loop.step()
    kiosk.wait(0.5)


def test_a_network_is_joined_and_the_password_is_no_argument(staffed: Path) -> None:
    nmcli = FakeNmcli()
    with at_the_desk(staffed, wifi=Wifi(nmcli)) as kiosk:
        kiosk.touch("staff-wifi")
        looked(kiosk)
        assert labels(kiosk) == ["balai\n60%", "desa:1\n71%", "warung\n40%", "lama\n30%"]
        kiosk.touch("tile:1")
        assert isinstance(kiosk.view, KeyboardView)
        for letter in nmcli.password:
            kiosk.touch(f"key:{letter}")
        assert kiosk.view.text == "•••••••••••a", "only the last character is to be read"
        kiosk.touch("next")
        looked(kiosk)
        assert isinstance(kiosk.view, MessageView)
        assert kiosk.view.text == "Tersambung ke desa:1."
    assert (nmcli.joined, nmcli.profiles) == ("desa:1", {"ikm-wifi"})
    assert [words for words in nmcli.asked if any(nmcli.password in word for word in words)] == []
    assert actions(staffed, "wifi") == [{"action": "wifi"}]
    assert nmcli.password.encode() not in b"".join(
        path.read_bytes() for path in staffed.rglob("*") if path.is_file()
    )


def test_a_wrong_password_leaves_the_network_before_as_it_was(staffed: Path) -> None:
    nmcli = FakeNmcli()
    with at_the_desk(staffed, wifi=Wifi(nmcli)) as kiosk:
        kiosk.touch("staff-wifi")
        looked(kiosk)
        kiosk.touch("tile:1")
        for letter in "salahsalah":
            kiosk.touch(f"key:{letter}")
        kiosk.touch("next")
        looked(kiosk)
        assert isinstance(kiosk.view, MessageView)
        assert "kata sandi salah" in kiosk.view.text
    assert (nmcli.joined, nmcli.profiles) == ("old", {"ikm-wifi"})
    assert actions(staffed, "wifi") == []


def test_an_open_network_asks_for_nothing_and_an_old_lock_cannot_be_used(staffed: Path) -> None:
    nmcli = FakeNmcli()
    with at_the_desk(staffed, wifi=Wifi(nmcli)) as kiosk:
        kiosk.touch("staff-wifi")
        looked(kiosk)
        kiosk.touch("tile:2")
        looked(kiosk)
        assert nmcli.joined == "warung"
        kiosk.touch("again")
        looked(kiosk)
        kiosk.touch("tile:3")
        for _ in range(8):
            kiosk.touch("key:a")
        kiosk.touch("next")
        looked(kiosk)
        assert isinstance(kiosk.view, MessageView)
        assert "bukan WPA" in kiosk.view.text


def test_without_networkmanager_the_desk_says_so(staffed: Path) -> None:
    with at_the_desk(staffed, wifi=Wifi(FakeNmcli(running=False))) as kiosk:
        kiosk.touch("staff-wifi")
        looked(kiosk)
        assert isinstance(kiosk.view, MessageView)
        assert "NetworkManager tidak berjalan" in kiosk.view.text
        kiosk.press(2)
        assert isinstance(kiosk.view, TilesView)


def test_the_four_buttons_type_every_character_in_four_or_five_presses() -> None:
    for character in map(chr, range(32, 127)):
        typing = Spelling(most=63)
        presses = next(
            count for count, path in enumerate(_paths(typing, character), start=0) if path is not None
        )
        assert presses <= 5, character


def _paths(typing: Spelling, character: str) -> Iterator[str | None]:
    """Press the one button that leads towards the character; gives None until it stands there."""
    for _ in range(8):
        if typing.text:
            yield typing.text
            return
        yield None
        options = typing.options()
        wanted = [one for one in options if _leads(one, character)]
        assert len(wanted) == 1, (character, options)
        typing.take(wanted[0])


def _leads(action: str, character: str) -> bool:
    kind, _, argument = action.partition(":")
    if kind == "key":
        return argument == character
    lead = {"end": ""}.get(argument, argument)
    return character in lead


# -- the case


def test_an_opened_case_is_recorded_told_and_remembered_until_staff_has_looked(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        kiosk.panel.case = False
        kiosk.wait(5)
        kiosk.panel.case = True
        kiosk.wait(5)
        kiosk.panel.case = False
        kiosk.wait(900)
    assert actions(staffed, "case_opened") == [{"action": "case_opened"}]
    assert records(staffed, "alive")[-1].body["troubles"] == ["case_opened"]
    with rig(staffed) as kiosk:
        kiosk.panel.case = False
        call_staff(kiosk)
        enter(kiosk, PIN)
        assert isinstance(kiosk.view, StaffView)
        assert any("Kotak kios dibuka" in message for message in kiosk.view.messages)
        kiosk.touch("staff-more")
        kiosk.touch("staff-case")
        kiosk.wait(2)
        assert isinstance(kiosk.view, StaffView)
        assert not any("Kotak" in message for message in kiosk.view.messages)
        leave(kiosk)
        kiosk.wait(900)
    assert [one["action"] for one in actions(staffed, "case_checked")] == ["case_checked"]
    assert "troubles" not in records(staffed, "alive")[-1].body


def test_a_contact_that_bounces_once_is_no_opened_case(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        kiosk.panel.case = True
        kiosk.wait(1)
        kiosk.panel.case = False
        kiosk.wait(5)
        kiosk.wait(0)
    assert actions(staffed, "case_opened") == []


def test_a_kiosk_without_the_switch_says_nothing_of_its_case(staffed: Path) -> None:
    with rig(staffed) as kiosk:
        kiosk.wait(5)
        to_the_tiles(kiosk)
        assert "Kotak sudah diperiksa" not in labels(kiosk)
        await_desk(kiosk, "checking")
    assert actions(staffed, "case_opened") == []
