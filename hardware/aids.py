"""Two inputs beside the four buttons, for whoever listens: a fifth button, and the switch of a headphone jack.

Neither is ever an answer, so neither takes part in chords. Each is judged here by its own level alone, from edges and times, and gives
the names of what was asked for (`survey.visit.aided.Aid`).
"""

from hardware.events import FIFTH, JACK, Asked, Edge, Signal

_PRESS_SECONDS = 0.03
_PLUG_SECONDS = 0.3
"""A plug on its way in makes and breaks contact several times."""


class _Input:
    def __init__(self, settle: float) -> None:
        self.settle = settle
        self.raw = self.down = self.held = False
        self.since = float("-inf")


class AidInputs:
    """Makes wishes of edges; knows no clock and no pin. What is down at the start counts from its next change on."""

    def __init__(self, *, hold_seconds: float) -> None:
        self._hold = hold_seconds
        self._inputs = {FIFTH: _Input(_PRESS_SECONDS), JACK: _Input(_PLUG_SECONDS)}

    def feed(self, edge: Edge) -> list[Signal]:
        """Take one edge; gives what became certain before it."""
        asked = self.advance(edge.at)
        one = self._inputs[edge.button]
        if edge.down != one.raw:
            one.raw, one.since = edge.down, edge.at
        return asked

    def advance(self, now: float) -> list[Signal]:
        """Let time pass until `now`; gives what became certain by then, in order of time."""
        asked: list[Signal] = []
        while (moment := self.due()) is not None and moment <= now:
            for number, one in self._inputs.items():
                if one.raw != one.down and moment >= one.since + one.settle:
                    one.down = one.raw
                    asked += self._changed(number, one, moment)
                elif number == FIFTH and self._held(one, moment):
                    one.held = True
                    asked.append(Asked("fifth_held", moment))
        return asked

    def _changed(self, number: int, one: _Input, moment: float) -> list[Signal]:
        if number == JACK:
            return [Asked("plugged" if one.down else "unplugged", moment)]
        if one.down:
            one.held = False
            return []
        return [] if one.held else [Asked("fifth", moment)]

    def _held(self, one: _Input, moment: float) -> bool:
        return one.down and one.raw and not one.held and moment >= one.since + self._hold

    def due(self) -> float | None:
        """Give the next moment at which time alone changes something, or None."""
        moments = [one.since + one.settle for one in self._inputs.values() if one.raw != one.down]
        fifth = self._inputs[FIFTH]
        if fifth.down and fifth.raw and not fifth.held:
            moments.append(fifth.since + self._hold)
        return min(moments, default=None)
