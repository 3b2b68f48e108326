"""At which of its unit's places the kiosk stands, by the word of its staff."""

import logging
from pathlib import Path

from survey.settings.keys import SettingsContent
from survey.settings.stands import Stand
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class Standing:
    """Belongs to the frame loop; a place that the collector names no more is where nobody can stand."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.choices: tuple[Stand, ...] = ()
        """Where it may stand."""
        self.here: Stand | None = None
        """Where it does, by the word of staff; None: where the collector says."""

    def heed(self, settings: SettingsContent) -> None:
        """Take the places that the collector names now."""
        self.choices = settings.places
        code = self._kept()
        self.here = next((stand for stand in self.choices if stand.code == code), None)

    def code(self) -> str:
        """Give the code of the place that answers carry; nothing where the collector knows it."""
        return self.here.code if self.here is not None else ""

    def move(self, stand: Stand | None) -> None:
        """Stand there from now on; None gives the word back to the collector.

        Raises:
            OSError: it cannot be kept, and so is not so.
        """
        if stand is None:
            self._path.unlink(missing_ok=True)
        else:
            replace_file(self._path, stand.code.encode())
        self.here = stand

    def _kept(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            log.warning("where the kiosk stands cannot be read: %s", error)
            return ""
