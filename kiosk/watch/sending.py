"""Everything sent at once, while a phone shares its network: asked for here, done by the uplink, watched until it is done."""

from pathlib import Path
from typing import NamedTuple

from kiosk.errors import KioskError
from kiosk.watch.status import look
from survey.wire.trouble import Trouble, trouble_of
from uplink.journal.home import KioskHome


class Sent(NamedTuple):
    """How far it has come."""

    waiting: int
    """Of the records that there were when it was asked for."""
    connected: bool
    trouble: Trouble | None
    """Why nothing goes out, where something is known."""

    @property
    def done(self) -> bool:
        """Whether the collector has all of them: the phone may go."""
        return self.waiting == 0


class Sending:
    """One wish to have everything sent."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._through = look(home).journal.head

    def ask(self) -> None:
        """Let the uplink wait for nothing.

        Raises:
            KioskError: this user may not ask.
        """
        try:
            KioskHome(self._home).send_now.touch()
        except OSError as error:
            raise KioskError(
                f"the uplink cannot be asked ({error.strerror}): run this as the kiosk's user"
            ) from error

    def look(self) -> Sent:
        """See how far it has come.

        Raises:
            KioskError: the kiosk's folder cannot be read.
        """
        status = look(self._home)
        return Sent(
            waiting=max(0, self._through - status.journal.confirmed),
            connected=bool(status.uplink.get("connected")),
            trouble=trouble_of(status.uplink.get("trouble")),
        )
