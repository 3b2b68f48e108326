"""How long a screen waits: from when it takes presses, when it asks whether somebody is there, and when it gives up."""

from typing import assert_never

from survey.visit.plan import Plan
from survey.visit.state import State, Step

_NEVER_WARNED = frozenset({Step.IDLE, Step.SAVING, Step.LOOKING, Step.THANKS, Step.TESTED, Step.RECORDING})
_TURNING = frozenset(
    {
        Step.INVITATION,
        Step.PREFERENCES,
        Step.ABOUT,
        Step.STANDARDS,
        Step.SERVICE,
        Step.PROFILE,
        Step.QUESTION,
        Step.OFFER,
        Step.COMPLAINTS,
        Step.TOPICS,
        Step.THANKS,
    }
)
"""Where the next visitor's press would be taken for an answer of the last one's, or for none at all: these show the faces again."""


def expires_at(plan: Plan, state: State) -> float | None:
    """Give the moment this screen gives up waiting, or None if it waits for ever."""
    moment = _expires_at(plan, state)
    if moment is None or not state.aids.aloud or state.step in (Step.SAVING, Step.LOOKING, Step.RECORDING):
        return moment
    # To listen takes longer than to look.
    return moment + (plan.timing.nudge if state.step is Step.THANKS else plan.timing.writing)


def _expires_at(plan: Plan, state: State) -> float | None:  # noqa: PLR0911 - one branch a screen
    timing = plan.timing
    latest = max(state.since, state.last_input)
    match state.step:
        case Step.FAILED | Step.STAFF:
            return None
        case Step.SAVING | Step.LOOKING:
            return state.since + timing.saving
        case Step.THANKS:
            # A face that is pressed in the last moment is taken, not timed out.
            return (latest if state.large_text or state.pressed else state.since) + timing.thanks
        case Step.IDLE:
            return latest + timing.idle if _has_preferences(plan, state) else None
        case Step.INVITATION | Step.KEPT:
            return latest + timing.invitation
        case Step.RECORDING:
            return state.since + timing.speaking
        case (
            Step.TEXT
            | Step.WORD
            | Step.SPEAK
            | Step.HEARD
            | Step.CONSENT
            | Step.PHONE
            | Step.CODE
            | Step.STANDARD
            | Step.NEWS
            | Step.COUNTERS
        ):
            return latest + timing.writing
        case Step.TICKET | Step.TESTED:
            return latest + timing.ticket
        case (
            Step.PREFERENCES
            | Step.SERVICE
            | Step.ABOUT
            | Step.STANDARDS
            | Step.PROFILE
            | Step.QUESTION
            | Step.OFFER
            | Step.COMPLAINTS
            | Step.TOPICS
            | Step.STANDING
            | Step.WITHDRAW
        ):
            return latest + timing.idle
        case step:
            assert_never(step)


def ready_at(plan: Plan, state: State) -> float:
    """Give the moment from which a fresh screen takes presses: whoever presses twice by mistake meant the last screen."""
    once = state.step is Step.TICKET  # shown once
    ready = state.since + max(plan.timing.settle, plan.timing.quiet if once else 0.0)
    return max(ready, state.quiet_until) if state.step is Step.IDLE or state.faces else ready


def faces_at(plan: Plan, state: State) -> float | None:
    """Give the moment at which a screen shows the faces again: nobody may stand there but the next visitor.

    What only offers to go on turns soon. What somebody has begun waits as long as slow readers need, and never turns while something
    picked stands there that is not with the journal.
    """
    if not _turns(state) or state.pressed is not None:
        return None
    offers = (
        state.step is Step.INVITATION
        or (state.step is Step.TOPICS and state.complaint_from is Step.SERVICE)
        or (state.step is Step.THANKS and state.own_code is None)  # nothing is copied
    )
    if offers and not (state.menu or state.form_open):
        return max(state.since, state.last_input) + plan.timing.queue
    return _asks_at(plan, state)


def _turns(state: State) -> bool:
    # A menu that was opened over the faces and left is a screen like any other.
    mine = (state.faces and not state.menu) or state.has_draft or state.aids.aloud
    mine = mine or (state.step is Step.THANKS and state.listens)  # the code is being read
    return state.step in _TURNING and not mine


def warns_at(plan: Plan, state: State) -> float | None:
    """Give the moment from which this screen asks whether somebody is still there, or None where it never does, or does so by the faces."""
    if (state.faces and not state.menu) or _turns(state) or state.step in _NEVER_WARNED:
        return None
    return _asks_at(plan, state)


def _asks_at(plan: Plan, state: State) -> float | None:
    expires = expires_at(plan, state)
    if expires is None:
        return None
    # A screen that waits but briefly asks in the second half of its wait.
    waits = expires - max(state.since, state.last_input)
    return expires - min(plan.timing.nudge, waits / 2)


def is_warned(plan: Plan, state: State, now: float) -> bool:
    """Tell whether the question lies over the screen: any press or touch then only answers it."""
    warns = warns_at(plan, state)
    return warns is not None and now >= warns


def _has_preferences(plan: Plan, state: State) -> bool:
    changed = state.language != plan.languages[0] or state.large_text or state.contrast
    changed = changed or state.still_at is not None
    return changed or state.menu or state.aids.aloud
