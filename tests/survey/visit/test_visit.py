"""A visit, told as sentences: what visitors, time, the journal and staff can do to it."""

import pytest

from survey.instrument.ages import ASKED
from survey.instrument.definition import load
from survey.instrument.profile import attributes
from survey.visit.aided import Aid
from survey.visit.effects import Accepted, Ignored, SaveResponse, Thanked
from survey.visit.lists import page_of, pages
from survey.visit.offer import may_leave_contact, offer
from survey.visit.plan import OfferedService
from survey.visit.state import (
    AidCalled,
    Ended,
    Hold,
    Press,
    Release,
    Restored,
    SaveFailed,
    StaffCalled,
    StaffLeft,
    Step,
    Touch,
    Void,
)
from tests.survey.visits import Walk, full_plan

ORDER = load("skm-2017").question_order


def answer_all(walk: Walk, values: list[int]) -> None:
    for value in values:
        walk.choose(f"answer:{value}")


def test_one_press_is_a_rating_recorded_at_once() -> None:
    walk = Walk()
    walk.press(3)
    (saved,) = walk.responses
    assert saved.response.instrument == "pulse"
    assert saved.response.answers == {"kepuasan": 4}
    assert (saved.response.complete, saved.response.channel, saved.response.visit) == (True, "button", 1)
    assert walk.state.step is Step.INVITATION


def test_the_pressed_answer_is_highlighted_at_once_and_taken_a_moment_later() -> None:
    walk = Walk()
    walk.wait(1)
    walk.give(Press(1))
    assert (walk.state.pressed, walk.state.step, walk.effects) == ("answer:2", Step.IDLE, [Accepted()])
    walk.give(Release())
    walk.wait(0.39)
    assert walk.responses == []
    walk.wait(0.02)
    assert len(walk.responses) == 1


def test_all_nine_answers_by_buttons_alone_make_one_complete_response() -> None:
    walk = Walk()
    walk.choose("answer:4")
    walk.choose("accept")
    answer_all(walk, [1, 2, 3, 4, 4, 3, 2, 1, 2])
    walk.choose("service:nikah")
    walk.choose("profile:P")
    walk.choose("profile:36-55")
    walk.choose("profile:s1")
    walk.choose("profile:lainnya")
    response = walk.responses[-1].response
    assert response.answers == dict(zip(ORDER, [1, 2, 3, 4, 4, 3, 2, 1, 2], strict=True))
    assert response.profile == {"sex": "P", "age": "36-55", "education": "s1", "job": "lainnya"}
    assert (response.service, response.complete, response.ended, response.ended_at) == (
        "nikah",
        True,
        "finished",
        None,
    )
    assert walk.state.step is Step.OFFER
    walk.choose("no")
    assert walk.state.step is Step.THANKS


def test_a_practised_visitor_needs_less_than_45_seconds() -> None:
    """Buttons alone, half a second to find each, screens' own waiting included."""
    walk = Walk()
    began = walk.now

    def quick(action: str) -> None:
        walk.wait(0.5)
        walk.give(Press(offer(walk.plan, walk.state).options.index(action)))
        walk.wait(0.1)
        walk.give(Release())
        while walk.state.pressed:
            walk.wait(0.05)

    for action in ("answer:4", "accept", *(["answer:3"] * 9), "service:ktp", "profile:L", "profile:36-55"):
        quick(action)
    for action in ("more", "profile:sma", "profile:petani", "no"):
        quick(action)
    assert walk.state.step is Step.THANKS
    assert walk.now - began < 45


def test_going_back_shows_and_changes_an_earlier_answer() -> None:
    walk = Walk()
    walk.to_questions()
    walk.choose("answer:1")
    walk.touch("back")
    assert (walk.state.place, walk.state.given) == (0, {ORDER[0]: 1})
    answer_all(walk, [4] * 9)
    walk.past_profile()
    assert walk.responses[-1].response.answers[ORDER[0]] == 4
    assert walk.responses[-1].response.channel == "mixed"


def test_holding_a_button_opens_a_menu_and_answers_nothing() -> None:
    walk = Walk()
    walk.to_questions()
    walk.choose("answer:2")
    walk.wait(1)
    walk.give(Press(0))
    walk.wait(1.5)
    walk.give(Hold(0))
    walk.give(Release())
    assert (walk.state.menu, walk.state.given) == (True, {ORDER[0]: 2})
    assert offer(walk.plan, walk.state).options == ("back", "skip", "listen", "resume")
    walk.choose("skip")
    assert (walk.state.place, walk.state.menu, walk.state.given) == (2, False, {ORDER[0]: 2})


