"""A code typed at the kiosk's own screen: by finger, by four buttons, by a reader of QR codes; and whoever has no code can do nothing."""

import importlib.util
import json
import logging
import os
import pwd
import re
import stat
import threading
import time
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from hardware.simulator import SimulatedPanel
from hardware.wifi import Wifi
from kiosk.commands.enrol import _alone
from kiosk.config import Config
from kiosk.desk.enrolling import FAILED_SECONDS, TYPING_SECONDS
from kiosk.desk.entry import Entry
from kiosk.desk.gate import Gate
from kiosk.desk.pin import set_pin
from kiosk.errors import NotEnrolled, Obstacle, Tried
from kiosk.fitted.opening import make_debouncer
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts
from kiosk.show.views import ButtonKey, KeyboardView, MessageView, NoticeView, Touched, Typed, View
from kiosk.watch import typed
from kiosk.watch.tried import newest_try, tell
from kiosk.watch.typed import WISH, Wish, by_command, by_unit
from survey.wire.enrolment_code import SheetLine
from tests.kiosk.conftest import ENROLMENT
from tests.kiosk.watch.test_revoked import end
from uplink.journal.enrolment import load_enrolment, store_enrolment
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity

ROOT = Path(__file__).resolve().parents[3]
CODE = "7K2MP9QX4RF3TN8WZC0HJDV61S"
TEXTS = Texts("id")
NOTICE = standby_view(NotEnrolled(""), Machine("kios-01", "0.1.0", ("192.168.1.17",)), TEXTS)


class Bench:
    """A waiting kiosk, the fingers before it, and a clock of its own."""

    def __init__(self, *came: Tried | None, address: str = "", home: Path | None = None) -> None:
        self.wishes: list[Wish] = []
        self.panel = SimulatedPanel()
        self.now = 100.0
        self._came = list(came)
        self.entry = Entry(
            self._enrol,
            panel=self.panel,
            debouncer=make_debouncer(Config(), self.panel),
            wifi=Wifi(),
            address=address,
            home=home,
        )

    def _enrol(self, wish: Wish) -> Tried | None:
        self.wishes.append(wish)
        return self._came.pop(0)

    def view(self, *, connected: bool = True) -> View:
        return self.entry.view(NOTICE, connected=connected, texts=TEXTS)

    @property
    def title(self) -> str:
        view = self.view()
        assert isinstance(view, NoticeView | KeyboardView | MessageView)
        return view.title

    def touch(self, action: str) -> None:
        self.entry.take(Touched(action, self.now), self.now)

    def type(self, *texts: str) -> None:
        for text in texts:
            for one in text:
                self.entry.take(Typed(one, self.now), self.now)

    def press(self, button: int) -> None:
        self.entry.take(ButtonKey(button, down=True, at=self.now), self.now)
        self.now += 0.1
        self.entry.take(ButtonKey(button, down=False, at=self.now), self.now)
        self.wait(0.4)

    def press_named(self, label: str) -> None:
        """Press the button that the screen says means this."""
        self.press(next(one.button or 0 for one in self.labelled() if label in one.label))

    def labelled(self):  # type: ignore[no-untyped-def]
        return getattr(self.view(), "options", ())

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.1
            self.entry.step(self.now)

    def settle(self) -> None:
        for _ in range(5000):
            self.entry.step(self.now)
            if not self.entry.trying:
                return
            time.sleep(0.001)
        raise AssertionError("it is tried for ever")

    def by_buttons(self, text: str) -> int:
        """Type by the four buttons, going by what stands on them alone; gives the presses."""
        presses = 0
        for character in text:
            while True:
                options = self.labelled()
                found = next(one for one in options if _leads_to(one.name, character))
                self.press(found.button)
                presses += 1
                if found.name.startswith("key:"):
                    break
        return presses


def _leads_to(name: str, character: str) -> bool:
    return name == f"key:{character}" or (
        name.startswith("group:") and character in name.removeprefix("group:") and name != "group:end"
    )


def test_by_finger_from_the_notice_to_an_enrolled_kiosk() -> None:
    bench = Bench(None, address="https://ikm.example")
    bench.touch("enrol-type")
    bench.touch("next")
    for letter in CODE:
        bench.touch(f"key:{letter}")
    assert bench.title == "Kode pendaftaran: 26 dari 26"
    bench.touch("next")
    for _ in range(2):
        for digit in "271828":
            bench.touch(f"key:{digit}")
        bench.touch("next")
    bench.settle()
    assert bench.wishes == [Wish("https://ikm.example", CODE, "271828")]
    assert bench.title == TEXTS.get("enrol.done")


