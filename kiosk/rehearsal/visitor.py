"""Simulated visitors: what one wants to say, and which finger moves next to say it.

A visitor knows only what a person sees: the screen's actions. It presses buttons, touches, pages through lists, holds a
button for the menu, hesitates, walks away; all of it through the panel's and the display's own queues.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from survey.instrument.profile import Attribute
from survey.visit.action import Word, key, name_of
from survey.visit.offer import Offer, offer, question_key, tiles
from survey.visit.plan import Plan
from survey.visit.services import is_asked_first, of_units
from survey.visit.state import State, Step

_OfComplaint = Literal[Step.COMPLAINTS, Step.TOPICS, Step.TEXT, Step.TICKET, Step.CONSENT, Step.PHONE]
_OfSpeaking = Literal[Step.SPEAK, Step.RECORDING, Step.HEARD]
_OfEarlier = Literal[Step.CODE, Step.STANDING, Step.WORD, Step.WITHDRAW, Step.KEPT]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor is going to do."""

    pulse: int
    answers: Mapping[str, int] | None = None
    """Answers by element key; None declines the questionnaire, a missing element is skipped."""
    service: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    leave_at: str | None = None
    """The element at which the visitor walks away without a word."""
    topics: tuple[str, ...] = ()
    """A complaint is made if there are any."""
    text: str = ""
    speaks: bool = False
    """The complaint is spoken, where there is a microphone."""
    phone: str = ""
    by_touch: float = 0.0
    """The share of actions done by touch."""
    language: str | None = None
    doubts: int = 0
    """How many times the visitor goes back one question."""
    mashes: int = 0
    """How many needless presses of other buttons follow the first one at once."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a visitor does: an action to press or touch, a hold, or walking away."""

    action: str = ""
    touch: bool = False
    hold: bool = False
    leaves: bool = False