def test_the_menu_can_be_left_without_any_change() -> None:
    walk = Walk()
    walk.to_questions()
    walk.wait(1)
    walk.give(Press(3))
    walk.give(Hold(3))
    walk.choose("resume")
    assert (walk.state.step, walk.state.place, walk.state.menu, walk.state.answers) == (
        Step.QUESTION,
        0,
        False,
        (),
    )


def test_a_skipped_question_leaves_the_response_incomplete() -> None:
    walk = Walk()
    walk.to_questions()
    walk.touch("skip")
    answer_all(walk, [3] * 8)
    walk.past_profile()
    response = walk.responses[-1].response
    assert (len(response.answers), response.complete, response.ended) == (8, False, "finished")


def test_questions_cannot_be_skipped_where_the_plan_forbids_it() -> None:
    walk = Walk(full_plan(skip=False))
    walk.to_questions()
    walk.touch("skip")
    assert walk.state.place == 0
    assert walk.effects[-1] == Ignored("mash")


def test_walking_away_keeps_what_was_answered_as_incomplete() -> None:
    walk = Walk()
    walk.to_questions()
    answer_all(walk, [2, 3])
    walk.wait(46)
    response = walk.responses[-1].response
    assert response.answers == {ORDER[0]: 2, ORDER[1]: 3}
    assert (response.complete, response.ended, response.ended_at) == (False, "timeout", ORDER[2])
    assert walk.state.step is Step.IDLE


def test_any_input_resets_the_idle_timer_even_one_that_means_nothing() -> None:
    walk = Walk()
    walk.to_questions()
    walk.wait(40)
    walk.give(Touch("nonsense"))
    walk.wait(40)
    assert walk.state.step is Step.QUESTION


def test_nothing_of_the_last_visitor_is_left() -> None:
    walk = Walk()
    walk.touch("language")
    walk.to_questions()
    answer_all(walk, [2, 3])
    walk.wait(60)
    left = walk.state
    assert (left.answers, left.profile, left.service, left.language, left.topics, left.text, left.phone) == (
        (),
        (),
        None,
        "id",
        (),
        "",
        "",
    )


def test_declining_is_thanked_and_records_no_questionnaire() -> None:
    walk = Walk()
    walk.press(2)
    walk.choose("decline")
    assert walk.state.step is Step.THANKS
    assert len(walk.responses) == 1


def test_answers_before_going_back_to_the_invitation_are_kept_when_it_is_declined() -> None:
    walk = Walk(full_plan(services=(), profile=()))
    walk.to_questions()
    walk.choose("answer:1")
    walk.touch("back")
    walk.touch("back")
    assert walk.state.step is Step.INVITATION
    walk.choose("decline")
    response = walk.responses[-1].response
    assert (response.answers, response.ended, response.complete) == ({ORDER[0]: 1}, "declined", False)


def test_accepting_again_goes_on_with_the_same_questionnaire() -> None:
    walk = Walk(full_plan(services=(), profile=()))
    walk.to_questions()
    walk.choose("answer:1")
    walk.touch("back")
    walk.touch("back")
    walk.choose("accept")
    answer_all(walk, [4] * 9)
    assert len(walk.responses) == 2


def test_a_chord_voids_the_highlighted_answer() -> None:
    walk = Walk()
    walk.wait(1)
    walk.give(Press(0))
    walk.wait(0.1)
    assert walk.state.pressed
    walk.give(Void())
    walk.wait(5)
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])


def test_mashing_starts_no_second_visit() -> None:
    walk = Walk()
    walk.press(3)
    walk.choose("decline")
    walk.wait(1)
    walk.give(Press(0))
    walk.give(Release())
    for _ in range(50):
        walk.wait(0.3)
        walk.give(Press(0))
        walk.give(Release())
    assert len(walk.responses) == 1
    assert walk.effects.count(Ignored("mash")) >= 45


