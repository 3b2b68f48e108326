"""Watching for a stick that asks for the kiosk's records: one with the marker file in its root.

Each look is a few `stat` calls. A stick is served once each time it appears: receipts are taken back, then records
are written. What came of it is a sentence for the status file.
"""

import logging
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from survey.wire.carriage import MARKER
from uplink.errors import UplinkError
from uplink.forwarder.carry_out import export, take_back

log = logging.getLogger(__name__)


class StickWatcher:
    """Looks at mount points, such as `/media/*`. One thread calls `look` every few seconds."""

    def __init__(self, home: Path, places: Iterable[Path]) -> None:
        self._home = home
        self._places = tuple(places)
        self._served: set[tuple[str, int]] = set()
        self.said = ""
        """What became of the stick that is in, or nothing."""

    def look(self) -> None:
        """Serve a stick that has appeared since the last look."""
        present = {self._key(folder): folder for folder in self._asking()}
        self._served &= present.keys()
        if not present:
            self.said = ""
        for key, folder in present.items():
            if key not in self._served:
                self._served.add(key)
                self.said = self._serve(folder)
                log.info("a stick at %s: %s", folder, self.said)

    def _serve(self, stick: Path) -> str:
        try:
            taken = take_back(self._home, stick)
            exported = export(self._home, stick)
        except UplinkError as error:
            return str(error)
        news = f"receipts up to record {taken.confirmed} taken back; " if taken.news else ""
        if exported.folder is None:
            return f"{news}nothing to carry; the stick can be pulled out"
        return f"{news}{exported.records} records written; the stick can be pulled out"

    def _asking(self) -> Iterator[Path]:
        for place in self._places:
            folders = place.parent.glob(place.name) if "*" in place.name else (place,)
            for folder in folders:
                if _is_marker(folder / MARKER):
                    yield folder

    @staticmethod
    def _key(folder: Path) -> tuple[str, int]:
        try:
            return str(folder), folder.stat().st_dev
        except OSError:
            return str(folder), 0


def _is_marker(path: Path) -> bool:
    """Tell whether the marker lies there itself: a link could lead to a place that never answers."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:  # there is none, or the stick was pulled out in this very moment
        return False
