"""A queue of people who press any face, go on or leave anywhere, and pause: a press on a face is a new vote, and nothing answered is lost."""

import random

import pytest

from survey.visit.aided import Aid
from survey.visit.offer import offer
from survey.visit.state import AidCalled, Ended, Press, Release, Step
from survey.visit.waits import faces_at, warns_at
from tests.survey.visits import Walk


def given(walk: Walk) -> list[int]:
    return [one.response.answers["kepuasan"] for one in walk.responses if one.response.instrument == "pulse"]


def answered(walk: Walk) -> list[dict[str, int]]:
    return [dict(one.response.answers) for one in walk.responses if one.response.instrument != "pulse"]


def after_low_face() -> Walk:
    walk = Walk()
    walk.press(0)
    assert walk.state.step is Step.TOPICS
    return walk


def in_questions(*answers: int) -> Walk:
    walk = Walk()
    walk.to_questions()
    for value in answers:
        walk.choose(f"answer:{value}")
    return walk


class Queue:
    """Visitors one after another, each of whom sees what the last one left standing."""

    def __init__(self, dice: random.Random) -> None:
        self.walk, self.dice = Walk(), dice
        self.pressed: list[int] = []
        self.answers: list[int] = []

    def visitor(self) -> None:
        """Come, wait until faces stand there, press one, go on for a while, and leave without a word, maybe with the thanks still there."""
        walk = self.walk
        walk.wait(self.dice.uniform(0, 40))
        for _ in range(800):
            if walk.state.step is Step.IDLE or walk.state.faces:
                break
            walk.wait(0.5)
        place = self.dice.randrange(4)
        self.pressed.append(place + 1)
        walk.press(place)
        for _ in range(self.dice.randrange(12)):
            self.go_on()
        while walk.state.step is Step.SAVING:
            walk.wait(0.5)

    def go_on(self) -> None:
        """One thing more, or a pause; whoever meets the faces again is still there and says so."""
        walk = self.walk
        if walk.state.step is Step.IDLE:
            return
        turns = faces_at(walk.plan, walk.state)
        if turns is not None and turns < walk.now + 3:
            walk.wait(4)  # nobody presses as the screen turns
        if walk.state.faces:
            walk.touch("accept" if walk.state.step is Step.INVITATION else "resume")
        elif self.dice.random() < 0.2:
            walk.wait(self.dice.uniform(1, 35))
        elif walk.state.step is Step.QUESTION and self.dice.random() < 0.8:
            value = self.dice.randint(1, 4)
            self.answers.append(value)
            walk.choose(f"answer:{value}")
        elif walk.state.step is Step.TOPICS:
            walk.touch(self.dice.choice(["following", "skip", "topic:lama"]))
        elif actions := [one for one in offer(walk.plan, walk.state).actions if not self._counts(one)]:
            walk.touch(self.dice.choice(sorted(actions)))

    @staticmethod
    def _counts(action: str) -> bool:
        """Answers are counted above; who goes back gives one anew."""
        return action == "back" or action.startswith("answer:")


@pytest.mark.parametrize("seed", range(6))
def test_a_mixed_queue_loses_no_press_and_no_answer(seed: int) -> None:
    queue = Queue(random.Random(seed))
    for _ in range(60):
        queue.visitor()
    queue.walk.wait(200)
    assert given(queue.walk) == queue.pressed
    kept = [value for answers in answered(queue.walk) for value in answers.values()]
    assert sorted(kept) == sorted(queue.answers)
    visits = [one.response.visit for one in queue.walk.responses if one.response.instrument == "pulse"]
    assert visits == sorted(set(visits)), "every press on a face is a visit of its own"


def thanked(walk: Walk) -> Walk:
    """After a whole visit, whose thanks have just come."""
    walk.choose("answer:3")
    walk.choose("decline")
    assert walk.state.step is Step.THANKS
    return walk


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("seconds", [10, 18, 19.9, 25])
def test_over_the_thanks_of_the_last_one_every_face_is_a_vote(place: int, seconds: float) -> None:
    walk = thanked(Walk())
    walk.wait(walk.state.since + seconds - walk.now)
    assert walk.state.faces is (seconds < 20)
    walk.press(place)
    assert given(walk) == [3, place + 1]
    assert walk.state.visit == 2
    assert walk.state.own_code is None, "nobody is given another's code"


def test_a_face_that_is_pressed_or_held_as_the_thanks_end_is_not_lost() -> None:
    walk = thanked(Walk())
    walk.wait(walk.state.since + 19.9 - walk.now)
    walk.give(Press(1))
    walk.wait(1.2)  # still down, and the time of the thanks is over
    walk.give(Release())
    walk.wait(2)
    assert given(walk) == [3, 2]


@pytest.mark.parametrize("place", range(4))
def test_before_that_no_press_on_the_thanks_counts(place: int) -> None:
    walk = thanked(Walk())
    walk.press(place)
    assert given(walk) == [3]
    assert walk.state.step is (Step.THANKS if place else Step.IDLE), (
        "only the one button that is named there acts"
    )


@pytest.mark.parametrize("way", ["touch", "hold"])
def test_who_copies_a_code_slowly_has_it_back(way: str) -> None:
    walk = thanked(Walk())
    own = walk.state.own_code
    walk.wait(12)
    assert (walk.state.faces, walk.state.own_code) == (True, own)
    walk.touch("resume") if way == "touch" else walk.hold()
    assert (walk.state.step, walk.state.faces, walk.state.own_code) == (Step.THANKS, False, own)


