"""When not to wait: somebody asked for everything to be sent, or a network has just come.

A phone that shares its network is there for a few minutes. Without this the next try might come after it is gone.
"""

from pathlib import Path

ROUTES = Path("/proc/net/route")
_ANYWHERE = "00000000"


class HurryWatch:
    """Compares two small files with what they were. One thread asks every second or so."""

    def __init__(self, asked: Path, *, routes: Path = ROUTES) -> None:
        self._asked = asked
        self._routes = routes
        self._asked_at = self._when_asked()
        self._ways = self._ways_out()

    def asked(self) -> bool:
        """Tell whether somebody has asked since the last look."""
        at, self._asked_at = self._asked_at, self._when_asked()
        return self._asked_at not in (at, 0)

    def network_came(self) -> bool:
        """Tell whether there is a way out now that was not there at the last look."""
        ways, self._ways = self._ways, self._ways_out()
        return bool(self._ways - ways)

    def _when_asked(self) -> int:
        try:
            return self._asked.stat().st_mtime_ns
        except OSError:
            return 0

    def _ways_out(self) -> frozenset[tuple[str, str]]:
        """Give the interfaces that lead anywhere, each with its gateway."""
        try:
            lines = self._routes.read_text(encoding="ascii", errors="replace").splitlines()[1:]
        except OSError:
            return frozenset()
        routes = [line.split() for line in lines]
        return frozenset((route[0], route[2]) for route in routes if len(route) > 2 and route[1] == _ANYWHERE)
