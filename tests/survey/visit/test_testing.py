"""The code with the thanks, a test declared behind it, and a code that comes back."""

import pytest

from survey.record.response import Response
from survey.record.visit_code import VisitCode
from survey.visit.aided import Aid
from survey.visit.coded import DeclareTest, KeptCode, MakeCode
from survey.visit.effects import Effect, SaveResponse
from survey.visit.offer import offer
from survey.visit.state import AidCalled, Coded, StaffCalled, Step
from tests.survey.visits import CODE, Walk

LETTERS = CODE[:8]


def thanked(**changes: object) -> Walk:
    walk = Walk(**changes)  # type: ignore[arg-type]
    walk.choose("answer:4")
    walk.choose("decline")
    return walk


def effects(walk: Walk, kind: type[Effect]) -> list[Effect]:
    return [one for one in walk.effects if isinstance(one, kind)]


def type_in(walk: Walk, text: str) -> None:
    for character in text:
        walk.touch(f"key:{character}")


def test_the_thanks_come_with_the_visits_code_and_say_it_to_nobody_else() -> None:
    walk = thanked()
    assert walk.state.step is Step.THANKS
    assert walk.state.own_code == VisitCode("k-0001", 11, LETTERS)
    walk.wait(walk.plan.timing.thanks + 1)
    assert (walk.state.step, walk.state.own_code) == (Step.IDLE, None)


def test_a_code_that_cannot_be_made_delays_the_thanks_and_prevents_them_not() -> None:
    walk = thanked(makes_codes=False)
    assert walk.state.step is Step.SAVING
    walk.wait(walk.plan.timing.saving + 1)
    assert (walk.state.step, walk.state.own_code) == (Step.THANKS, None)
    assert not walk.state.not_kept
    assert "test" not in offer(walk.plan, walk.state).actions, "nobody is bound to anything"


def test_a_code_that_comes_late_is_not_shown_to_the_next_visitor() -> None:
    walk = thanked(makes_codes=False)
    late = effects(walk, MakeCode)[-1].visit
    walk.give(StaffCalled())
    walk.give(Coded(late, VisitCode("k-0001", 11, LETTERS)))
    assert walk.state.own_code is None


@pytest.mark.parametrize("value", [1, 2, 3, 4])
def test_the_code_is_made_and_shown_alike_whatever_was_answered(value: int) -> None:
    walk = Walk()
    walk.choose(f"answer:{value}")
    walk.touch("skip" if value < 3 else "decline")
    if walk.state.step is Step.QUESTION:
        walk.wait(walk.plan.timing.idle * 3)
        assert walk.state.own_code is None
        return
    assert walk.state.step is Step.THANKS
    assert walk.state.own_code is not None


def test_a_complaint_alone_is_no_visit_that_has_a_code() -> None:
    walk = Walk()
    walk.touch("complaint")
    walk.touch("new")
    walk.touch("topic:lama")
    walk.choose("next")
    walk.choose("next")
    walk.choose("noted")
    assert effects(walk, MakeCode) == []


def test_a_test_is_declared_by_touch_once_the_code_is_shown() -> None:
    walk = thanked()
    walk.touch("test")
    type_in(walk, CODE)
    assert effects(walk, DeclareTest) == [DeclareTest("1/test", 1, CODE)]
    assert walk.state.step is Step.TESTED
    assert walk.state.own_code == VisitCode("k-0001", 11, LETTERS), "to be compared with the note"
    walk.choose("close")
    assert (walk.state.step, walk.state.own_code) == (Step.IDLE, None)


def test_a_test_is_declared_by_the_buttons_alone() -> None:
    walk = thanked()
    walk.give(AidCalled(Aid.MENU))
    walk.choose("test")
    assert walk.state.step is Step.CODE
    walk.spell(CODE)
    assert walk.state.step is Step.TESTED


def test_a_mistyped_card_declares_nothing_and_back_leads_to_the_thanks() -> None:
    walk = thanked()
    walk.touch("test")
    type_in(walk, CODE[:-1] + ("3" if CODE[-1] != "3" else "4"))
    assert (walk.state.step, effects(walk, DeclareTest)) == (Step.CODE, [])
    walk.touch("back")
    assert (walk.state.step, walk.state.code, walk.state.testing) == (Step.THANKS, "", False)


def test_whoever_walks_away_from_the_card_has_declared_nothing() -> None:
    walk = thanked()
    walk.touch("test")
    walk.wait(walk.plan.timing.writing + walk.plan.timing.nudge)
    assert (walk.state.step, effects(walk, DeclareTest)) == (Step.IDLE, [])


def test_no_other_screen_offers_to_declare_a_test() -> None:
    """So the kiosk cannot know it before the code is out, and nobody can void a visit whose visitor has gone."""
    walk = Walk()
    for action in ("answer:3", "accept", *(["answer:2"] * 9), "service:ktp"):
        assert "test" not in offer(walk.plan, walk.state).actions
        walk.choose(action)
    assert "test" not in offer(walk.plan, walk.state).actions
    walk.touch("test")
    assert effects(walk, DeclareTest) == []


def test_the_code_is_of_the_visits_own_answers() -> None:
    walk = Walk()
    walk.choose("answer:4")
    walk.choose("accept")
    for _ in range(9):
        walk.choose("answer:3")
    walk.wait(walk.plan.timing.idle * 2)
    saved = [one.response for one in effects(walk, SaveResponse)]
    assert [type(one) for one in saved] == [Response, Response]
    assert effects(walk, MakeCode) == [], "who walked away takes nothing along"


@pytest.mark.parametrize("found", [KeptCode(11, "2026-12-01", arrived=True), KeptCode(11, "", arrived=None)])
def test_letters_that_come_back_are_looked_up_at_once(found: KeptCode) -> None:
    walk = Walk(visits={LETTERS: found})
    walk.touch("complaint")
    walk.touch("look")
    type_in(walk, LETTERS)
    assert (walk.state.step, walk.state.found_code) == (Step.STANDING, found)
    walk.choose("back")
    assert (walk.state.step, walk.state.found_code) == (Step.CODE, None)


def test_letters_that_nobody_knows_are_said_so_and_a_tickets_code_just_goes_on() -> None:
    walk = Walk()
    walk.touch("complaint")
    walk.touch("look")
    type_in(walk, CODE)
    assert walk.state.step is Step.STANDING
    assert walk.state.found_code is None