def test_by_four_buttons_alone() -> None:
    bench = Bench(None, address="https://ikm.example")
    presses = 0
    bench.press_named(TEXTS.get("enrol.open"))
    bench.press(4)
    bench.press_named(TEXTS.get("action.next"))
    presses += bench.by_buttons(CODE)
    bench.press_named(TEXTS.get("action.next"))
    for _ in range(2):
        presses += bench.by_buttons("271828")
        bench.press(4)
        bench.press_named(TEXTS.get("action.next"))
    bench.settle()
    assert bench.wishes == [Wish("https://ikm.example", CODE, "271828")]
    assert presses <= 3 * len(CODE) + 2 * 2 * 6


def test_an_address_is_typed_by_four_buttons_too_and_https_is_there_already() -> None:
    bench = Bench()
    bench.press_named(TEXTS.get("enrol.open"))
    assert bench.by_buttons("ikm.kab-1.go.id") <= 4 * 15 + 10
    bench.press(4)
    bench.press_named(TEXTS.get("action.next"))
    assert bench.title.startswith("Kode pendaftaran: 0 dari 26")


def test_mistaken_letters_are_taken_as_meant_and_others_not_at_all() -> None:
    bench = Bench(address="https://ikm.example")
    bench.touch("enrol-type")
    bench.type("\r", "7k2mp-9qxO lIu é")
    view = bench.view()
    assert isinstance(view, KeyboardView)
    assert view.text == "7K2MP-9QX01-1"


def test_a_reader_types_the_whole_sheet_wherever_the_form_is() -> None:
    line = str(SheetLine("https://ikm.example", "7K2MP-9QX4R-F3TN-8WZC-0HJD-V61S"))
    for before in ("", "\r"):
        bench = Bench(None, address="https://old.example")
        bench.touch("enrol-type")
        bench.type(before, line, "\r", *(["271828", "\r"] * 2))
        bench.settle()
        assert bench.wishes == [Wish("https://ikm.example", CODE, "271828")]


@pytest.mark.parametrize("obstacle", [Obstacle.NO_ANSWER, Obstacle.WRONG_CLOCK, Obstacle.ENROLMENT_FAILS])
def test_what_may_pass_is_tried_again_without_typing_again(obstacle: Obstacle) -> None:
    bench = Bench(Tried(obstacle, "a sentence of the machine"), None, address="https://ikm.example")
    bench.touch("enrol-type")
    bench.type("\r", CODE, "\r", *(["271828", "\r"] * 2))
    bench.settle()
    assert bench.title == TEXTS.get(f"standby.{obstacle}.title")
    bench.press_named(TEXTS.get("enrol.again"))
    bench.settle()
    assert len(bench.wishes) == 2
    assert bench.wishes[0] == bench.wishes[1]


@pytest.mark.parametrize("obstacle", [Obstacle.WRONG_CODE, Obstacle.CODE_REFUSED])
def test_a_code_that_is_not_taken_is_typed_again_and_the_pin_is_not(obstacle: Obstacle) -> None:
    bench = Bench(Tried(obstacle, ""), None, address="https://ikm.example")
    bench.touch("enrol-type")
    bench.type("\r", CODE, "\r", *(["271828", "\r"] * 2))
    bench.settle()
    bench.press(1)
    assert bench.title.startswith("Kode pendaftaran: 0 dari")
    bench.type(CODE[::-1], "\r")
    bench.settle()
    assert bench.wishes[1] == Wish("https://ikm.example", CODE[::-1], "271828")


