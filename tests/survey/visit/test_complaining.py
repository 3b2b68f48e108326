"""Complaints at the kiosk, told as sentences: nothing that was picked or written is lost, nothing of a ticket stays."""

import pytest

from survey.record.complaint import TOPICS, WEIGHTY, AdditionKind
from survey.visit.offer import offer, tiles
from survey.visit.state import (
    Hold,
    Press,
    Release,
    Saved,
    SaveFailed,
    StaffCalled,
    StaffLeft,
    Step,
    Touch,
)
from tests.survey.visits import CODE, Walk, full_plan

PHONE = "081234567890"


def complain(walk: Walk, *topics: str) -> None:
    walk.touch("complaint")
    walk.touch("new")
    for topic in topics:
        walk.touch(f"topic:{topic}")


def filed(walk: Walk, *topics: str, text: str = "") -> None:
    complain(walk, *topics)
    walk.touch("next")
    walk.type(text)
    walk.touch("next")


def test_a_complaint_is_with_the_journal_before_anything_else_is_asked() -> None:
    walk = Walk()
    filed(walk, "lama", "pungli", text="tiga kali datang ")
    (sent,) = walk.complaints
    assert (sent.topics, sent.about_officer, sent.text, sent.visit) == (
        ("lama", "pungli"),
        False,
        "tiga kali datang",
        1,
    )
    assert (walk.state.step, walk.state.ticket, walk.state.text) == (Step.TICKET, CODE, "")
    walk.wait(95)
    assert walk.state.step is Step.TICKET
    walk.press(0)  # only answers whether somebody is still there
    walk.touch("noted")
    assert (walk.state.step, walk.state.ticket) == (Step.IDLE, None)


def test_a_number_is_a_second_record_and_the_ticket_comes_back() -> None:
    walk = Walk()
    filed(walk, "lama")
    for action in ("number", "tick", "next"):
        walk.touch(action)
    walk.type(PHONE)
    walk.touch("next")
    (added,) = walk.additions
    assert (added.kind, added.phone, added.code, added.visit) == (AdditionKind.NUMBER, PHONE, CODE, 1)
    assert (walk.state.step, walk.state.ticket, walk.state.has_number) == (Step.TICKET, CODE, True)
    assert "number" not in offer(walk.plan, walk.state).actions
    assert len(walk.complaints) == 1


def test_a_fresh_ticket_is_not_dismissed_by_the_second_of_two_presses() -> None:
    walk = Walk()
    complain(walk, "lama")
    walk.touch("next")
    walk.give(Touch("next"))
    walk.wait(0.8)
    walk.give(Touch("noted"))
    assert walk.state.step is Step.TICKET


def test_after_a_low_smiley_comes_what_was_wrong_and_the_questions_follow_by_themselves() -> None:
    walk = Walk(full_plan(services=(), profile=()))
    walk.press(1)
    assert (walk.state.step, offer(walk.plan, walk.state).options[3]) == (Step.TOPICS, "skip")
    walk.choose("topic:petugas_tidak_ramah")
    walk.choose("next")
    walk.choose("next")
    walk.choose("noted")
    assert (walk.state.step, walk.state.form_open) == (Step.QUESTION, True)
    assert walk.complaints[0].topics == ("petugas_tidak_ramah",)


def test_what_was_wrong_can_be_skipped_with_one_press() -> None:
    walk = Walk(full_plan(services=(), profile=()))
    walk.press(0)
    walk.press(3)
    assert (walk.state.step, walk.complaints) == (Step.QUESTION, [])


def test_after_a_high_smiley_the_invitation_comes_as_ever() -> None:
    for place in (2, 3):
        walk = Walk()
        walk.press(place)
        assert walk.state.step is Step.INVITATION


def test_nothing_is_asked_about_what_was_wrong_where_no_complaints_are_taken() -> None:
    walk = Walk(full_plan(complaint=False))
    walk.press(0)
    assert walk.state.step is Step.INVITATION


def test_every_topic_is_reached_by_finger_and_by_buttons() -> None:
    for topic in TOPICS:
        walk = Walk()
        walk.press(0)
        walk.choose(f"topic:{topic.code}")
        assert walk.state.topics == (topic.code,)


