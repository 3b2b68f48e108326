"""What the frame loop looks at once a second: whether the disk keeps records, and whether the buttons are still heard."""

from hardware.errors import PanelFault
from hardware.events import BUTTONS
from hardware.panel import Panel
from kiosk.keeping.service import Service
from survey.visit.state import Event, Restored, SaveFailed, Step

_EVERY_SECONDS = 1.0


class StorageCheck:
    """Takes the kiosk out of service when the disk cannot keep records, and back when one was kept."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._checked = float("-inf")
        self._probing = False

    def look(self, now: float) -> Event | None:
        """Give what has become of the disk, at most once a second."""
        if now < self._checked + _EVERY_SECONDS:
            return None
        self._checked = now
        state, recorder = self._service.state, self._service.recorder
        accepting = recorder.state().accepting
        failed = state.step is Step.FAILED or (state.step is Step.STAFF and state.back_to is Step.FAILED)
        if not accepting and state.step in (Step.IDLE, Step.STAFF) and not failed:
            return SaveFailed()
        if failed and accepting and not self._probing:
            self._probing = True
            recorder.probe()
        elif failed and accepting and recorder.probe_succeeded():
            self._probing = False
            return Restored()
        elif self._probing and not recorder.probe_pending():
            self._probing = False
        return None


class PanelCheck:
    """Notices that edges have stopped arriving: a dead notification thread looks like a quiet day."""

    def __init__(self, service: Service, panel: Panel) -> None:
        self._debouncer = service.debouncer
        self._panel = panel
        self._checked = float("-inf")
        self._differed: set[int] = set()

    def look(self, now: float) -> None:
        """Compare the pins with what their edges said, at most once a second.

        Raises:
            PanelFault: a pin's level has differed from what its edges said for two looks in a row.
        """
        if now < self._checked + _EVERY_SECONDS:
            return
        self._checked = now
        levels = self._panel.levels()
        differing = {button for button in BUTTONS if levels[button] != self._debouncer.level(button)}
        if differing & self._differed:
            raise PanelFault(
                f"the edges of buttons {sorted(differing)} no longer arrive; the program is started again to mend it"
            )
        self._differed = differing
