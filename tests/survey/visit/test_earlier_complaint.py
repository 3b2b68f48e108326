"""An earlier complaint at the kiosk: its code, how it stands, what its citizen says to it, and that nothing of it stays."""

import pytest

from survey.record.complaint import AdditionKind
from survey.record.ticket import new_code
from survey.visit.offer import offer
from survey.visit.spelling import TREES
from survey.visit.state import Found, Outcome, Step
from survey.wire.ticket_states import MAX_ANSWER_CHARACTERS, TicketState
from tests.survey.visits import CODE, Walk

PHONE = "081234567890"
ANSWERED = TicketState("dijawab", at=0, until="2026-12-29", answer="Loket kini buka sampai jam tiga.")


def look_up(walk: Walk, code: str = CODE) -> None:
    walk.touch("complaint")
    walk.touch("look")
    walk.type(code)


def test_a_whole_code_is_looked_up_at_once_and_shows_how_the_complaint_stands() -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    look_up(walk)
    assert (walk.state.step, walk.state.outcome, walk.state.found) == (
        Step.STANDING,
        Outcome.FOUND,
        ANSWERED,
    )
    walk.touch("close")
    assert (walk.state.step, walk.state.code, walk.state.found) == (Step.IDLE, "", None)


def test_a_mistyped_code_loses_nothing_and_can_be_put_right() -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    wrong = CODE[:-1] + ("3" if CODE[-1] != "3" else "4")
    look_up(walk, wrong)
    assert (walk.state.step, walk.state.code) == (Step.CODE, wrong)
    walk.choose("key:backspace")
    walk.type(CODE[-1])
    assert walk.state.step is Step.STANDING


def test_only_characters_of_codes_are_taken_in_any_case() -> None:
    walk = Walk()
    look_up(walk, "0ob" + CODE[:5].lower())
    assert walk.state.code == CODE[:5]


def test_a_kiosk_that_has_heard_nothing_says_so_and_the_code_can_be_typed_again() -> None:
    walk = Walk()
    look_up(walk)
    assert (walk.state.step, walk.state.outcome) == (Step.STANDING, Outcome.UNKNOWN)
    walk.touch("back")
    assert (walk.state.step, walk.state.code) == (Step.CODE, CODE)


def test_a_look_up_that_nobody_answers_gives_up_and_can_be_tried_again() -> None:
    walk = Walk(answers_look_ups=False)
    look_up(walk)
    assert walk.state.step is Step.LOOKING
    walk.wait(31)
    assert (walk.state.step, walk.state.outcome) == (Step.STANDING, Outcome.LATE)
    walk.give(Found(CODE, ANSWERED))
    assert walk.state.found is None
    walk.tickets, walk.answers_look_ups = {CODE: ANSWERED}, True
    walk.touch("look")
    assert walk.state.found == ANSWERED


def test_news_of_another_code_are_not_shown() -> None:
    walk = Walk(answers_look_ups=False)
    look_up(walk)
    walk.give(Found("C" * 13, ANSWERED))
    assert walk.state.step is Step.LOOKING


@pytest.mark.parametrize(
    "status, until, expected",
    [
        ("diterima", "", ("word", "number", "withdraw", "close")),
        ("ditindaklanjuti", "", ("word", "number", "withdraw", "close")),
        ("dibuka_lagi", "", ("word", "number", "withdraw", "close")),
        ("dijawab", "2026-12-29", ("settled", "unsettled", "word", "other")),
        ("selesai", "2026-12-29", ("unsettled", "word", "number", "other")),
        ("selesai", "", ("word", "number", "withdraw", "close")),
        ("ditolak", "", ("word", "number", "withdraw", "close")),
        ("dicabut", "", ("close",)),
    ],
)
def test_what_can_be_said_to_a_complaint_fits_how_it_stands(
    status: str, until: str, expected: tuple[str, ...]
) -> None:
    walk = Walk(tickets={CODE: TicketState(status, at=0, until=until)})
    look_up(walk)
    here = offer(walk.plan, walk.state)
    assert here.options == expected
    assert "close" in here.actions


@pytest.mark.parametrize("kind", [AdditionKind.SETTLED, AdditionKind.UNSETTLED])
def test_that_it_is_settled_or_not_is_kept_and_said(kind: AdditionKind) -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    look_up(walk)
    walk.touch(kind)
    (added,) = walk.additions
    assert (added.kind, added.code, added.visit) == (kind, CODE, 1)
    assert (walk.state.step, walk.state.added) == (Step.KEPT, kind)
    walk.touch("close")
    assert (walk.state.step, walk.state.code) == (Step.IDLE, "")


def test_a_number_is_put_right_from_an_earlier_complaint() -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    look_up(walk)
    for action in ("other", "number", "tick", "next"):
        walk.choose(action)
    walk.spell(PHONE)
    walk.touch("next")
    assert (walk.additions[0].kind, walk.additions[0].phone) == (AdditionKind.NUMBER, PHONE)
    assert walk.state.step is Step.KEPT


