"""Every step of a visit can be heard: all kinds of states that the table reaches are rendered to speech, not those a test has thought of."""

import itertools

import pytest

from kiosk.rehearsal.samples import AROUND
from kiosk.show.aloud.spoken import TONE, said
from kiosk.show.present import present
from kiosk.show.texts import Texts
from kiosk.show.views import MessageView, Plain
from survey.visit.aided import Aid, Aids, Spoken
from survey.visit.effects import Hush, Speak
from survey.visit.graph import kind_of
from survey.visit.machine import advance, begin
from survey.visit.offer import offer
from survey.visit.state import AidCalled, Hold, Press, Release, StaffCalled, State, Step, Touch, Void
from survey.visit.waits import expires_at
from tests.kiosk.walked import PLAN, every_edge
from tests.survey.visits import Walk, full_plan

LATER = 100.0


@pytest.fixture(scope="module")
def kinds() -> list[State]:
    """One state of each kind."""
    found: dict[State, State] = {}
    for edge in every_edge():
        found.setdefault(kind_of(edge.after), edge.after)
    return list(found.values())


def view_of(state: State, language: str = "id") -> Plain | None:
    state = state._replace(language=language)
    return present(PLAN, state, AROUND, Texts(language), state.since + 1)


def heard(state: State, speak: Speak | None = None, language: str = "id") -> tuple[str, ...]:
    view = view_of(state, language)
    return () if view is None else said(view, speak or Speak(), language)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_step_of_a_visit_says_its_title_and_what_each_button_does(
    kinds: list[State], language: str
) -> None:
    steps = {state.step for state in kinds}
    assert steps == set(Step)
    silent = []
    word = "Tombol" if language == "id" else "Button"
    for kind in kinds:
        state = kind._replace(aids=kind.aids._replace(aloud=True))
        coding = state.step is Step.SAVING and not state.unsaved  # the screen before stays until the thanks
        if state.step is Step.STAFF or coding:
            continue
        read = heard(state, language=language)
        if len(read) < 2 or not all(piece.strip() for piece in read):
            silent.append((state.step, read))
        places = range(1, len(offer(PLAN, state).options) + 1)
        named = [any(piece.startswith(f"{word} {place}: ") for piece in read) for place in places]
        if not all(named):
            silent.append((state.step, read))
    assert silent == []


def test_every_option_of_every_step_is_read_by_itself(kinds: list[State]) -> None:
    for kind in kinds:
        state = kind._replace(aids=kind.aids._replace(aloud=True))
        view = view_of(state)
        for place, action in enumerate(offer(PLAN, state).options, start=1):
            assert view is not None
            read = said(view, Speak(Spoken.OPTION, action), "id")
            assert read[0].startswith(f"Tombol {place}: "), (state.step, action)


def test_in_speech_mode_every_change_of_screen_is_spoken(kinds: list[State]) -> None:
    """Whatever leads from one screen to another, by whatever way, the last word is an order to read the new one."""
    missed = []
    for state in kinds:
        aloud = state._replace(aids=Aids(aloud=True, wide=True, page=state.aids.page))
        now = max(state.since, state.last_input, state.quiet_until) + 1
        for action in sorted(offer(PLAN, aloud).actions):
            moved, effects = advance(PLAN, aloud, Touch(action), now)
            there, here = ((one.step, one.place, one.page, one.menu, one.language) for one in (moved, aloud))
            last = [one for one in effects if isinstance(one, Speak | Hush)][-1:]
            wanted = Speak() if moved.aids.aloud else Speak(Spoken.END)
            if there != here and last != [wanted]:
                missed.append((state.step, action, moved.step, last))
    assert missed == []


class Listening(Walk):
    """A finger on the buttons in speech mode; what is to be spoken is remembered, newest last."""

    def call(self, aid: Aid = Aid.SPEECH) -> None:
        self.wait(1)
        self.give(AidCalled(aid))
        self.wait(0.5)

    def take(self, action: str) -> None:
        """Have an option read and take it, going to its page of the menu first."""
        while action not in (options := offer(self.plan, self.state).options):
            self.press(options.index("more"))
            self.press(options.index("more"))
        self.press(options.index(action))
        self.press(options.index(action))

    @property
    def orders(self) -> list[Speak]:
        return [effect for effect in self.effects if isinstance(effect, Speak)]


def listening() -> Listening:
    walk = Listening()
    walk.call()
    return walk


def test_speech_mode_begins_by_a_chord_with_a_tone_and_is_no_vote() -> None:
    walk = Listening()
    walk.wait(1)
    walk.give(Press(1))
    walk.wait(0.05)
    walk.give(Void())
    walk.call()
    assert walk.orders == [Speak(Spoken.BEGIN)]
    walk.wait(5)
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])
    assert heard(walk.state, Speak(Spoken.BEGIN))[0] == TONE


def test_without_sound_the_chord_does_nothing() -> None:
    walk = Listening(plan=full_plan(speech=False))
    walk.call()
    assert (walk.state.aids, walk.orders) == (Aids(), [])


