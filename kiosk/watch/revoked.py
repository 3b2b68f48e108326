"""What the frame loop looks at now and then: whether the collector has ended this kiosk's key."""

from pathlib import Path

from kiosk.errors import Revoked
from kiosk.keeping.service import Service
from kiosk.watch.folders import require_good_key

_EVERY_SECONDS = 5.0


class RevokedWatch:
    """Stops the kiosk once its key has ended and nobody stands before it: what would be answered now would never count."""

    def __init__(self, home: Path, service: Service) -> None:
        self._home = home
        self._service = service
        self._looked = float("-inf")

    def look(self, now: float) -> None:
        """Look, at most every few seconds."""
        if now < self._looked + _EVERY_SECONDS or not self._service.resting:
            return
        self._looked = now
        try:
            require_good_key(self._home)
        except Revoked:
            self._service.stop()