def test_after_a_rest_the_next_visitor_can_rate() -> None:
    walk = Walk()
    walk.press(3)
    walk.choose("decline")
    walk.wait(20)
    walk.press(0)
    assert [saved.response.visit for saved in walk.responses] == [1, 2]


def test_thanks_wait_for_the_journal() -> None:
    walk = Walk(journal="silent")
    walk.press(3)
    assert walk.state.step is Step.SAVING
    assert not any(isinstance(effect, Thanked) for effect in walk.effects)
    walk.answer("1/pulse@1")
    assert walk.state.step is Step.INVITATION
    assert Thanked(frozenset({"1/pulse@1"})) in walk.effects


def test_a_failed_disk_takes_the_kiosk_out_of_service_and_says_so() -> None:
    walk = Walk(journal="broken")
    walk.press(3)
    assert (walk.state.step, walk.state.not_kept) == (Step.FAILED, True)
    assert not any(isinstance(effect, Thanked) for effect in walk.effects)
    walk.press(3)
    assert walk.effects[-1] == Ignored("failed")
    assert len(walk.responses) == 1


def test_a_disk_that_never_answers_counts_as_failed() -> None:
    walk = Walk(journal="silent")
    walk.press(3)
    walk.wait(31)
    assert (walk.state.step, walk.state.not_kept) == (Step.FAILED, True)


def test_a_restored_disk_brings_the_kiosk_back() -> None:
    walk = Walk(journal="broken")
    walk.press(3)
    walk.give(Restored())
    walk.journal = "prompt"
    walk.wait(2)
    walk.press(3)
    assert walk.state.step is Step.INVITATION


def test_a_disk_failing_in_the_middle_hands_the_answers_over_all_the_same() -> None:
    walk = Walk()
    walk.to_questions()
    answer_all(walk, [1, 2])
    walk.journal = "silent"
    walk.give(SaveFailed())
    assert walk.responses[-1].response.answers == {ORDER[0]: 1, ORDER[1]: 2}
    assert (walk.responses[-1].response.ended, walk.state.step) == (Ended.FAULT, Step.FAILED)


def test_staff_interrupting_keeps_the_answers_and_comes_back_to_idle() -> None:
    walk = Walk()
    walk.to_questions()
    answer_all(walk, [1, 2])
    walk.give(StaffCalled())
    assert (walk.responses[-1].response.ended, walk.state.step) == ("staff", Step.STAFF)
    walk.press(1)
    assert walk.state.step is Step.STAFF
    walk.give(StaffLeft())
    assert walk.state.step is Step.IDLE


def test_staff_can_look_at_a_failed_kiosk_and_leaves_it_failed() -> None:
    walk = Walk()
    walk.give(SaveFailed())
    walk.give(StaffCalled())
    walk.give(StaffLeft())
    assert walk.state.step is Step.FAILED


def test_the_language_changes_in_the_middle_and_stays_for_the_visit() -> None:
    walk = Walk()
    walk.press(2)
    walk.choose("preferences")
    walk.choose("language")
    assert walk.state.language == "en"
    walk.choose("back")
    walk.choose("accept")
    walk.wait(60)
    assert walk.state.language == "id"


def test_preferences_left_on_the_idle_screen_return_by_themselves() -> None:
    walk = Walk()
    walk.touch("contrast")
    walk.touch("text-size")
    assert (walk.state.contrast, walk.state.large_text) == (True, True)
    walk.wait(46)
    assert (walk.state.contrast, walk.state.large_text) == (False, False)


# -- a waiting queue


def with_faces() -> Walk:
    """Somebody rated and left; six seconds later the next visitor stands there."""
    walk = Walk()
    walk.press(2)
    assert walk.state.step is Step.INVITATION
    walk.wait(7.5)
    assert walk.state.faces
    return walk


@pytest.mark.parametrize("place", range(4))
def test_a_face_pressed_while_the_last_invitation_stands_is_a_new_vote(place: int) -> None:
    walk = with_faces()
    walk.press(place)
    assert [one.response.answers["kepuasan"] for one in walk.responses] == [3, place + 1]
    assert [one.response.visit for one in walk.responses] == [1, 2]
    assert walk.responses[1].response.channel == "button"


@pytest.mark.parametrize("seconds", [7.5, 12, 20, 30, 39])
def test_no_vote_of_a_queue_is_lost_however_long_the_next_one_waits(seconds: float) -> None:
    walk = Walk()
    for number in range(1, 30):
        walk.wait(seconds)
        before = walk.state.visit
        walk.press(3)
        assert walk.state.visit == before + 1
        assert len(walk.responses) == number