def test_thanks_without_a_code_give_way_sooner_and_those_that_are_read_aloud_never() -> None:
    walk = Walk(makes_codes=False)
    walk.choose("answer:3")
    walk.choose("decline")
    walk.wait(31)  # nobody makes a code
    assert (walk.state.step, walk.state.own_code) == (Step.THANKS, None)
    walk.wait(walk.state.since + 6 - walk.now)
    assert walk.state.faces
    assert "resume" not in offer(walk.plan, walk.state).actions, "there is nothing to go on with"

    heard = thanked(Walk())
    heard.touch("listen")
    assert faces_at(heard.plan, heard.state) is None


@pytest.mark.parametrize("place", range(4))
def test_after_a_low_face_the_next_press_is_a_vote_as_after_a_high_one(place: int) -> None:
    walk = after_low_face()
    walk.wait(6)
    walk.press(place)
    assert given(walk) == [1, place + 1]
    assert walk.state.complaint_from is (Step.SERVICE if place < 2 else Step.IDLE)


def test_whoever_has_moved_among_the_topics_and_left_holds_up_nobody() -> None:
    walk = after_low_face()
    walk.press(1)
    walk.wait(6)
    walk.press(3)
    assert given(walk) == [1, 4]


def test_what_was_picked_stays_with_who_picked_it() -> None:
    walk = after_low_face()
    walk.touch("topic:lama")
    walk.wait(40)
    assert (walk.state.step, walk.state.faces, walk.state.topics) == (Step.TOPICS, False, ("lama",))


@pytest.mark.parametrize("way", ["touch", "hold"])
def test_who_reads_the_topics_slowly_goes_on_among_them(way: str) -> None:
    walk = after_low_face()
    walk.press(1)
    walk.wait(8)
    assert walk.state.faces
    focus = walk.state.focus
    walk.touch("resume") if way == "touch" else walk.hold()
    assert (walk.state.step, walk.state.faces, walk.state.focus) == (Step.TOPICS, False, focus)
    assert given(walk) == [1]


def test_who_walks_away_from_a_question_leaves_faces_and_keeps_the_answers() -> None:
    walk = in_questions(4, 2)
    walk.wait(26)
    walk.press(0)
    assert given(walk) == [3, 1]
    (kept,) = [one.response for one in walk.responses if one.response.instrument != "pulse"]
    assert (list(kept.answers.values()), kept.ended, kept.visit) == ([4, 2], Ended.TIMEOUT, 1)


def test_who_reads_every_question_for_twenty_seconds_is_not_interrupted() -> None:
    walk = in_questions()
    for value in (1, 2, 3, 4, 1, 2, 3, 4, 1):
        walk.wait(20)
        assert not walk.state.faces
        walk.choose(f"answer:{value}")
    assert walk.state.step is Step.SERVICE


@pytest.mark.parametrize("way", ["touch", "hold"])
def test_who_reads_a_question_for_half_a_minute_goes_on_where_it_stood(way: str) -> None:
    walk = in_questions(1, 2)
    walk.wait(32)
    assert walk.state.faces
    walk.touch("resume") if way == "touch" else walk.hold()
    assert (walk.state.step, walk.state.place, walk.state.faces) == (Step.QUESTION, 2, False)
    for value in (3, 4, 1, 2, 3, 4, 1):
        walk.choose(f"answer:{value}")
    walk.past_profile()
    assert [list(one.values()) for one in answered(walk)] == [[1, 2, 3, 4, 1, 2, 3, 4, 1]]
    assert given(walk) == [3]


def test_a_press_as_the_faces_come_is_none() -> None:
    walk = in_questions(1)
    turns = faces_at(walk.plan, walk.state)
    assert turns is not None
    walk.wait(turns + 0.3 - walk.now)
    walk.give(Press(2))
    walk.wait(2)
    assert given(walk) == [3]
    assert walk.state.faces


def test_there_are_twenty_seconds_to_go_on_before_the_visit_ends() -> None:
    walk = in_questions(1)
    turns = faces_at(walk.plan, walk.state)
    assert turns is not None
    assert warns_at(walk.plan, walk.state) is None, "no overlay that would swallow the next visitor's press"
    walk.wait(turns + 19.5 - walk.now)
    assert walk.state.faces
    walk.wait(1)
    assert walk.state.step is Step.IDLE
    assert [list(one.values()) for one in answered(walk)] == [[1]]


def test_a_menu_that_was_left_open_turns_too_and_a_chord_over_the_faces_offers_no_way_about_in_the_last_visit() -> (
    None
):
    walk = in_questions(1)
    walk.hold()
    assert walk.state.menu
    walk.wait(27)
    assert (walk.state.faces, walk.state.menu) == (True, False)
    walk.give(AidCalled(Aid.MENU))
    assert {"skip", "back"}.isdisjoint(offer(walk.plan, walk.state).actions)
    walk.choose("resume")
    assert (walk.state.faces, walk.state.menu) == (True, False)
    walk.press(3)
    assert given(walk) == [3, 4]


def test_nothing_turns_for_who_listens() -> None:
    walk = Walk()
    walk.wait(1)
    walk.give(AidCalled(Aid.SPEECH))
    walk.press(0)
    walk.press(0)
    assert walk.state.step is Step.TOPICS
    walk.wait(30)
    assert not walk.state.faces


def test_every_screen_that_turns_leads_back_to_itself() -> None:
    walk = Walk()
    walk.choose("answer:3")
    walk.choose("preferences")
    for step, way in ((Step.PREFERENCES, "back"), (Step.INVITATION, "complaint"), (Step.COMPLAINTS, "back")):
        assert walk.state.step is step
        if step is not Step.INVITATION:
            walk.wait(30)
            assert walk.state.faces
            walk.touch("resume")
            assert (walk.state.step, walk.state.faces) == (step, False)
        walk.touch(way)
