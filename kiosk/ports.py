"""What the frame loop needs of its surroundings, as protocols: each has a real and a simulated side, or a test's."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import Input, Plain, View
from survey.visit.state import Press, Touch
from survey.wire.trouble import Trouble


class Display(Protocol):
    """What the loop needs of a screen: `kiosk.draw.window.Window`, or nothing to look at."""

    def show(self, view: View) -> None:
        """Bring a view to the screen."""
        ...

    def events(self, timeout: float) -> list[Input]:
        """Wait at most `timeout` seconds for input."""
        ...

    def change_look(
        self,
        *,
        text_scale: float | None = None,
        high_contrast: bool | None = None,
        sunlit: bool | None = None,
    ) -> None:
        """Change how everything is drawn."""
        ...

    def close(self) -> None:
        """Give the display back."""
        ...


class Desk(Protocol):
    """The staff's screen, behind its PIN; the loop gives it all input while it is open."""

    def open(self, now: float) -> None:
        """Somebody asked for it."""
        ...

    def take(self, event: "Press | Touch", now: float) -> bool:
        """Take an input; False when the desk is closed."""
        ...

    def tick(self, now: float) -> bool:
        """Let time pass; False when the desk has locked itself."""
        ...

    def view(self, now: float) -> Plain:
        """Give what to show."""
        ...


class Housekeeping(Protocol):
    """What is done beside visits: alive records, health, opening hours, settings."""

    def surroundings(self, now: float) -> Surroundings:
        """Give what screens show besides the visit."""
        ...

    def texts(self, language: str) -> Texts:
        """Give the texts of a language."""
        ...

    def step(self, now: float) -> None:
        """Do what is due."""
        ...


class Voice(NamedTuple):
    """How screens are read aloud; all of them return at once."""

    say: Callable[[Sequence[str], str], None]
    """Pieces of text, and their language."""
    hush: Callable[[], None]
    release: Callable[[], None]
    """Stop, and leave the sound card to whoever records and plays what a visitor says."""
    set_volume: Callable[[int], None]
    """In percent, from the next piece on."""
    tune: Callable[[int, int], None]
    """How much louder, and how fast, a listener wants it."""
    fault: Callable[[], Trouble | None]
    """Why nothing can be read aloud, or None."""