def test_within_six_seconds_a_press_answers_the_invitation() -> None:
    walk = Walk()
    walk.press(2)
    walk.wait(3)
    walk.press(3)
    assert (walk.state.step, len(walk.responses)) == (Step.QUESTION, 1)


def test_whoever_was_about_to_answer_the_invitation_as_it_turned_is_not_taken_for_a_vote() -> None:
    walk = Walk()
    walk.press(2)
    walk.wait(walk.state.since + 6.2 - walk.now)
    assert walk.state.faces
    walk.give(Press(3))
    walk.give(Release())
    walk.wait(1)
    assert len(walk.responses) == 1


def test_the_last_visitor_goes_on_by_touch_or_by_holding() -> None:
    walk = with_faces()
    walk.touch("accept")
    assert (walk.state.step, len(walk.responses)) == (Step.QUESTION, 1)
    walk = with_faces()
    walk.hold()
    walk.wait(1)
    assert (walk.state.step, len(walk.responses)) == (Step.QUESTION, 1)


def test_the_next_visitor_has_nothing_of_the_last_ones_choices() -> None:
    walk = Walk()
    walk.touch("language")
    walk.touch("contrast")
    walk.press(2)
    walk.wait(8)
    walk.press(3)
    assert (walk.state.language, walk.state.contrast, walk.responses[-1].response.language) == (
        "id",
        False,
        "id",
    )


def test_a_questionnaire_that_was_begun_is_not_turned_into_a_vote() -> None:
    walk = Walk()
    walk.to_questions()
    walk.choose("answer:1")
    walk.touch("back")
    walk.touch("back")
    walk.wait(8)
    assert (walk.state.step, walk.state.faces) == (Step.INVITATION, False)


def test_in_speech_mode_the_invitation_stays_as_it_was_read() -> None:
    walk = Walk()
    walk.wait(1)
    walk.give(AidCalled(Aid.SPEECH))
    walk.press(2)
    walk.press(2)
    assert walk.state.step is Step.INVITATION
    walk.wait(15)
    assert not walk.state.faces


# -- how long it is


def test_from_the_smiley_to_the_thanks_it_is_at_most_fourteen_presses_without_profile() -> None:
    for service in (one.code for one in full_plan().services):
        walk = Walk(full_plan(profile=()))
        walk.to_questions()
        answer_all(walk, [3] * 9)
        walk.choose(f"service:{service}")
        walk.choose("no")
        assert walk.state.step is Step.THANKS
        assert walk.presses <= 14


def test_whoever_walks_away_from_the_profile_has_answered_all_nine() -> None:
    walk = Walk()
    walk.to_questions()
    answer_all(walk, [3] * 9)
    walk.choose("service:ktp")
    assert walk.state.step is Step.PROFILE
    walk.wait(60)
    kept = walk.responses[-1].response
    assert (kept.complete, len(kept.answers), kept.service, kept.ended) == (True, 9, "ktp", "timeout")


def test_back_leads_from_the_profile_through_the_service_to_the_last_question() -> None:
    walk = Walk()
    walk.to_questions()
    answer_all(walk, [3] * 9)
    walk.choose("service:ktp")
    for step in (Step.SERVICE, Step.QUESTION):
        walk.touch("back")
        assert walk.state.step is step
    assert (walk.state.place, walk.state.given[ORDER[8]]) == (8, 3)


# -- lists


@pytest.mark.parametrize("count, expected", [(1, 1), (4, 1), (5, 2), (6, 2), (7, 3), (14, 5)])
def test_lists_are_paged_for_four_buttons(count: int, expected: int) -> None:
    names = [f"n{number}" for number in range(count)]
    assert pages(count) == expected
    shown = [name for page in range(expected) for name in page_of(names, page) if name != "more"]
    assert list(dict.fromkeys(shown)) == names
    assert all(len(page_of(names, page)) <= 4 for page in range(expected))
    assert all(page_of(names, page)[3] == "more" for page in range(expected) if expected > 1)


def test_a_long_list_turns_round_to_its_first_page() -> None:
    assert page_of(["a", "b", "c", "d", "e"], 2) == ("a", "b", "c", "more")


