"""The desk as the loop sees it: the staff's state and its views, wired to one device."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hardware.panel import Panel
from hardware.wifi import Wifi
from kiosk.desk.hours import HoursSheet
from kiosk.desk.pages import Case, Copied, Deed, Offered
from kiosk.desk.phone import PhoneSheet
from kiosk.desk.place import PlaceSheet
from kiosk.desk.state import StaffDesk
from kiosk.desk.training import TrainingSheet
from kiosk.desk.view import Place, Shown, staff_view
from kiosk.desk.wifi import WifiSheet
from kiosk.device import Device
from kiosk.keeping.service import Service
from kiosk.ports import Voice
from kiosk.remote.staff_hours import StaffHours
from kiosk.remote.standing import Standing
from kiosk.show.views import Plain
from kiosk.watch.case import CaseWatch
from kiosk.watch.health import Health
from kiosk.watch.sending import Sending
from kiosk.watch.visits import visits_among
from survey.record.record import STAFF
from survey.record.staff import Staff
from survey.visit.state import Press, Touch
from uplink.errors import UplinkError

_LOOK_SECONDS = 1.0
_ASSIST_SECONDS = 120.0
"""An assisted visit that has not begun by then is forgotten: the next one would be taken for it."""


class Settable(NamedTuple):
    """What staff may set at the desk, beside the kiosk's service."""

    hours: StaffHours
    standing: Standing
    case: CaseWatch
    wifi: Wifi


class NoStick(UplinkError):  # noqa: N818 - named for what is missing
    """There is no stick to copy to."""

    usually = "no_stick"


@dataclass(slots=True)
class StaffScreen:
    """Implements `kiosk.ports.Desk`; health is looked at once a second while the desk is open."""

    staff: StaffDesk
    look: Callable[[], Health]
    place: Place
    _health: Health | None = None
    _looked: float = field(default=float("-inf"))

    @classmethod
    def make(
        cls,
        device: Device,
        *,
        panel: Panel,
        service: Service,
        look: Callable[[], Health],
        voice: Voice | None,
        settable: Settable,
    ) -> "StaffScreen":
        """Wire the desk of a device."""
        folder = Path(device.config.staff.usb_folder)

        def note(done: Staff) -> None:
            service.recorder.note(STAFF, done.to_body())

        hours, standing, case, wifi = settable
        return cls(
            staff=StaffDesk(
                home=device.home,
                panel=panel,
                note=note,
                export=lambda: export_to_stick(device.home, folder),
                restart=service.stop,
                assist=lambda now: service.assist(now + _ASSIST_SECONDS),
                languages=device.config.visit.languages,
                lock_seconds=device.config.staff.lock_seconds,
                say=voice.say if voice is not None else None,
                sheets={
                    Deed.HOURS: Offered(lambda: HoursSheet(hours, note), when=lambda: True),
                    Deed.PLACE: Offered(
                        lambda: PlaceSheet(standing, note), when=lambda: bool(standing.choices)
                    ),
                    Deed.TRAINING: Offered(
                        lambda: TrainingSheet(service, note, minutes=device.config.staff.training_minutes),
                        when=lambda: True,
                    ),
                    Deed.WIFI: Offered(lambda: WifiSheet(wifi, note), when=lambda: True),
                    Deed.PHONE: Offered(
                        lambda: PhoneSheet(lambda: Sending(device.home), note), when=lambda: True
                    ),
                },
                case=Case(opened=lambda: case.opened, checked=case.check),
            ),
            look=look,
            place=Place(
                device.enrolment.kiosk,
                device.config.staff.call,
                f"{device.enrolment.collector_url.rstrip('/')}/pengaduan/",
            ),
        )

    def open(self, now: float) -> None:
        """Show the PIN entry."""
        self.staff.open(now)

    def take(self, event: "Press | Touch", now: float) -> bool:
        """Take an input; False when the desk is closed."""
        return self.staff.take(event, now)

    def tick(self, now: float) -> bool:
        """Let time pass; False when the desk has locked itself."""
        return self.staff.tick(now)

    def view(self, now: float) -> Plain:
        """Give what to show."""
        if self._health is None or now >= self._looked + _LOOK_SECONDS:
            self._looked = now
            self._health = self.look()
        return staff_view(
            self.staff.state,
            self._health,
            self.place,
            locks_in=self.staff.locks_in(now),
            now=now,
            shown=Shown(self.staff.tiles, self.staff.offered(), self.staff.sheet),
        )


def find_stick(folder: Path) -> Path | None:
    """Give the first writable mount point in `folder` or one level below; None where there is no stick."""
    candidates = [*sorted(folder.glob("*")), *sorted(folder.glob("*/*"))]
    for candidate in candidates:
        try:
            if candidate.is_mount():
                return candidate
        except OSError:
            continue
    return None


def export_to_stick(home: Path, folder: Path) -> Copied:
    """Copy what the collector has not confirmed to a stick.

    Raises:
        NoStick: there is none.
        UplinkError: it cannot be written, or the journal cannot be read.
    """
    from uplink.forwarder.carry_out import export, take_back  # noqa: PLC0415 - seldom needed

    stick = find_stick(folder)
    if stick is None:
        raise NoStick(f"no USB stick is mounted in {folder}")
    take_back(home, stick)
    exported = export(home, stick)
    if exported.folder is None:
        return Copied(visits=0, records=0)
    return Copied(visits=visits_among(home, exported.first, exported.last), records=exported.records)
