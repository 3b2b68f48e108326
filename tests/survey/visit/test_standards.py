"""Before a visit begins a visitor reads what is asked for and what it costs, and stops what moves."""

import pytest

from survey.visit.aided import Aid
from survey.visit.offer import offer
from survey.visit.promised import promised
from survey.visit.state import AidCalled, Step
from tests.survey.visits import STANDARDS, Walk, full_plan


def test_a_visitor_reads_a_standard_page_by_page_and_comes_back_as_before() -> None:
    walk = Walk()
    walk.touch("language")
    walk.touch("standards")
    walk.press(0)
    assert (walk.state.step, walk.state.place) == (Step.STANDARD, 0)
    count = len(promised(walk.plan, walk.state))
    assert count > 2, "a long component has pages of its own"
    for page in range(1, count):
        walk.choose("more")
        assert walk.state.page == page
    assert "more" not in offer(walk.plan, walk.state).actions
    walk.choose("back")
    assert walk.state.page == count - 2
    walk.choose("close")
    assert (walk.state.step, walk.state.language, walk.state.visit) == (Step.IDLE, "en", 0)
    assert walk.responses == []


def test_the_buttons_reach_the_standards_by_the_menu() -> None:
    walk = Walk()
    walk.wait(1)
    walk.give(AidCalled(Aid.MENU))
    walk.choose("standards")
    assert walk.state.step is Step.STANDARDS
    walk.choose("standard:kk")
    assert walk.state.place == 1
    walk.choose("back")
    assert walk.state.step is Step.STANDARDS
    walk.touch("back")
    assert walk.state.step is Step.IDLE


def test_every_component_is_there_whole_also_in_large_text() -> None:
    walk = Walk()
    for large in (False, True):
        state = walk.state._replace(step=Step.STANDARD, large_text=large)
        shown = promised(walk.plan, state)
        for key, text in STANDARDS[0].texts:
            lines = [line for page in shown if page.component == key for line in page.lines]
            assert " ".join(" ".join(lines).split()) == " ".join(text.split())


def test_whoever_rates_where_a_list_of_standards_was_left_open_is_heard() -> None:
    walk = Walk()
    walk.touch("standards")
    walk.wait(27)
    assert walk.state.faces
    walk.press(2)
    assert [one.response.answers for one in walk.responses] == [{"kepuasan": 3}]


def test_a_standard_left_open_goes_back_to_the_start() -> None:
    walk = Walk()
    walk.touch("standards")
    walk.press(0)
    walk.wait(60)
    assert walk.state.step is Step.STANDARD
    walk.wait(31)
    assert walk.state.step is Step.IDLE


def test_what_moves_is_stopped_and_goes_on_by_itself_for_the_next_one() -> None:
    walk = Walk()
    walk.touch("pause")
    assert walk.state.still_at is not None
    walk.wait(30)
    assert walk.state.still_at is not None
    walk.wait(20)
    assert walk.state.still_at is None
    walk.touch("pause")
    walk.touch("pause")
    assert walk.state.still_at is None


@pytest.mark.parametrize("way", ["large text", "speech"])
def test_where_nothing_moves_nothing_is_offered_to_stop_it(way: str) -> None:
    walk = Walk()
    assert "pause" in offer(walk.plan, walk.state).extras
    walk.wait(1)
    if way == "speech":
        walk.give(AidCalled(Aid.SPEECH))
    else:
        walk.touch("text-size")
    assert "pause" not in offer(walk.plan, walk.state).extras


def test_without_standards_nothing_leads_to_them() -> None:
    walk = Walk(full_plan(standards=()))
    assert "standards" not in offer(walk.plan, walk.state).actions