def test_six_weighty_topics_stand_first_and_the_officer_on_every_page() -> None:
    walk = Walk()
    complain(walk)
    first = tiles(walk.plan, walk.state)
    assert "topic:pungli" in first
    assert first[WEIGHTY:] == ("more", "officer")
    seen = []
    for _ in range(3):
        here = tiles(walk.plan, walk.state)
        assert "officer" in here
        assert len(here) <= 8
        seen += [tile for tile in here if tile.startswith("topic:")]
        walk.touch("more")
    assert seen == [f"topic:{topic.code}" for topic in TOPICS]
    assert tiles(walk.plan, walk.state) == first


def test_that_it_is_about_an_officer_is_enough_to_go_on() -> None:
    walk = Walk()
    walk.press(0)
    walk.choose("officer")
    walk.choose("next")
    walk.choose("next")
    (sent,) = walk.complaints
    assert (sent.topics, sent.about_officer) == ((), True)


def test_a_tile_is_put_back_by_the_same_press() -> None:
    walk = Walk()
    walk.press(0)
    for _ in range(2):
        walk.choose("topic:lama")
    assert (walk.state.topics, walk.state.has_draft) == ((), False)


def test_a_button_held_on_the_tiles_opens_the_menu_and_has_done_nothing_else() -> None:
    walk = Walk()
    walk.press(0)
    walk.choose("topic:lama")
    before = walk.state
    walk.wait(1)
    walk.give(Press(2))
    walk.wait(1.5)
    walk.give(Hold(2))
    walk.give(Release())
    assert (walk.state.menu, walk.state.topics, walk.state.focus) == (True, ("lama",), before.focus)
    assert offer(walk.plan, walk.state).options == ("cancel", "listen", "resume")


def test_batal_forgets_what_was_picked_and_the_word_says_so() -> None:
    walk = Walk()
    complain(walk)
    assert "back" in offer(walk.plan, walk.state).actions
    walk.touch("topic:lama")
    assert "back" not in offer(walk.plan, walk.state).actions
    walk.touch("cancel")
    assert (walk.state.step, walk.state.topics) == (Step.COMPLAINTS, ())
    walk.wait(120)
    assert (walk.state.step, walk.complaints) == (Step.IDLE, [])


@pytest.mark.parametrize("written", [None, "", "diminta lima puluh ribu"])
def test_walking_away_keeps_what_was_picked_and_written_and_shows_no_ticket(written: str | None) -> None:
    walk = Walk(journal="silent")
    complain(walk, "pungli")
    walk.touch("officer")
    if written is not None:
        walk.touch("next")
        walk.type(written)
    walk.wait(91)
    (sent,) = walk.complaints
    assert (sent.topics, sent.about_officer, sent.text) == (("pungli",), True, written or "")
    assert walk.state.step is Step.IDLE
    walk.answer(sent.token, complaint=True)
    assert walk.state.ticket is None


def test_a_ticket_that_comes_late_is_not_shown_to_the_next_visitor() -> None:
    walk = Walk(journal="silent")
    complain(walk, "pungli")
    walk.wait(60)
    walk.touch("complaint")
    walk.touch("new")
    walk.touch("topic:lama")
    walk.touch("next")
    walk.touch("next")
    first, second = walk.complaints
    walk.give(Saved(first.token, "THE CODE OF WHOEVER WALKED AWAY"))
    assert walk.state.ticket is None
    walk.answer(second.token, complaint=True)
    assert (walk.state.step, walk.state.ticket) == (Step.TICKET, CODE)


def test_staff_coming_in_the_middle_keep_the_complaint_and_never_see_its_number() -> None:
    walk = Walk()
    complain(walk, "pungli")
    walk.give(StaffCalled())
    assert len(walk.complaints) == 1
    assert (walk.state.step, walk.state.ticket) == (Step.STAFF, None)
    walk.give(StaffLeft())
    assert (walk.state.step, walk.state.topics) == (Step.IDLE, ())