def test_the_first_press_reads_the_second_takes_and_another_button_reads_anew() -> None:
    walk = listening()
    walk.press(3)
    walk.press(2)
    assert walk.orders[1:] == [Speak(Spoken.OPTION, "answer:4"), Speak(Spoken.OPTION, "answer:3")]
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])
    walk.press(2)
    assert [effect.response.answers["kepuasan"] for effect in walk.responses] == [3]
    assert walk.state.step is Step.INVITATION
    assert walk.orders[-1] == Speak()


def test_every_press_interrupts_what_is_being_read() -> None:
    walk = listening()
    for place in (0, 0):
        before = len(walk.effects)
        walk.press(place)
        assert Hush() in walk.effects[before:]


def test_a_held_button_opens_the_menu_also_where_none_is_for_others() -> None:
    walk = listening()
    walk.wait(1)
    walk.give(Press(0))
    walk.wait(1.5)
    walk.give(Hold(0))
    walk.give(Release())
    assert walk.state.menu
    assert walk.responses == []
    names = set()
    for _ in range(5):
        names |= set(offer(walk.plan, walk.state).options)
        walk.press(3)
        walk.press(3)
    wanted = {
        "resume",
        "listen",
        "complaint",
        "volume",
        "pace",
        "language",
        "text-size",
        "contrast",
        "speech",
    }
    assert wanted <= names


def test_volume_and_pace_are_changed_again_and_again_and_come_round() -> None:
    walk = listening()
    walk.call(Aid.MENU)
    walk.take("volume")
    walk.take("pace")
    assert (walk.state.aids.volume, walk.state.aids.pace, walk.state.menu) == (1, 1, True)
    for _ in range(3):
        walk.take("volume")
    assert walk.state.aids.volume == 0


def test_speech_mode_ends_with_the_visit_and_by_its_chord() -> None:
    walk = listening()
    walk.call()
    assert walk.state.aids == Aids()
    assert walk.orders[-1] == Speak(Spoken.END)
    walk = listening()
    walk.wait(600)
    assert (walk.state.step, walk.state.aids) == (Step.IDLE, Aids())
    assert walk.orders[-1] == Speak(Spoken.END)


def test_whoever_listens_has_longer(kinds: list[State]) -> None:
    for state in kinds:
        aloud = state._replace(aids=state.aids._replace(aloud=True))
        short, long = expires_at(PLAN, state), expires_at(PLAN, aloud)
        if (
            short is not None
            and long is not None
            and state.step not in (Step.SAVING, Step.LOOKING, Step.RECORDING)
        ):
            assert long >= short + PLAN.timing.nudge


def test_staff_hear_nothing_and_end_it() -> None:
    walk = listening()
    walk.give(StaffCalled())
    assert (walk.state.step, walk.state.aids) == (Step.STAFF, Aids())
    walk.call()
    assert walk.state.aids == Aids()


def test_without_speech_mode_nothing_that_is_typed_or_picked_is_spoken() -> None:
    state = begin(PLAN, now=0)._replace(step=Step.CODE, code="3467")
    assert not any(piece in ("tiga", "empat") for piece in heard(state))


@pytest.mark.parametrize("aid", list(Aid))
def test_a_chord_leaves_what_was_given_alone(kinds: list[State], aid: Aid) -> None:
    for state in kinds:
        moved, effects = advance(PLAN, state, AidCalled(aid), LATER)
        assert (moved.answers, moved.text, moved.topics, moved.code, moved.phone) == (
            state.answers,
            state.text,
            state.topics,
            state.code,
            state.phone,
        )
        assert all(isinstance(effect, Hush | Speak) for effect in effects)


def test_by_the_menu_the_buttons_reach_complaint_language_size_and_contrast_from_idle() -> None:
    walk = Listening()
    for action, field, wanted in (
        ("language", "language", "en"),
        ("text-size", "large_text", True),
        ("contrast", "contrast", True),
    ):
        walk.call(Aid.MENU)
        walk.choose(action)
        walk.choose("resume")
        assert getattr(walk.state, field) == wanted
    assert walk.responses == []
    walk.call(Aid.MENU)
    assert isinstance(present(walk.plan, walk.state, AROUND, Texts("id"), walk.now), MessageView)
    walk.choose("complaint")
    assert walk.state.step is Step.COMPLAINTS


def test_the_menu_from_idle_closes_by_itself() -> None:
    walk = Listening()
    walk.call(Aid.MENU)
    walk.wait(60)
    assert (walk.state.step, walk.state.menu) == (Step.IDLE, False)


def test_the_menus_of_all_screens_come_to_every_entry_by_four_buttons(kinds: list[State]) -> None:
    for state, aloud in itertools.product(kinds, (False, True)):
        opened, _ = advance(
            PLAN, state._replace(menu=False, aids=Aids(aloud=aloud)), AidCalled(Aid.MENU), LATER
        )
        if not opened.menu:
            continue
        entries: set[str] = set()
        for page in range(4):
            shown = offer(PLAN, opened._replace(aids=opened.aids._replace(page=page))).options
            assert len(shown) <= 4
            entries |= set(shown)
        assert {"resume", "text-size", "contrast"} <= entries, state.step
