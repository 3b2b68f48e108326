"""What staff can do at a kiosk that is not enrolled, or revoked: type its code, or join a Wi-Fi where it has no network.

A new machine has no PIN yet, so nobody is kept out: all that can be done here is to give it a code that only a centre makes. A revoked
kiosk asks for its staff's PIN first: citizens know it, and a stranger's code would make it a stranger's. A kiosk whose key is good never
comes here; its Wi-Fi is behind the desk's PIN, and its enrolment ends at the centre.
"""

from collections.abc import Callable
from pathlib import Path

from hardware.debounce import Debouncer
from hardware.events import Pressed
from hardware.panel import Panel
from hardware.wifi import Wifi
from kiosk.desk.enrolling import TYPING_SECONDS, EnrolSheet
from kiosk.desk.gate import Gate
from kiosk.desk.pin import has_pin
from kiosk.desk.sheet import Sheet
from kiosk.desk.wifi import WifiSheet
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, ButtonKey, Input, NoticeView, Touched, Typed, View
from kiosk.watch.typed import Enrol
from survey.record.staff import Staff
from survey.visit.action import typed_action
from survey.wire.enrolment_code import read_line

_TYPE, _WIFI = "enrol-type", "enrol-wifi"
_FRAME_SECONDS = 0.1
"""While something is waited for."""
_LINE_MOST = 300


class Entry:
    """Belongs to the loop of a waiting kiosk: takes what is touched, pressed and typed there, and shows what comes of it."""

    def __init__(
        self,
        enrol: Enrol,
        *,
        panel: Panel,
        debouncer: Debouncer,
        wifi: Wifi,
        address: str = "",
        home: Path | None = None,
    ) -> None:
        self._enrol = enrol
        self._home = home
        """Whose PIN is asked for, where it has one."""
        self._panel = panel
        self._debouncer = debouncer
        self._wifi = wifi
        self._address = address
        self._sheet: Sheet | None = None
        self._connected = True
        self._line = ""
        """What was typed by a keyboard since the last touch: a reader of QR codes is one."""
        self._last_input = 0.0

    def take(self, given: Input, now: float) -> None:
        """Take what came from the screen."""
        match given:
            case ButtonKey(button, down):
                self._panel.move(button, down=down, at=now)
            case Touched(action):
                self._line = ""
                self._act(action, now)
            case Typed(text):
                self._type(text, now)

    def step(self, now: float) -> None:
        """Take the buttons' presses, and let time pass."""
        signals = []
        while not self._panel.edges.empty():
            edge = self._panel.edges.get_nowait()
            if edge.button in self._panel.levels():
                signals += self._debouncer.feed(edge)
        for signal in (*signals, *self._debouncer.advance(now)):
            if isinstance(signal, Pressed):
                self._press(signal.button - 1, now)
        if self._sheet is None:
            return
        self._sheet.tick(now)
        if isinstance(self._sheet, Gate) and self._sheet.passed is not None:
            self._sheet, self._last_input = self._sheet.passed, now
        patience = self._sheet.patience if isinstance(self._sheet, EnrolSheet) else TYPING_SECONDS
        if self._sheet.working:
            self._last_input = now
        elif now >= self._last_input + patience:
            self._leave()

    def wait(self, now: float) -> float:
        """Give how long the next input may be waited for."""
        due = self._debouncer.due()
        longest = 1.0 if self._sheet is None or not self._sheet.working else _FRAME_SECONDS
        return longest if due is None else min(longest, max(0.0, due - now))

    @property
    def trying(self) -> bool:
        """Whether something is being tried now."""
        return isinstance(self._sheet, EnrolSheet) and self._sheet.trying

    def view(self, notice: NoticeView, *, connected: bool, texts: Texts) -> View:
        """Give the notice with what can be done, or what is being done."""
        self._connected = connected
        if self._sheet is None:
            labels = {_TYPE: texts.get("enrol.open"), _WIFI: texts.get("desk.wifi")}
            options = tuple(
                Action(name, labels[name], button=place, strong=name == _TYPE)
                for place, name in enumerate(self._offered(), start=1)
            )
            return notice._replace(options=options)
        return self._sheet.view(
            texts, Bar(left_strong=texts.get("standby.name"), left=texts.get("enrol.name"))
        )

    def _offered(self) -> tuple[str, ...]:
        return (_TYPE,) if self._connected else (_TYPE, _WIFI)

    def _press(self, place: int, now: float) -> None:
        self._line = ""
        options = self._offered() if self._sheet is None else self._sheet.options()
        if place < len(options):
            self._act(options[place], now)

    def _type(self, text: str, now: float) -> None:
        if text == "\r":
            scanned, self._line = read_line(self._line), ""
            if scanned is not None and isinstance(self._sheet, EnrolSheet):
                self._last_input = now
                self._sheet.scan(scanned)
                return
        elif text.isprintable():
            self._line = (self._line + text)[-_LINE_MOST:]
        self._act(typed_action(text), now)

    def _act(self, action: str, now: float) -> None:
        self._last_input = now
        if self._sheet is not None:
            if not self._sheet.act(action, now):
                self._leave()
        elif action == _TYPE:
            self._open(lambda: EnrolSheet(self._enrol, address=self._address), now)
        elif action == _WIFI and not self._connected:
            self._open(lambda: WifiSheet(self._wifi, _forget), now)

    def _open(self, sheet: Callable[[], Sheet], now: float) -> None:
        home = self._home
        self._sheet = Gate(home, sheet, now) if home is not None and has_pin(home) else sheet()

    def _leave(self) -> None:
        """Forget what was typed, but the address: it is no secret, and long."""
        if isinstance(self._sheet, EnrolSheet):
            self._address = self._sheet.address
        self._sheet, self._line = None, ""


def _forget(done: Staff) -> None:
    """A kiosk without a journal records nothing."""
