"""The part of a visit's table behind the thanks: an auditor declares the visit a test, once its code is shown.

The kiosk cannot have known before, and it cannot tell whether the card is good: that is the collector's to say. So it shows nothing of
what was answered, for whoever types any well-formed code right behind another visitor would read it.
"""

from collections.abc import Mapping

from survey.visit.action import Word
from survey.visit.coded import DeclareTest, KeptCode
from survey.visit.effects import Speak
from survey.visit.moves import Handler, Moved, arrive, go, leave, listen
from survey.visit.plan import Plan
from survey.visit.state import Coded, Ended, Outcome, State, Step


def coded(plan: Plan, state: State, event: Coded, now: float) -> Moved:
    """Take the code of the visit that waits for it."""
    waits = state.step is Step.SAVING and state.back_to is Step.THANKS and not state.unsaved
    if not waits or event.visit != state.visit:
        return state, ()
    return arrive(plan, state._replace(coded=True, own_code=event.code), Step.THANKS, now)


def found_visit(state: State, letters: str, kept: KeptCode | None, now: float) -> Moved:
    """Show what is known of the visit whose letters stand there; where nothing is, a word says so and more can be typed."""
    if state.step is not Step.CODE or letters != state.code or state.testing:
        return state, ()
    if kept is None:
        return state._replace(no_visit=True), ()
    state, effects = go(state, Step.STANDING, now, outcome=Outcome.FOUND, found=None, found_code=kept)
    return state, (*effects, *((Speak(),) if state.listens else ()))


def declare(state: State, now: float) -> Moved:
    """Declare the visit a test with the card whose code stands there."""
    token = f"{state.visit}/test"
    effect = DeclareTest(token, state.visit, state.code)
    state = state._replace(unsaved=state.unsaved | {token}, owed=state.owed | {token}, code="")
    state, effects = go(state, Step.SAVING, now, back_to=Step.TESTED, testing=False)
    return state, (effect, *effects)


def leave_card(state: State, now: float) -> Moved:
    """Go back to the thanks: the visit is none."""
    return go(state, Step.THANKS, now, code="", testing=False)


def _begin(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.CODE, now, code="", testing=True, outcome=None, found=None)


def _close(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return leave(plan, state, Ended.FINISHED, now)


TESTING: Mapping[tuple[Step, Word], Handler] = {
    (Step.THANKS, Word.LISTEN): listen,
    (Step.THANKS, Word.TEST): _begin,
    (Step.TESTED, Word.LISTEN): listen,
    (Step.TESTED, Word.CLOSE): _close,
}
"""For each screen of a test and each action, where it leads."""