@pytest.mark.parametrize(
    "keys,said",
    [
        (["\b" * 8, "ftp://x", "\r"], "enrol.address_wrong"),
        (["\b" * 8, "\r"], "enrol.address_wrong"),
        (["ikm.example", "\r", "7K2MP", "\r"], "enrol.code_short"),
        (["ikm.example", "\r", CODE, "\r", "123", "\r"], "enrol.pin_short"),
        (["ikm.example", "\r", CODE, "\r", "1234", "\r"], "enrol.pin_weak"),
        (["ikm.example", "\r", CODE, "\r", "4071", "\r", "4072", "\r"], "enrol.pin_differs"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_typed_and_nothing_is_tried(keys: Sequence[str], said: str) -> None:
    bench = Bench()
    bench.touch("enrol-type")
    bench.type(*keys)
    assert bench.title == TEXTS.get(said, count=5, whole=26)
    assert bench.wishes == []


def test_who_walks_away_leaves_nothing_but_the_address() -> None:
    bench = Bench(Tried(Obstacle.NO_ANSWER, ""))
    bench.touch("enrol-type")
    bench.type("ikm.example", "\r", CODE[:20])
    bench.wait(TYPING_SECONDS + 1)
    assert isinstance(bench.view(), NoticeView)
    bench.touch("enrol-type")
    assert bench.view().text == "https://ikm.example"  # type: ignore[union-attr]
    bench.type("\r")
    assert bench.view().text == ""  # type: ignore[union-attr]
    bench.type(CODE, "\r", *(["271828", "\r"] * 2))
    bench.settle()
    bench.wait(TYPING_SECONDS + 1)
    assert isinstance(bench.view(), MessageView), "whoever mends the network comes back to it"
    bench.wait(FAILED_SECONDS)
    assert isinstance(bench.view(), NoticeView)
    assert CODE not in repr(vars(bench.entry))


@pytest.mark.parametrize("keys", [3, 20, 40, 48, 55])
def test_whoever_comes_next_finds_the_notice_wherever_the_last_one_left(keys: int) -> None:
    bench = Bench()
    bench.touch("enrol-type")
    for key in [*"ikm.example", "\r", *CODE, "\r", *"271828", "\r", *"27182"][:keys]:
        bench.type(key)
    bench.wait(TYPING_SECONDS + 1)
    assert isinstance(bench.view(), NoticeView)
    bench.touch("enrol-type")
    assert not re.search(f"{CODE[:6]}|271", repr(bench.view()))
    assert bench.wishes == []


def test_a_button_that_is_stuck_or_held_over_a_change_presses_nothing() -> None:
    panel = SimulatedPanel()
    panel.move(1, down=True, at=0.0)
    bench = Bench()
    bench.entry = Entry(bench._enrol, panel=panel, debouncer=make_debouncer(Config(), panel), wifi=Wifi())
    bench.panel = panel
    bench.wait(30)
    assert isinstance(bench.view(), NoticeView), "it was down when the kiosk started"
    panel.move(1, down=False, at=bench.now)
    bench.wait(1)
    panel.move(1, down=True, at=bench.now)
    bench.wait(5)
    view = bench.view()
    assert isinstance(view, KeyboardView)
    assert view.options[0].label == "a … z", "held, it has opened the form and chosen nothing in it"


def test_a_visitor_who_mashes_and_holds_enrols_nothing() -> None:
    bench = Bench()
    for number in range(3000):
        bench.press(1 + (number * 7 + number // 5) % 4)
    bench.entry.take(ButtonKey(2, down=True, at=bench.now), bench.now)
    bench.wait(TYPING_SECONDS + 30)
    assert bench.wishes == []
    assert isinstance(bench.view(), NoticeView)


def test_wifi_is_offered_only_without_a_network() -> None:
    bench = Bench()
    assert [one.name for one in bench.view().options] == ["enrol-type"]  # type: ignore[union-attr]
    assert [one.name for one in bench.view(connected=False).options] == ["enrol-type", "enrol-wifi"]  # type: ignore[union-attr]
    bench.view()
    bench.touch("enrol-wifi")
    assert isinstance(bench.view(), NoticeView)


def test_the_address_is_the_one_that_the_packages_came_from_or_that_of_the_life_that_ended(
    tmp_path: Path,
) -> None:
    sources = tmp_path / "ikm.sources"

    def known_address(sources: Path) -> str:
        return typed.known_address(tmp_path, sources)

    assert known_address(sources) == ""
    sources.write_text("Types: deb\nURIs: https://ikm.example/apt/bookworm/\nSuites: ./\n")
    assert known_address(sources) == "https://ikm.example"
    sources.write_text("URIs: file:/media/stick/\n")
    assert known_address(sources) == ""
    store_enrolment(
        tmp_path,
        ENROLMENT._replace(
            collector_url="https://former.example",
            **dict.fromkeys(("public_key", "collector_key", "seal_key"), b"\1" * 32),
        ),
    )
    assert known_address(sources) == "https://former.example"


def enter(bench: Bench, pin: str) -> None:
    bench.type(pin, "\r")
    wait_for_the_check(bench)


def wait_for_the_check(bench: Bench) -> None:
    for _ in range(5000):
        bench.entry.step(bench.now)
        if not getattr(bench.entry._sheet, "_checking", None):
            return
        time.sleep(0.001)
    raise AssertionError("it is checked for ever")


@pytest.mark.parametrize("wanted", ["enrol-type", "enrol-wifi"])
def test_a_revoked_kiosk_asks_for_its_staff_s_pin_first(home: Path, wanted: str) -> None:
    """A stranger with a code of another centre would have citizens answer to that one."""
    set_pin(home, "291847")
    bench = Bench(address="https://ikm.example", home=home)
    bench.view(connected=False)
    bench.touch(wanted)
    assert bench.title == TEXTS.get("pin.title")
    bench.type(CODE, "\r")
    assert re.fullmatch("•*.?", bench.view().text), "digits alone"  # type: ignore[union-attr]
    for _ in range(3):
        enter(bench, "111112")
    assert bench.title == TEXTS.get("pin.wrong", seconds=30)
    enter(bench, "291847")
    assert bench.title == TEXTS.get("pin.wrong", seconds=30), "no try is taken while it is locked"
    bench.touch("back")
    bench.view(connected=False)
    bench.touch(wanted)
    assert bench.title == TEXTS.get("pin.wrong", seconds=30), "nor by coming anew"
    bench.wait(31)
    enter(bench, "291847")
    assert not isinstance(bench.entry._sheet, Gate)
    assert bench.wishes == []


def test_the_pin_is_typed_by_four_buttons_too(home: Path) -> None:
    set_pin(home, "291847")
    bench = Bench(address="https://ikm.example", home=home)
    bench.press(1)
    bench.by_buttons("291847")
    bench.press(4)
    bench.press_named(TEXTS.get("action.next"))
    wait_for_the_check(bench)
    assert bench.title == TEXTS.get("enrol.address")


# -- on the way to whoever may enrol


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from kiosk.watch import tried  # noqa: PLC0415 - its functions are changed here

    file = tmp_path / "told.json"
    for function in (tell, newest_try, tried.told_mark):
        monkeypatch.setattr(function, "__defaults__", (file,))
    return file


@pytest.fixture
def unit(tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that the unit runs as root, on this test's folders."""
    path = ROOT / "packaging/kiosk/root/usr/lib/ikm-kiosk/first-boot"
    spec = importlib.util.spec_from_loader("first_boot", SourceFileLoader("first_boot", str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(module, "TYPED", tmp_path / "run" / WISH)
    monkeypatch.setattr(module, "HOME", tmp_path / "home")
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: SimpleNamespace(pw_uid=os.getuid()))
    return module


def _meanwhile(do: Callable[[], object], *, when: Path) -> threading.Thread:
    def run() -> None:
        while not when.exists():
            time.sleep(0.005)
        do()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_what_was_typed_is_handed_to_the_unit_in_memory_and_is_gone_before_it_is_tried(
    unit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[object] = []

    def enrol(wanted: dict[str, str]) -> int:
        seen.append((wanted, list((tmp_path / "run").iterdir())))
        KioskHome(tmp_path / "home").enrolment.parent.mkdir(parents=True, exist_ok=True)
        KioskHome(tmp_path / "home").enrolment.write_text("{}")
        return 0

    monkeypatch.setattr(unit, "enrol", enrol)
    modes: list[int] = []
    file = tmp_path / "run" / WISH
    thread = _meanwhile(lambda: (modes.append(stat.S_IMODE(file.stat().st_mode)), unit.typed()), when=file)
    wish = Wish("https://ikm.example", CODE, "271828")
    assert by_unit(wish, tmp_path / "run", tmp_path / "home") is None
    thread.join()
    assert seen == [(wish._asdict(), [])]
    assert modes == [0o600]
    assert not re.search(f"{CODE}|271828", caplog.text + repr(wish))


def test_a_revoked_kiosk_takes_a_code_too_and_is_done_once_its_key_is_good(
    unit: ModuleType, home: Path, collector: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit.HOME = home
    end(home, collector)
    before = load_enrolment(home)
    tried: list[object] = []

    def enrol(wanted: dict[str, str]) -> int:
        tried.append(wanted)
        store_enrolment(home, before._replace(public_key=b"\3" * 32))
        return 0

    monkeypatch.setattr(unit, "enrol", enrol)
    thread = _meanwhile(unit.typed, when=tmp_path / "run" / WISH)
    wish = Wish("https://ikm.example", CODE, "271828")
    assert by_unit(wish, tmp_path / "run", home) is None
    thread.join()
    assert tried == [wish._asdict()]


def test_why_it_failed_comes_back_from_the_unit(
    unit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Tried(Obstacle.WRONG_CODE, "it is not the collector that made this code")
    monkeypatch.setattr(unit, "enrol", lambda _wanted: (tell(said), 1)[1])
    tell(Tried(Obstacle.NO_ANSWER, "of an earlier try"))
    thread = _meanwhile(unit.typed, when=tmp_path / "run" / WISH)
    assert by_unit(Wish("https://ikm.example", CODE, "271828"), tmp_path / "run", tmp_path / "home") == said
    thread.join()


def test_a_unit_that_does_not_come_is_said_and_nothing_is_left(told: Path, tmp_path: Path) -> None:
    clock = iter(range(0, 100000, 30))
    tried = by_unit(
        Wish("https://ikm.example", CODE, "271828"), tmp_path, tmp_path / "home",
        monotonic=lambda: next(clock), sleep=lambda _seconds: None,
    )  # fmt: skip
    assert tried is not None
    assert tried.obstacle is Obstacle.ENROLMENT_FAILS
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    ["", "{", 'collector = "https://x.example"', 'collector = "--home"\ncode = "A"\npin = "1"',
     'collector = "https://x.example"\ncode = 1\npin = "1"',
     'collector = "https://x.example"\ncode = "A"\npin = "1"\nprofile = "x"'],
)  # fmt: skip
def test_anything_else_that_lies_there_is_taken_away_and_not_believed(
    unit: ModuleType, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "enrol", lambda wanted: pytest.fail(f"believed {wanted}"))
    unit.TYPED.write_text(content)
    assert unit.typed() == 1
    assert not unit.TYPED.exists()
    tried = newest_try()
    assert tried is not None
    assert tried.obstacle is Obstacle.ENROLMENT_FAILS


def test_no_link_pipe_or_folder_is_read_and_an_enrolled_kiosk_is_left_alone(
    unit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "enrol", lambda wanted: pytest.fail(f"believed {wanted}"))
    secret = tmp_path / "secret"
    secret.write_text(json.dumps({"of": "root"}))
    unit.TYPED.symlink_to(secret)
    assert unit.typed() == 1
    os.mkfifo(unit.TYPED)
    assert unit.typed() == 1
    assert secret.exists()
    unit.TYPED.mkdir()
    assert unit.typed() == 1
    assert not unit.TYPED.exists()
    unit.TYPED.write_text('collector = "https://x.example"\ncode = "A"\npin = "1"')
    unit.HOME.mkdir()
    KioskHome(unit.HOME).enrolment.write_text("{}")
    assert unit.typed() == 0
    assert not unit.TYPED.exists()


def test_one_try_ends_before_the_next_begins(tmp_path: Path) -> None:
    """The card, a hand and the screen may try at once, and each makes a key anew."""
    order: list[str] = []

    def second() -> None:
        with _alone(tmp_path):
            order.append("second")

    with _alone(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_on_a_laptop_the_command_is_run_with_nothing_secret_among_its_arguments(
    tmp_path: Path, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.watch import typed  # noqa: PLC0415 - its subprocess is watched here

    ran: list[Sequence[str]] = []
    run = typed.subprocess.run
    monkeypatch.setattr(
        typed.subprocess, "run", lambda command, **more: (ran.append(command), run(command, **more))[1]
    )
    tried = by_command(Wish("http://127.0.0.1:9", CODE[:10], "271828"), tmp_path / "home")
    assert tried is not None
    assert tried.obstacle is Obstacle.NO_ANSWER
    assert not re.search(f"{CODE[:10]}|271828", " ".join(map(str, ran[0])))
    assert not told.exists()