class Visitor:
    """One simulated person; asked again and again for the next move until they are gone."""

    def __init__(self, wish: Wish, dice: random.Random) -> None:
        self.wish = wish
        self._dice = dice
        self._typed = 0
        self._typed_phone = 0
        self._doubts = wish.doubts
        self._complained = False

    def move(  # noqa: C901, PLR0911, PLR0912 - one line a screen
        self, plan: Plan, state: State
    ) -> Move | None:
        """Give the next move on the present screen; None when there is nothing to do but wait."""
        here = offer(plan, state)
        if state.faces:  # who has thought for long is asked whether anybody is there
            return self._still_here(here)
        if state.menu:
            return self._do(
                here,
                Word.SKIP
                if Word.SKIP in here.options
                else Word.NEXT
                if Word.NEXT in here.options
                else Word.RESUME,
            )
        match state.step:
            case Step.IDLE:
                return self._do(here, name_of(Word.ANSWER, self.wish.pulse))
            case Step.INVITATION:
                return self._invited(plan, state, here)
            case Step.PREFERENCES:
                return self._do(here, Word.LANGUAGE if state.language != self.wish.language else Word.BACK)
            case Step.SERVICE:
                return self._serviced(plan, state, here)
            case Step.PROFILE:
                return self._about(plan.profile[state.place], here)
            case Step.QUESTION:
                return self._asked(plan, state, here)
            case Step.OFFER:
                return self._do(
                    here, Word.COMPLAINT if self.wish.topics and not self._complained else Word.NO
                )
            case (
                Step.COMPLAINTS | Step.TOPICS | Step.TEXT | Step.TICKET | Step.CONSENT | Step.PHONE
            ) as step:
                return self._complaint(step, plan, state, here)
            case (Step.SPEAK | Step.RECORDING | Step.HEARD) as step:
                return self._speaking(step, state, here)
            case (Step.CODE | Step.STANDING | Step.WORD | Step.WITHDRAW | Step.KEPT) as step:
                return self._earlier(step, here)
            case Step.THANKS | Step.TESTED:
                return Move(leaves=True)
            case Step.ABOUT | Step.NEWS | Step.COUNTERS | Step.STANDARDS | Step.STANDARD:
                return self._do(here, Word.BACK)
            case Step.SAVING | Step.LOOKING | Step.FAILED | Step.STAFF:
                return None
            case step:
                assert_never(step)

    def _serviced(self, plan: Plan, state: State, here: Offer) -> Move:
        if not self.wish.service:
            return self._list(here, Word.SKIP)
        wanted = name_of(Word.SERVICE, self.wish.service)
        if is_asked_first(plan) and not state.place:
            units = [[service.code for service in of_unit] for of_unit in of_units(plan)]
            within = [number for number, codes in enumerate(units, start=1) if self.wish.service in codes]
            wanted = name_of(Word.WITHIN, within[0]) if within else Word.SKIP
        return self._list(here, wanted)

    def _still_here(self, here: Offer) -> Move:
        if Word.ACCEPT not in here.actions:
            return self._do(here, Word.RESUME)
        return Move(leaves=True) if self.wish.answers is None else self._do(here, Word.ACCEPT)

    def _invited(self, plan: Plan, state: State, here: Offer) -> Move:
        if self.wish.language in plan.languages and state.language != self.wish.language:
            return self._do(here, Word.PREFERENCES)
        if self.wish.answers is not None and plan.forms:
            return self._do(here, Word.ACCEPT)
        if self.wish.topics and Word.COMPLAINT in here.options:
            return self._do(here, Word.COMPLAINT)
        return self._do(here, Word.DECLINE)

    def _about(self, attribute: Attribute, here: Offer) -> Move:
        value = self.wish.profile.get(attribute.key)
        within = [name_of(Word.WITHIN, run) for run, step in enumerate(attribute.steps, 1) if value in step]
        if within and within[0] in here.actions:
            return self._do(here, within[0])
        return self._list(here, name_of(Word.PROFILE, value) if value else Word.SKIP)

    def _asked(self, plan: Plan, state: State, here: Offer) -> Move:
        asked = question_key(plan, state)
        if asked == self.wish.leave_at:
            return Move(leaves=True)
        if self._doubts and state.place > 0:
            self._doubts -= 1
            return self._do(here, Word.BACK)
        value = (self.wish.answers or {}).get(asked)
        if value is None:
            return self._do(here, Word.SKIP)
        return self._list(here, name_of(Word.ANSWER, value))

    def _complaint(  # noqa: PLR0911 - as above
        self, step: _OfComplaint, plan: Plan, state: State, here: Offer
    ) -> Move:
        match step:
            case Step.COMPLAINTS:
                return self._do(here, Word.NEW)
            case Step.TOPICS:
                return self._tiles(plan, state, here)
            case Step.TEXT:
                if self._typed < len(self.wish.text):
                    self._typed += 1
                    return Move(key(self.wish.text[self._typed - 1]), touch=True)
                return self._do(here, Word.SPEAK if self.wish.speaks and plan.microphone else Word.NEXT)
            case Step.TICKET:
                self._complained = True
                leaves = self.wish.phone and Word.NUMBER in here.options and not self._typed_phone
                return self._do(here, Word.NUMBER if leaves else Word.NOTED)
            case Step.CONSENT:
                return self._do(here, Word.NEXT if state.consented else Word.TICK)
            case Step.PHONE:
                if self._typed_phone < len(self.wish.phone):
                    self._typed_phone += 1
                    return Move(key(self.wish.phone[self._typed_phone - 1]), touch=True)
                done = Word.NEXT if Word.NEXT in here.actions else Word.BACK
                # Whoever has typed by finger goes on by finger: among the keys of the buttons there may be neither.
                return self._do(here, done) if done in here.options else Move(done, touch=True)
            case _:
                assert_never(step)

    def _speaking(self, step: _OfSpeaking, state: State, here: Offer) -> Move | None:
        match step:
            case Step.SPEAK:
                self.wish = replace(self.wish, speaks=self.wish.speaks and Word.START in here.options)
                return self._do(here, Word.START if self.wish.speaks else Word.BACK)
            case Step.RECORDING:
                return self._do(here, Word.STOP)
            case Step.HEARD:
                return self._do(here, Word.NEXT) if state.spoken else None
            case _:
                assert_never(step)

    def _tiles(self, plan: Plan, state: State, here: Offer) -> Move:
        """Touch the tile, or let the buttons go to it and pick it."""
        missing = [topic for topic in self.wish.topics if topic not in state.topics]
        if not missing or self._complained:
            ways = (Word.NEXT, Word.SKIP, Word.BACK)
            return self._do(here, next(way for way in ways if way in here.actions))
        shown = tiles(plan, state)
        wanted = name_of(Word.TOPIC, missing[0])
        tile = wanted if wanted in shown else Word.MORE
        if self._dice.random() < self.wish.by_touch:
            return Move(tile, touch=True)
        return Move(Word.PICK if shown[state.focus] == tile else Word.FOLLOWING)

    def _earlier(self, step: _OfEarlier, here: Offer) -> Move:
        """Nobody invented has a ticket of an earlier day: whoever comes here by mistake goes back."""
        match step:
            case Step.STANDING | Step.KEPT:
                return self._do(here, Word.CLOSE)
            case Step.CODE | Step.WORD | Step.WITHDRAW:
                return self._do(here, Word.BACK if Word.BACK in here.actions else Word.CANCEL)
            case _:
                assert_never(step)

    def _list(self, here: Offer, action: str) -> Move:
        if action in here.actions:
            return self._do(here, action)
        return self._do(here, Word.MORE)

    def _do(self, here: Offer, action: str) -> Move:
        if action in here.options and self._dice.random() >= self.wish.by_touch:
            return Move(action)
        if action in here.actions and self.wish.by_touch > 0:
            return Move(action, touch=True)
        if action in here.options:
            return Move(action)
        return Move(hold=True)  # only the menu of a held button leads there without a finger on the screen


