"""The part of a visit's table in which somebody speaks instead of writing: told first what becomes of it, recorded, played, sent or not.

Nothing that was said is kept but by *Kirim*. What was picked and written before stays as it is meanwhile.
"""

from collections.abc import Mapping

from survey.record.complaint import AdditionKind
from survey.visit.action import Word
from survey.visit.effects import Hush, Speak
from survey.visit.moves import (
    SPEAKING,
    Handler,
    Moved,
    adds,
    go,
    listen,
    save_addition,
    save_complaint,
    save_word,
)
from survey.visit.plan import Plan
from survey.visit.speech import (
    ForgetSpeech,
    NotRecorded,
    Record,
    Recorded,
    Replay,
    Replayed,
    SpeechEvent,
    StopRecording,
)
from survey.visit.state import State, Step


def happen(state: State, event: SpeechEvent, now: float) -> Moved:
    """Take what comes of recording and playing; what nobody waits for any more is nothing."""
    match event:
        case Recorded(seconds) if state.step in SPEAKING and not state.spoken:
            state, effects = go(state, Step.HEARD, now, spoken=seconds)
            return state, (*effects, Replay())
        case NotRecorded() if state.step in SPEAKING and not state.spoken:
            return go(state, Step.SPEAK, now, not_recorded=True)
        case Replayed() if state.step is Step.HEARD and state.listens:
            return state, (Speak(),)
        case _:
            return state, ()


def stop_recording(state: State, now: float) -> Moved:
    """Record no more, and wait for what was recorded."""
    state, effects = go(state, Step.HEARD, now, spoken=0)
    return state, (StopRecording(), *effects)


def forgotten(before: State, state: State) -> Moved:
    """Forget what was said where a move has led away from it; what was sent is with the journal by then."""
    if before.step in SPEAKING and state.step not in SPEAKING:
        return state._replace(spoken=0), (ForgetSpeech(),)
    return state, ()


def _speak(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, Step.SPEAK, now, speaks_from=state.step, not_recorded=False)


def _without(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return go(state, state.speaks_from, now)


def _record(plan: Plan, state: State, _argument: str, now: float) -> Moved:
    state, effects = go(state, Step.RECORDING, now, spoken=0)
    return state, (*effects, Record(plan.timing.speaking))


def _stop(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    return stop_recording(state, now)


def _replay(_plan: Plan, state: State, _argument: str, _now: float) -> Moved:
    return state, (Hush(), Replay())


def _send(_plan: Plan, state: State, _argument: str, now: float) -> Moved:
    """The complaint, or the words more, are handed over first: whatever becomes of a part of what was said, they are kept."""
    added = adds(state)
    if not added:
        state, effects = save_complaint(state, spoken=True)
    else:
        state, effects = save_word(state) if state.text.strip() else (state, ())
    state, spoken = save_addition(state, AdditionKind.SPOKEN)
    state, more = go(state, Step.SAVING, now, back_to=Step.KEPT if added else Step.TICKET)
    return state, (*effects, *spoken, *more)


SPOKEN: Mapping[tuple[Step, Word], Handler] = {
    (Step.TEXT, Word.SPEAK): _speak,
    (Step.WORD, Word.SPEAK): _speak,
    (Step.SPEAK, Word.BACK): _without,
    (Step.SPEAK, Word.LISTEN): listen,
    (Step.SPEAK, Word.START): _record,
    (Step.RECORDING, Word.CANCEL): _without,
    (Step.RECORDING, Word.STOP): _stop,
    (Step.HEARD, Word.CANCEL): _without,
    (Step.HEARD, Word.REPLAY): _replay,
    (Step.HEARD, Word.AGAIN): _record,
    (Step.HEARD, Word.NEXT): _send,
}
"""For each screen of speaking and each action, where it leads."""