def test_a_unit_with_one_service_is_still_asked() -> None:
    walk = Walk(full_plan(services=(OfferedService("ktp", "KTP"),)))
    walk.to_questions()
    answer_all(walk, [3] * 9)
    assert offer(walk.plan, walk.state) == (("service:ktp",), ("back", "listen", "skip"))


def test_an_answer_about_another_units_service_says_whose_it_is() -> None:
    services = (OfferedService("ktp", "KTP", "disdukcapil"), OfferedService("sku", "Usaha"))
    for code, unit in (("ktp", "disdukcapil"), ("sku", "")):
        walk = Walk(full_plan(services=services, profile=()))
        walk.choose("answer:3")
        walk.choose("accept")
        walk.choose("within:1" if unit else "within:2")  # each has one service, which that names
        answer_all(walk, [3] * 9)
        walk.wait(3600)
        saved = [one.response for one in walk.effects if isinstance(one, SaveResponse)]
        assert [(one.service, one.unit) for one in saved[:2]] == [(None, ""), (code, unit)]


def test_instruments_with_six_options_are_paged() -> None:
    walk = Walk(full_plan(forms=(load("spkp"),), services=(), profile=()))
    walk.to_questions()
    answer_all(walk, [1, 2, 3, 4, 5, 6, 1, 6])
    assert list(walk.responses[-1].response.answers.values()) == [1, 2, 3, 4, 5, 6, 1, 6]


def test_a_second_questionnaire_follows_the_first() -> None:
    walk = Walk(full_plan(forms=(load("skm-2017"), load("spkp")), services=(), profile=()))
    walk.to_questions()
    answer_all(walk, [3] * 9 + [5] * 8)
    assert [saved.response.instrument for saved in walk.responses] == ["pulse", "skm-2017", "spkp"]


# -- ages: on one screen, or in two steps where an office prints its own fine bands

FINE = full_plan()._replace(profile=attributes(age_bands=ASKED))


def test_ages_are_asked_on_one_screen_with_one_press() -> None:
    plan = full_plan()
    assert plan.profile[1].steps == ()
    assert len(plan.profile[1].values) <= 4


def at_ages() -> Walk:
    walk = Walk(FINE)
    walk.to_questions()
    answer_all(walk, [3] * 9)
    walk.choose("skip")
    walk.choose("profile:P")
    return walk


def test_ages_are_asked_in_two_steps_and_can_be_passed_in_one() -> None:
    """The seven bands of before stood on three pages: up to three presses, and three to say nothing."""
    plan = FINE
    ages = plan.profile[1]
    for run, bands in enumerate(ages.steps):
        for place, band in enumerate(bands):
            walk = at_ages()
            walk.press(run)
            assert offer(plan, walk.state).options == tuple(f"profile:{one}" for one in bands)
            walk.press(place)
            assert (dict(walk.state.profile)["age"], walk.state.place) == (band, 2)
    assert {band for run in ages.steps for band in run} == set(ages.values)
    walk = at_ages()
    walk.choose("skip")
    assert (walk.state.step, walk.state.place, dict(walk.state.profile)) == (Step.PROFILE, 2, {"sex": "P"})


def test_back_leads_from_the_second_step_of_ages_to_the_first_and_from_there_to_the_question_before() -> None:
    walk = at_ages()
    walk.press(1)
    walk.touch("back")
    assert (walk.state.place, walk.state.page) == (1, 0)
    walk.touch("back")
    assert (walk.state.place, walk.state.page) == (0, 0)


def test_a_held_button_opens_the_menu_on_either_step_of_ages() -> None:
    for presses in (0, 1):
        walk = at_ages()
        for _ in range(presses):
            walk.press(1)
        walk.wait(1.0)
        walk.give(Press(2))
        walk.wait(1.6)
        walk.give(Hold(2))
        assert walk.state.menu
        walk.give(Release())
        walk.choose("skip")
        assert (walk.state.place, dict(walk.state.profile)) == (2, {"sex": "P"})


def test_no_contact_is_asked_of_a_minor_who_came_by_the_second_step() -> None:
    for band, allowed in (("<18", False), ("18-20", True)):
        walk = at_ages()
        walk.choose(f"profile:{band}")
        assert may_leave_contact(walk.plan, walk.state) is allowed
