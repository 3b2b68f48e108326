"""How long a visit takes from the smiley to the thanks, screen by screen and by touch, on the visit's own clock.

A reader takes in so many words a minute of what stands on the screen, then needs a while to find the button. 130 words a minute is slow
reading, aloud; 200 is an ordinary reader's. Says seconds a screen, presses and minutes, for the kiosk's default questions with a service
and a profile, and without. `kiosk/show/length.py` has the figure that the invitation is made of.
"""

from kiosk.config import Config
from kiosk.rehearsal.samples import AROUND
from kiosk.remote.plan import make_plan
from kiosk.show.aloud.spoken import pieces
from kiosk.show.present import present
from kiosk.show.texts import Texts
from survey.visit.action import Word
from survey.visit.coded import MakeCode
from survey.visit.effects import Effect, SaveResponse
from survey.visit.machine import advance, begin, due
from survey.visit.offer import offer
from survey.visit.plan import OfferedService, Plan
from survey.visit.state import Coded, Saved, State, Step, Tick, Touch

FINDING_SECONDS = 2.0
PRESS_SECONDS = 0.2
_ON = {Step.INVITATION: Word.ACCEPT, Step.OFFER: Word.NO}


def play(plan: Plan, words_a_minute: float) -> tuple[float, float, int]:
    """Make one visit by the buttons; gives the seconds of all, those between accepting and the last answer, and the presses."""
    now, presses = 100.0, 0
    state = begin(plan, now=now)
    began: float | None = None
    accepted = done = 0.0
    while state.step is not Step.THANKS:
        words = _words(plan, state, now)
        if state.step is Step.IDLE:
            words = 0  # whoever comes has come to press
        now += words * 60 / words_a_minute + FINDING_SECONDS
        began = now if began is None else began
        while (moment := due(plan, state)) is not None and moment <= now:
            state = _settle(plan, state, moment)
        if (state.step is Step.IDLE or (state.faces and state.step is not Step.INVITATION)) and presses:
            raise SystemExit(f"{words} words a screen are too many for this reader")
        options = offer(plan, state).options
        left = state.step
        # Whoever reads slowly meets the faces on the invitation again, and goes on by touch.
        action = _ON.get(state.step) or options[min(2, len(options) - 1)]
        state, effects = advance(plan, state, Touch(action), now)
        state = _answer(plan, state, effects, now)
        presses += 1
        now += PRESS_SECONDS
        while state.pressed is not None and (moment := due(plan, state)) is not None:
            now = max(now, moment)
            state = _settle(plan, state, now)
        accepted = now if left is Step.INVITATION else accepted
        done = now if left not in (Step.OFFER, Step.THANKS) else done
    return now - (began or now), done - accepted, presses


def _settle(plan: Plan, state: State, now: float) -> State:
    state, effects = advance(plan, state, Tick(), now)
    return _answer(plan, state, effects, now)


def _answer(plan: Plan, state: State, effects: tuple[Effect, ...], now: float) -> State:
    """Let the journal and whoever makes a visit's code answer at once."""
    for effect in effects:
        if isinstance(effect, SaveResponse | MakeCode):
            event = Saved(effect.token) if isinstance(effect, SaveResponse) else Coded(effect.visit, None)
            state, more = advance(plan, state, event, now)
            state = _answer(plan, state, more, now)
    return state


def _words(plan: Plan, state: State, now: float) -> int:
    view = present(plan, state, AROUND, Texts(state.language), now)
    read = pieces(view, state.language) if view is not None else ()
    return sum(len(piece.replace("Tombol ", "").split()) for piece in read)


def main() -> None:
    """Print the table."""
    services = [OfferedService(code, "Surat keterangan usaha") for code in ("a", "b", "c", "d", "e")]
    print("questions  words/min  screens  presses  all (s)  screen (s)")
    for name, plan in (
        ("with profile", make_plan(Config(), services=services)),
        ("nine alone", make_plan(Config())._replace(profile=())),
    ):
        screens = 9 + len(plan.profile) + bool(plan.services)
        for speed in (130.0, 200.0):
            whole, between, presses = play(plan, speed)
            print(f"{name:12} {speed:8.0f} {screens:8} {presses:8} {whole:8.0f} {between / screens:10.1f}")


if __name__ == "__main__":
    main()
