"""A view for every page of the staff's desk, with the longest texts that occur there."""

import subprocess
import tempfile
import time as time_module
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path

from hardware.wifi import Wifi
from kiosk.desk.hours import HoursSheet
from kiosk.desk.pages import TILES, DeskState, Page
from kiosk.desk.phone import PhoneSheet
from kiosk.desk.place import PlaceSheet
from kiosk.desk.sheet import Sheet, Tiles
from kiosk.desk.training import TrainingSheet
from kiosk.desk.view import Place, Shown, staff_view
from kiosk.desk.wifi import WifiSheet
from kiosk.remote.staff_hours import StaffHours
from kiosk.remote.standing import Standing
from kiosk.show.views import View
from kiosk.watch.health import Health
from kiosk.watch.sending import Sending, Sent
from survey.record.staff import Staff
from survey.settings.hours import DAYS
from survey.settings.keys import SettingsContent
from survey.settings.stands import Stand
from survey.wire.trouble import trouble

_PLACE = Place("sulam-01", "Rina (pusat) 0812 0000 0000", "https://ikm.lampungselatankab.go.id/pengaduan/")
_NETWORKS = (
    ("*", 92, "WPA2", "BALAI DESA SUKAMAJU 5G"),
    ("", 71, "WPA2", "Indihome-Kantor-Kecamatan-Palas"),
    ("", 48, "WPA1 WPA2", "puskesmas"),
    ("", 33, "--", "Warung Bu Siti"),
)
"""As NetworkManager tells them."""
_NOWHERE = Path("/nowhere/at-all")
_STANDS = (Stand("balai", "Balai Desa Sukamaju, ruang pelayanan"), Stand("pasar", "Pasar Kemis Sukamaju"))
_MORNING = (time(8), time(12)), (time(13), time(15, 30))


def desk_samples(language: str, *, well: Health, troubled: Health) -> Iterator[tuple[str, View]]:
    """Give every page of the desk, by its name."""
    desk = DeskState(language=language)
    pages = {
        "pin": replace(desk, page=Page.PIN, typed="4071", dial=7),
        "pin-wrong": replace(desk, page=Page.PIN, locked_until=30.0),
        "staff": replace(desk, page=Page.FACTS),
        "staff-trouble": replace(
            desk, page=Page.FACTS, message=("staff.usb_failed", {}), trouble=trouble("no_stick")
        ),
        "staff-copied": replace(
            desk, page=Page.FACTS, message=("staff.usb_done", {"visits": 214, "records": 1302})
        ),
        "staff-more": replace(desk, page=Page.MORE),
        "staff-test": replace(desk, page=Page.TEST, tested=frozenset({1, 3})),
        "staff-code": replace(desk, page=Page.CODE),
        "staff-restart": replace(desk, page=Page.RESTART),
    }
    for name, state in pages.items():
        health = troubled if name == "staff-trouble" else well
        yield name, staff_view(state, health, _PLACE, locks_in=52, now=0.0, shown=Shown(Tiles(), TILES))
    for name, sheet in _sheets():
        state = replace(desk, page=Page.SHEET)
        shown = Shown(Tiles(), sheet=sheet)
        yield f"staff-{name}", staff_view(state, well, _PLACE, locks_in=52, now=0.0, shown=shown)


def _sheets() -> Iterator[tuple[str, Sheet]]:
    hours = StaffHours(_NOWHERE, own=dict.fromkeys(DAYS[:5], _MORNING))
    hours.heed(SettingsContent())
    yield "hours", HoursSheet(hours, _forget)
    yield "hours-day", _after(HoursSheet(hours, _forget), "tile:0", "hours-field", "hours-field")
    standing = Standing(_NOWHERE)
    standing.heed(SettingsContent(places=_STANDS))
    standing.here = _STANDS[1]
    yield "place", PlaceSheet(standing, _forget)
    yield from _training()
    yield "wifi", _after(WifiSheet(Wifi(_in_reach), _forget))
    typed = [f"key:{letter}" for letter in "S4wah"]
    yield "wifi-password", _after(WifiSheet(Wifi(_in_reach), _forget), "tile:1", *typed)
    yield "wifi-end", _after(WifiSheet(Wifi(_in_reach), _forget), "tile:1", *typed, "group:end")
    yield "wifi-missing", _after(WifiSheet(Wifi(_missing), _forget))
    yield "phone", _phone(Sent(1302, connected=True, trouble=None))
    yield "phone-done", _phone(Sent(0, connected=True, trouble=None))


class _Road(Sending):
    """An uplink that has come so far."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def ask(self) -> None:
        """It sends already."""

    def look(self) -> Sent:
        """Tell how far it is."""
        return self._sent


def _phone(sent: Sent) -> Sheet:
    with tempfile.NamedTemporaryFile("w") as hotspot:
        hotspot.write("ikm-kios-472\nmw4k8pdt2q\n")
        hotspot.flush()
        sheet = PhoneSheet(lambda: _Road(sent), _forget, Path(hotspot.name))
    while not sheet.told:
        sheet.tick(0.0)
        time_module.sleep(0.001)
    return sheet


def _training() -> Iterator[tuple[str, Sheet]]:
    practice = _Practice()
    yield "training", TrainingSheet(practice, _forget, minutes=15)
    begun = TrainingSheet(practice, _forget, minutes=15)
    begun.act("training-begin", 0.0)
    yield "training-running", begun


@dataclass
class _Practice:
    """A kiosk whose staff trains, as far as the desk sees it."""

    training: bool = False

    def train(self, until: float) -> None:
        self.training = until > 0

    def end_training(self) -> None:
        self.training = False


def _after(sheet: Sheet, *actions: str) -> Sheet:
    while sheet.working:
        sheet.tick(0.0)
        time_module.sleep(0.001)
    for action in actions:
        sheet.act(action, 0.0)
    return sheet


def _in_reach(arguments: Sequence[str], _text: str) -> "subprocess.CompletedProcess[str]":
    told = "wifi" if "TYPE" in arguments else "\n".join(":".join(map(str, one)) for one in _NETWORKS)
    return subprocess.CompletedProcess(arguments, 0, told, "")


def _missing(arguments: Sequence[str], _text: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.CompletedProcess(arguments, 8, "", "NetworkManager is not running.")


def _forget(done: Staff) -> None:
    """What is done in a picture stands nowhere."""
