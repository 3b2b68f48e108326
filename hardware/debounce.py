"""Our own debouncer: a pure class fed with edges and times.

gpiozero's drivers disagree about what `bounce_time` means, and its mock ignores it, so none of that is used. The rules:

* a level counts once it has been stable for `glitch_seconds`; a shorter pulse is a glitch (radio, static, a long cable);
* for `lockout_seconds` after its release a button is deaf: that is release bounce or mashing;
* a button that goes down while another is down makes a chord: no answer, and the first press is void;
* a button that stays down for `stuck_seconds`, or is down at the start, is stuck and ignored until it comes up.

The caller feeds edges in any order of buttons, calls `advance(now)` when nothing happens, and wakes up at `due()`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hardware.events import (
    BUTTONS,
    Chord,
    ChordHeld,
    Edge,
    Freed,
    Held,
    Pressed,
    Rejected,
    Released,
    Signal,
    Stuck,
)

_BOUNCE_SECONDS = (
    0.05  # short pulses this close before a real press were its bounce, not glitches of their own
)


class DebounceTiming(NamedTuple):
    """How the debouncer judges; see the module. The values are set in the configuration, `[panel]`."""

    glitch_seconds: float
    lockout_seconds: float
    hold_seconds: float
    chord_hold_seconds: float
    stuck_seconds: float


class _Button:
    def __init__(self, number: int) -> None:
        self.number = number
        self.raw = False
        self.raw_since = float("-inf")
        self.down = False
        self.down_since = float("-inf")
        self.released_at = float("-inf")
        self.glitch_at: float | None = None
        self.live = False
        """Whether the present press counts: not void by a chord, a lock-out or being stuck."""
        self.held = False
        self.stuck = False


class Debouncer:
    """Makes presses of edges; knows no clock and no pin."""

    def __init__(self, timing: DebounceTiming, *, down_at_start: Iterable[int] = ()) -> None:
        self._timing = timing
        self._buttons = {number: _Button(number) for number in BUTTONS}
        self._chord_since: float | None = None
        self._chord_reported = False
        self._now = float("-inf")
        for number in down_at_start:
            button = self._buttons[number]
            button.raw = button.down = button.stuck = True

    @property
    def stuck(self) -> frozenset[int]:
        """The buttons that are ignored because they are jammed."""
        return frozenset(button.number for button in self._buttons.values() if button.stuck)

    def level(self, number: int) -> bool:
        """Tell the level the latest edge of a button left it at."""
        return self._buttons[number].raw

    def feed(self, edge: Edge) -> list[Signal]:
        """Take one edge; gives what became certain up to its time."""
        at = max(edge.at, self._now)
        signals = self.advance(at)
        button = self._buttons[edge.button]
        if edge.down == button.raw:
            return signals
        if button.raw and not button.down:
            button.glitch_at = button.glitch_at or at
        button.raw = edge.down
        button.raw_since = at
        return signals

    def advance(self, now: float) -> list[Signal]:
        """Let time pass until `now`; gives what became certain by then, in order of time."""
        signals: list[Signal] = []
        while (moment := self.due()) is not None and moment <= now:
            self._now = max(self._now, moment)
            for button in self._buttons.values():
                self._settle(button, signals)
            self._check_chord(signals)
        self._now = max(self._now, now)
        return signals

    def due(self) -> float | None:
        """Give the next moment at which time alone will change something, or None."""
        timing = self._timing
        moments = []
        for button in self._buttons.values():
            if button.raw != button.down:
                moments.append(button.raw_since + timing.glitch_seconds)
            if button.glitch_at is not None:
                moments.append(button.glitch_at + _BOUNCE_SECONDS)
            if button.down and not button.stuck:
                moments.append(button.down_since + timing.stuck_seconds)
                if button.live and not button.held:
                    moments.append(button.down_since + timing.hold_seconds)
        if self._chord_since is not None and not self._chord_reported:
            moments.append(self._chord_since + timing.chord_hold_seconds)
        return min(moments, default=None)

    def _settle(self, button: _Button, signals: list[Signal]) -> None:
        timing, now = self._timing, self._now
        if button.raw != button.down and now >= button.raw_since + timing.glitch_seconds:
            if button.raw:
                self._press(button, signals)
            else:
                self._release(button, signals)
        if button.glitch_at is not None and now >= button.glitch_at + _BOUNCE_SECONDS:
            button.glitch_at = None
            signals.append(Rejected("glitch", button.number, now))
        if not button.down or button.stuck:
            return
        if button.live and not button.held and now >= button.down_since + timing.hold_seconds:
            button.held = True
            signals.append(Held(button.number, now))
        if now >= button.down_since + timing.stuck_seconds:
            button.stuck, button.live = True, False
            signals += [Stuck(button.number, now), Rejected("stuck", button.number, now)]
            self._restart_chord()

    def _press(self, button: _Button, signals: list[Signal]) -> None:
        button.down, button.down_since = True, button.raw_since
        button.held, button.glitch_at = False, None
        others = [other for other in self._down() if other is not button]
        if others:
            for other in others:
                other.live = False
            button.live = False
            together = frozenset(other.number for other in (*others, button))
            signals += [Chord(together, self._now), Rejected("chord", button.number, self._now)]
            self._restart_chord()
        elif button.raw_since < button.released_at + self._timing.lockout_seconds:
            button.live = False
            signals.append(Rejected("mash", button.number, self._now))
        else:
            button.live = True
            signals.append(Pressed(button.number, button.raw_since))

    def _release(self, button: _Button, signals: list[Signal]) -> None:
        button.down, button.released_at = False, button.raw_since
        if button.stuck:
            button.stuck = False
            signals.append(Freed(button.number, self._now))
        elif button.live:
            signals.append(Released(button.number, button.raw_since))
        button.live = False
        self._restart_chord()

    def _down(self) -> list[_Button]:
        return [button for button in self._buttons.values() if button.down and not button.stuck]

    def _restart_chord(self) -> None:
        self._chord_since = self._now if len(self._down()) > 1 else None
        self._chord_reported = False

    def _check_chord(self, signals: list[Signal]) -> None:
        since = self._chord_since
        if (
            since is not None
            and not self._chord_reported
            and self._now >= since + self._timing.chord_hold_seconds
        ):
            self._chord_reported = True
            signals.append(ChordHeld(frozenset(button.number for button in self._down()), self._now))