def test_withdrawing_asks_once_more() -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    look_up(walk)
    walk.choose("other")
    walk.choose("withdraw")
    assert (walk.state.step, walk.additions) == (Step.WITHDRAW, [])
    walk.choose("back")
    assert walk.state.step is Step.STANDING
    walk.choose("other")
    walk.choose("withdraw")
    walk.choose("withdraw")
    assert [added.kind for added in walk.additions] == [AdditionKind.WITHDRAWN]
    assert walk.state.step is Step.KEPT


def test_a_word_more_is_kept_when_it_is_sent_and_when_its_writer_walks_away() -> None:
    for away in (False, True):
        walk = Walk(tickets={CODE: ANSWERED})
        look_up(walk)
        walk.touch("word")
        walk.type(" masih tutup ")
        if away:
            walk.wait(95)
        else:
            walk.touch("next")
        (added,) = walk.additions
        assert (added.kind, added.text, walk.complaints) == (AdditionKind.WORD, "masih tutup", [])
        assert walk.state.step is (Step.IDLE if away else Step.KEPT)


def test_a_word_that_is_cancelled_is_forgotten() -> None:
    walk = Walk(tickets={CODE: ANSWERED})
    look_up(walk)
    walk.touch("word")
    walk.type("x")
    walk.touch("cancel")
    walk.wait(60)
    assert (walk.state.step, walk.additions) == (Step.IDLE, [])


def test_a_long_answer_is_read_page_by_page() -> None:
    answer = "Mulai besok loket buka sampai jam tiga sore. " * 13
    walk = Walk(
        tickets={
            CODE: TicketState("dijawab", at=0, until="2026-12-29", answer=answer[:MAX_ANSWER_CHARACTERS])
        }
    )
    look_up(walk)
    pages = 1
    while "more" in offer(walk.plan, walk.state).options:
        walk.choose("more")
        pages += 1
    assert pages == 4
    assert "unsettled" in offer(walk.plan, walk.state).options


@pytest.mark.parametrize("step", [Step.CODE, Step.STANDING, Step.KEPT, Step.WORD, Step.WITHDRAW])
def test_nothing_of_a_ticket_stays_for_whoever_comes_next(step: Step) -> None:
    walk = Walk(tickets={CODE: TicketState("diterima", at=0)})
    look_up(walk, CODE[:-1] if step is Step.CODE else CODE)
    if step in (Step.WORD, Step.WITHDRAW):
        walk.touch(step.value)
    if step is Step.KEPT:
        walk.touch("withdraw")
        walk.touch("withdraw")
    assert walk.state.step is step
    walk.wait(90)
    left = walk.state
    assert (left.step, left.code, left.found, left.outcome, left.added) == (Step.IDLE, "", None, None, None)


def test_the_buttons_reach_every_character_and_every_group_has_at_most_six() -> None:
    for step, characters in ((Step.PHONE, "0123456789"), (Step.CODE, "34679ACDEFGHJKMNPQRTWXY")):
        names = {name for options in TREES[step].values() for name in options}
        assert {f"key:{character}" for character in characters} <= names
        assert "key:backspace" in names
        assert all(len(options) <= 4 for options in TREES[step].values())
        assert all(len(branch) <= 6 for branch in TREES[step])


def test_by_buttons_alone_a_citizen_files_returns_reads_the_answer_and_says_not_settled() -> None:
    """Press events only, a second before each and after it; and the time that takes."""
    walk = Walk()
    walk.press(0)
    for action in ("topic:pungli", "next", "next", "noted"):
        walk.choose(action)
    filing = walk.presses
    assert len(walk.complaints) == 1
    walk.wait(300)
    walk.tickets[CODE] = ANSWERED
    began = walk.now
    walk.press(2)
    walk.choose("complaint")
    walk.choose("look")
    walk.spell(CODE)
    assert walk.state.found == ANSWERED
    walk.choose("unsettled")
    assert [added.kind for added in walk.additions] == [AdditionKind.UNSETTLED]
    walk.choose("close")
    assert (filing, walk.presses) == (5, 5 + 3 + walk_of(CODE) + 2)
    assert walk.presses <= 90
    assert walk.now - began < 150
    assert {effect.response.channel for effect in walk.responses} == {"button"}


def walk_of(code: str) -> int:
    """How many presses a code takes: two for the first three characters of a group, three for the others."""
    groups = ("34679A", "CDEFGH", "JKMNPQ", "RTWXY")
    return sum(2 if group.index(one) < 3 else 3 for one in code for group in groups if one in group)


def test_the_longest_code_and_the_longest_answer_stay_within_the_presses_a_citizen_has() -> None:
    code = new_code(lambda _below: 22)
    answer = ("Mulai besok loket buka. " * 40)[:MAX_ANSWER_CHARACTERS]
    walk = Walk(tickets={code: TicketState("dijawab", at=0, until="2026-12-29", answer=answer)})
    for action in ("answer:3", "complaint", "look"):
        walk.choose(action)
    walk.spell(code)
    while "more" in offer(walk.plan, walk.state).options:
        walk.choose("more")
    walk.choose("unsettled")
    walk.choose("close")
    assert len(walk.additions) == 1
    assert walk.presses <= 50
