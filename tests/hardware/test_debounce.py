"""The debouncer: what is a press, what is none, and that nothing is lost silently."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.debounce import Debouncer
from hardware.events import (
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
from kiosk.config import Config
from kiosk.fitted.opening import debounce_timing

TIMING = debounce_timing(Config().panel)


def play(
    edges: Iterable[tuple[float, int, bool]], *, until: float = 60.0, debouncer: Debouncer | None = None
) -> list[Signal]:
    """Feed `(time, button, down)` and let time pass in frames in between, as the loop does."""
    debouncer = debouncer or Debouncer(TIMING)
    signals: list[Signal] = []
    for at, button, down in edges:
        signals += debouncer.feed(Edge(button, down, at))
    return signals + debouncer.advance(until)


def kinds(signals: Iterable[Signal]) -> list[str]:
    return [
        signal.reason if isinstance(signal, Rejected) else type(signal).__name__.lower() for signal in signals
    ]


def test_a_press_counts_from_when_the_contact_closed() -> None:
    assert play([(1.0, 2, True), (1.1, 2, False)]) == [Pressed(2, 1.0), Released(2, 1.1)]


def test_a_press_is_known_as_soon_as_its_level_is_stable() -> None:
    debouncer = Debouncer(TIMING)
    debouncer.feed(Edge(1, down=True, at=5.0))
    assert debouncer.due() == 5.0 + TIMING.glitch_seconds
    assert debouncer.advance(5.004) == []
    assert debouncer.advance(5.0051) == [Pressed(1, 5.0)]


def test_bounce_before_and_after_a_press_is_one_press_and_no_glitch() -> None:
    bouncing = [
        (1.0, 1, True),
        (1.002, 1, False),
        (1.004, 1, True),
        (1.2, 1, False),
        (1.203, 1, True),
        (1.205, 1, False),
    ]
    assert kinds(play(bouncing)) == ["pressed", "released"]


def test_a_short_pulse_is_a_glitch_and_is_counted() -> None:
    assert kinds(play([(1.0, 3, True), (1.004, 3, False)])) == ["glitch"]


def test_a_press_right_after_a_release_is_mashing() -> None:
    assert kinds(play([(1.0, 1, True), (1.1, 1, False), (1.15, 1, True), (1.25, 1, False)])) == [
        "pressed",
        "released",
        "mash",
    ]


def test_a_press_after_the_lock_out_counts_again() -> None:
    presses = play([(1.0, 1, True), (1.1, 1, False), (1.3, 1, True), (1.4, 1, False)])
    assert kinds(presses) == ["pressed", "released", "pressed", "released"]


def test_two_buttons_at_once_are_no_answer() -> None:
    signals = play([(1.0, 1, True), (1.03, 4, True), (1.2, 1, False), (1.2, 4, False)])
    assert kinds(signals) == ["pressed", "chord", "chord"]
    assert Chord(frozenset({1, 4}), signals[1].at) == signals[1]


def test_the_staff_buttons_held_together_are_told_once() -> None:
    signals = play([(1.0, 1, True), (1.02, 4, True), (7.0, 1, False), (7.0, 4, False)])
    held = [signal for signal in signals if isinstance(signal, ChordHeld)]
    assert [signal.buttons for signal in held] == [frozenset({1, 4})]
    assert held[0].at == pytest.approx(1.02 + TIMING.glitch_seconds + TIMING.chord_hold_seconds)


def test_holding_one_button_is_told_once() -> None:
    assert kinds(play([(1.0, 2, True), (4.0, 2, False)])) == ["pressed", "held", "released"]


def test_a_stuck_button_is_reported_ignored_and_free_again() -> None:
    signals = play([(1.0, 2, True), (30.0, 2, False), (31.0, 2, True), (31.1, 2, False)])
    assert kinds(signals) == ["pressed", "held", "stuck", "stuck", "freed", "pressed", "released"]


def test_a_stuck_button_makes_no_chord_with_others() -> None:
    signals = play([(1.0, 2, True), (20.0, 3, True), (20.1, 3, False)])
    assert kinds(signals)[-2:] == ["pressed", "released"]


def test_a_button_that_is_down_at_the_start_is_stuck_until_it_comes_up() -> None:
    debouncer = Debouncer(TIMING, down_at_start=[3])
    assert debouncer.stuck == {3}
    assert kinds(play([(5.0, 3, False), (6.0, 3, True), (6.1, 3, False)], debouncer=debouncer)) == [
        "freed",
        "pressed",
        "released",
    ]


edges = st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 4), st.booleans()), max_size=60).map(
    lambda steps: [
        (sum(step[0] for step in steps[: place + 1]), button, down)
        for place, (_, button, down) in enumerate(steps)
    ]
)


@given(edges=edges)
@settings(max_examples=300, deadline=None)
def test_presses_alternate_with_releases_or_are_voided(edges: list[tuple[float, int, bool]]) -> None:
    signals = play(edges, until=1000.0)
    open_press: int | None = None
    for signal in signals:
        match signal:
            case Pressed(button):
                assert open_press is None
                open_press = button
            case Released(button):
                assert open_press == button
                open_press = None
            case Chord():
                open_press = None
            case Stuck(button):
                open_press = None if open_press == button else open_press
            case Held(button):
                assert open_press == button
            case _:
                pass


@given(edges=edges, frame=st.floats(0.001, 0.3))
@settings(max_examples=200, deadline=None)
def test_the_frame_rate_changes_no_signal(edges: list[tuple[float, int, bool]], frame: float) -> None:
    """Whether time passes in small steps or in one, the same signals come out."""
    whole = play(edges, until=60.0)
    debouncer, fine, now = Debouncer(TIMING), [], 0.0
    for at, button, down in edges:
        while now + frame < at:
            now += frame
            fine += debouncer.advance(now)
        fine += debouncer.feed(Edge(button, down, at))
        now = at
    fine += debouncer.advance(60.0)
    assert fine == whole


@given(edges=edges)
@settings(max_examples=200, deadline=None)
def test_every_stable_press_is_a_press_or_counted_as_rejected(edges: list[tuple[float, int, bool]]) -> None:
    signals = play(edges, until=1000.0)
    stable = 0
    level: dict[int, tuple[bool, float]] = {}
    down_now: dict[int, bool] = {}
    for at, button, down in [*edges, *((999.0, button, None) for button in range(1, 5))]:  # type: ignore[misc]
        was, since = level.get(button, (False, 0.0))
        if was == down:
            continue
        if was != down_now.get(button, False) and at >= since + TIMING.glitch_seconds:
            down_now[button] = was
            stable += was
        if down is not None:
            level[button] = (down, at)
    counted = sum(
        isinstance(signal, Pressed) or (isinstance(signal, Rejected) and signal.reason in ("mash", "chord"))
        for signal in signals
    )
    assert counted == stable


def test_freed_is_told_with_its_button() -> None:
    debouncer = Debouncer(TIMING, down_at_start=[1])
    assert play([(2.0, 1, False)], debouncer=debouncer)[0] == Freed(1, 2.0 + TIMING.glitch_seconds)