def varied_wish(plan: Plan, dice: random.Random) -> Wish:
    """Invent what a visitor wants: most are content, some decline, skip, doubt, walk away, or complain."""
    mood = dice.choices((1, 2, 3, 4), weights=(6, 14, 50, 30))[0]
    answers = None
    leave_at = None
    form = plan.forms[0] if plan.forms else None
    if form is not None and dice.random() < 0.75:
        answers = {
            key: min(form.highest, max(form.lowest, mood + dice.choices((-1, 0, 1), weights=(2, 6, 2))[0]))
            for key in form.question_order
        }
        if plan.skip and dice.random() < 0.08:
            del answers[dice.choice(form.question_order)]
        if dice.random() < 0.07:
            leave_at = dice.choice(form.question_order)
    complains = plan.complaint and dice.random() < (0.25 if mood < 3 else 0.04)
    return Wish(
        pulse=mood,
        answers=answers,
        service=dice.choice(plan.services).code if plan.services and dice.random() < 0.9 else None,
        profile={
            attribute.key: dice.choice(attribute.values) for attribute in plan.profile if dice.random() < 0.85
        },
        leave_at=leave_at,
        topics=tuple(dice.sample(plan.topics, k=dice.randint(1, 2))) if complains else (),
        text=dice.choice(_TEXTS) if complains else "",
        speaks=complains and plan.microphone and dice.random() < 0.3,
        phone="0812" + "".join(dice.choices("0123456789", k=8)) if complains and dice.random() < 0.4 else "",
        by_touch=dice.choice((0.0, 0.0, 0.5, 1.0)),
        language=dice.choice(plan.languages) if dice.random() < 0.1 else None,
        doubts=dice.choice((0, 0, 0, 1)),
        mashes=dice.choice((0, 0, 0, 0, 2)),
    )


_TEXTS = (
    "",
    "loket tutup sebelum jam dua",
    "mohon antrean dipanggil dengan nomor",
    "syarat di papan berbeda dengan yang diminta petugas",
    "kursi ruang tunggu kurang",
)