def test_a_disk_failing_in_the_middle_says_that_it_is_not_kept() -> None:
    walk = Walk()
    complain(walk, "pungli")
    walk.give(SaveFailed())
    assert (walk.state.step, walk.state.not_kept, walk.complaints) == (Step.FAILED, True, [])


def test_walking_away_from_the_consent_forgets_only_the_number() -> None:
    for actions in (("number",), ("number", "tick", "next")):
        walk = Walk()
        filed(walk, "lama")
        for action in actions:
            walk.touch(action)
        walk.type("0812345")
        walk.wait(95)
        assert (walk.state.step, walk.state.ticket, walk.state.phone) == (Step.IDLE, None, "")
        assert (len(walk.complaints), walk.additions) == (1, [])


def test_there_are_ninety_seconds_to_write_and_to_read_what_is_agreed_to() -> None:
    walk = Walk()
    complain(walk, "lama")
    walk.touch("next")
    walk.wait(88)
    assert walk.state.step is Step.TEXT
    walk.wait(1.5)
    assert walk.state.step is Step.IDLE


def test_the_question_whether_somebody_is_there_swallows_one_press_and_nothing_else() -> None:
    walk = Walk()
    filed(walk, "lama")
    walk.touch("number")
    walk.wait(75)
    before = walk.state
    walk.give(Touch("tick"))
    assert walk.state == before._replace(last_input=walk.now)
    walk.wait(60)
    walk.give(Touch("tick"))
    assert walk.state.consented


def test_a_complaint_after_the_questions_leads_to_the_thanks() -> None:
    walk = Walk(full_plan(services=(), profile=()))
    walk.to_questions()
    for _ in range(9):
        walk.choose("answer:3")
    for action in ("complaint", "new", "topic:fasilitas", "next", "next", "noted"):
        walk.choose(action)
    assert walk.state.step is Step.THANKS


def test_without_consent_no_number_can_be_given() -> None:
    walk = Walk()
    filed(walk, "lama")
    walk.touch("number")
    walk.touch("next")
    assert (walk.state.step, walk.state.consented) == (Step.CONSENT, False)


def test_minors_are_asked_for_no_number() -> None:
    walk = Walk(full_plan(services=()))
    walk.choose("answer:3")
    walk.choose("accept")
    for _ in range(9):
        walk.choose("answer:1")
    walk.choose("skip")
    walk.choose("profile:<18")
    walk.choose("skip")
    walk.choose("skip")
    for action in ("complaint", "new", "topic:lama", "next", "next"):
        walk.choose(action)
    assert walk.state.step is Step.TICKET
    assert "number" not in offer(walk.plan, walk.state).actions


def test_text_stops_at_its_limit_and_takes_characters_only() -> None:
    walk = Walk()
    complain(walk, "lama")
    walk.touch("next")
    walk.type("x" * 600)
    assert len(walk.state.text) == 500
    walk.give(Touch("key:backspace"))
    walk.give(Touch("key:\x07"))
    assert len(walk.state.text) == 499


@pytest.mark.parametrize(
    "number, good",
    [("", False), ("0812", False), ("0" * 16, False), (PHONE, True), ("6281234567890", True), ("17", False)],
)
def test_only_what_can_be_a_number_is_kept(number: str, good: bool) -> None:
    walk = Walk()
    filed(walk, "lama")
    for action in ("number", "tick", "next"):
        walk.touch(action)
    walk.type(number)
    assert ("next" in offer(walk.plan, walk.state).actions) is good
    walk.touch("next")
    assert [added.phone for added in walk.additions] == ([PHONE] if good else [])


def test_a_number_is_given_by_buttons_alone_with_two_presses_a_digit() -> None:
    walk = Walk()
    walk.press(0)
    for action in ("topic:pungli", "next", "next", "number", "tick", "next"):
        walk.choose(action)
    before = walk.presses
    walk.spell(PHONE)
    assert walk.presses - before == 2 * len(PHONE)
    walk.press(3)
    assert offer(walk.plan, walk.state).options == ("key:0", "key:backspace", "next", "back")
    walk.choose("next")
    assert [added.phone for added in walk.additions] == [PHONE]
