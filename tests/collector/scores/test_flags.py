"""The rules that flag: what each finds, what it leaves alone, and that the order of arrival is nothing to them."""

import random

import pytest

from collector.scores.tallies.flags import VERSION, Answered, Flag, asks_past, busiest, flags_of, reach

ALL_BEST = (4,) * 9
ORDINARY = (3, 3, 2, 4, 3, 3, 4, 3, 3)


def visit(
    number: int,
    start_s: float,
    answers: tuple[int, ...] = ORDINARY,
    *,
    takes_s: int = 60,
    pulse: int | None = None,
    outside: bool = False,
    typed: bool = False,
) -> list[Answered]:
    """One visitor: a questionnaire, and the smiley before it where `pulse` is given."""
    parts = []
    if pulse is not None:
        parts.append(
            Answered(
                id=2 * number,
                visit=(1, 1, number),
                at_ms=round(1000 * start_s),
                answers=(pulse,),
                highest=4,
                asked=1,
                duration_s=1,
                outside_hours=outside,
                typed=typed,
            )
        )
    if answers:
        parts.append(
            Answered(
                id=2 * number + 1,
                visit=(1, 1, number),
                at_ms=round(1000 * (start_s + takes_s)),
                answers=answers,
                highest=4,
                asked=9,
                duration_s=takes_s,
                outside_hours=outside,
                typed=typed,
            )
        )
    return parts


def day(*visits: list[Answered]) -> list[Answered]:
    return [part for parts in visits for part in parts]


def test_an_ordinary_queue_is_left_alone() -> None:
    queue = day(
        *(
            visit(number, 150 * number, (*ORDINARY[:-1], 2 + number % 3), pulse=3 + number % 2)
            for number in range(20)
        )
    )
    assert flags_of(queue) == {}


def test_nine_questions_in_six_seconds_were_not_read() -> None:
    found = flags_of(day(visit(1, 0, takes_s=6), visit(2, 600, takes_s=9)))
    assert found == {3: Flag.MASHING}


def test_a_hand_on_the_buttons_is_no_queue() -> None:
    pulses = day(*(visit(number, 4 * number, (), pulse=1 + number % 4) for number in range(5)))
    assert set(flags_of(pulses).values()) == {Flag.MASHING}
    assert flags_of(pulses[:2]) == {}


def test_a_run_of_best_answers_is_flagged_and_a_slow_one_is_not() -> None:
    quick = day(*(visit(number, 60 * number, ALL_BEST, takes_s=30) for number in range(6)))
    slow = day(*(visit(number, 400 * number, ALL_BEST, takes_s=30) for number in range(6)))
    assert set(flags_of(quick).values()) == {Flag.BEST_RUN}
    assert len(flags_of(quick)) == 6
    assert flags_of(quick[:5]) == {}
    assert flags_of(slow) == {}


def test_best_answers_right_after_a_bad_one_need_be_only_three() -> None:
    bad = visit(0, 0, (1, 2, 2, 2, 1, 2, 2, 2, 2), pulse=1)
    praise = [visit(number, 120 + 60 * number, ALL_BEST, takes_s=30, pulse=4) for number in range(1, 4)]
    found = flags_of(day(bad, *praise))
    assert set(found) == {part.id for parts in praise for part in parts}
    assert set(found.values()) == {Flag.BEST_AFTER_BAD}
    assert flags_of(day(bad, *praise[:2])) == {}
    late = [visit(number, 900 + 60 * number, ALL_BEST, takes_s=30) for number in range(1, 4)]
    assert flags_of(day(bad, *late)) == {}


def test_outside_opening_hours_is_what_the_kiosk_said() -> None:
    assert flags_of(visit(1, 0, outside=True)) == {3: Flag.OUTSIDE_HOURS}


def test_answers_beside_a_staff_screen_are_flagged() -> None:
    staff = [(1_000_000, 1_060_000)]
    found = flags_of(day(visit(1, 0), visit(2, 1100), visit(3, 1300)), staff=staff)
    assert found == {5: Flag.STAFF_NEARBY}


def test_the_same_uneven_answers_four_times_running_are_a_copy() -> None:
    same = [visit(number, 200 * number, ORDINARY) for number in range(4)]
    assert set(flags_of(day(*same)).values()) == {Flag.IDENTICAL}
    assert flags_of(day(*same[:3])) == {}
    even = [visit(number, 200 * number, (3,) * 9) for number in range(6)]
    assert flags_of(day(*even)) == {}, "three everywhere is how many honest people answer"


def test_smiley_and_questionnaire_of_one_visit_are_flagged_together() -> None:
    assert flags_of(visit(1, 0, takes_s=5, pulse=4)) == {2: Flag.MASHING, 3: Flag.MASHING}


def test_the_order_in_which_records_arrive_changes_nothing() -> None:
    chance = random.Random(7)
    many = day(
        *(
            visit(number, 45 * number, chance.choice([ALL_BEST, ORDINARY]), takes_s=20, pulse=4)
            for number in range(60)
        )
    )
    wanted = flags_of(many)
    chance.shuffle(many)
    assert wanted
    assert flags_of(many) == wanted


def test_broken_off_visits_without_an_answer_are_no_praise() -> None:
    empty = [
        Answered(
            id=number,
            visit=(1, 1, number),
            at_ms=60_000 * number,
            answers=(),
            highest=4,
            asked=9,
            duration_s=20,
            outside_hours=False,
        )
        for number in range(1, 10)
    ]
    assert flags_of(empty) == {}


def test_an_unknown_version_of_the_rules_is_an_error() -> None:
    assert VERSION == "4"
    with pytest.raises(KeyError):
        flags_of([], version="0")


# Typed in from paper.


def test_pace_and_moment_of_what_was_typed_in_say_nothing() -> None:
    """Nine sheets in one minute, all the best, outside hours, beside the staff screen, behind a bad one."""
    bad = visit(1, 0, (1,) * 9, takes_s=0, typed=True)
    sheets = [
        visit(number, number, ALL_BEST, takes_s=0, pulse=4, outside=True, typed=True)
        for number in range(2, 11)
    ]
    responses = day(bad, *sheets)
    assert flags_of(responses, staff=[(0, 60_000)]) == {}
    pressed = [response._replace(typed=False) for response in responses]
    assert {flag for flags in flags_of(pressed, staff=[(0, 60_000)]).values() for flag in flags} == {
        Flag.MASHING,
        Flag.BEST_RUN,
        Flag.BEST_AFTER_BAD,
        Flag.OUTSIDE_HOURS,
        Flag.STAFF_NEARBY,
        Flag.RHYTHM,
    }


@pytest.mark.parametrize("answers", [ORDINARY, ALL_BEST])
def test_ten_sheets_in_a_row_with_the_same_answers_are_flagged(answers: tuple[int, ...]) -> None:
    same = [visit(number, 3600 * number, answers, takes_s=0, pulse=3, typed=True) for number in range(10)]
    assert set(flags_of(day(*same)).values()) == {Flag.TYPED_IDENTICAL}
    assert len(flags_of(day(*same))) == 20
    assert flags_of(day(*same[:9])) == {}
    other = visit(20, 3600 * 4 + 60, (*answers[:-1], 1), takes_s=0, typed=True)
    assert flags_of(day(*same, other)) == {}, "another sheet in between ends the run"


def test_a_visitor_at_the_buttons_ends_no_run_of_sheets_and_begins_none() -> None:
    same = [visit(number, 60 * number, takes_s=0, typed=True) for number in range(10)]
    found = flags_of(day(*same, visit(30, 100, ORDINARY)))
    assert set(found.values()) == {Flag.TYPED_IDENTICAL}
    assert len(found) == 10
    pressed = [visit(number, 3600 * number) for number in range(12)]
    assert flags_of(day(*pressed)) == {}


def one_behind_the_other(takes_s: list[int], gaps_s: list[int]) -> list[list[Answered]]:
    """Whole questionnaires that praise with one 3 each, so that no rule over best or equal answers sees them."""
    visits, moment = [], 0
    for number, (takes, gap) in enumerate(zip(takes_s, gaps_s, strict=True), 1):
        answers = tuple(3 if place == number % 9 else 4 for place in range(9))
        visits.append(visit(number, moment, answers, takes_s=takes))
        moment += takes + gap
    return visits


def test_ten_quick_forms_running_are_one_hand_and_nine_are_not() -> None:
    takes, gaps = [14, 26, 19, 22, 11, 25, 17, 20, 13, 24], [5, 40, 12, 30, 8, 55, 20, 9, 33, 0]
    assert set(flags_of(day(*one_behind_the_other(takes, gaps))).values()) == {Flag.RHYTHM}
    assert len(flags_of(day(*one_behind_the_other(takes, gaps)))) == 10
    assert flags_of(day(*one_behind_the_other(takes[:9], gaps[:9]))) == {}
    slow = [*takes[:4], 27, *takes[5:]]  # three seconds a question
    assert flags_of(day(*one_behind_the_other(slow, gaps))) == {}
    paused = [*gaps[:4], 61, *gaps[5:]]
    assert flags_of(day(*one_behind_the_other(takes, paused))) == {}


def test_whoever_only_presses_a_smiley_or_breaks_off_ends_the_run() -> None:
    takes, gaps = [20] * 11, [40, 20, 35, 10, 50, 15, 30, 25, 40, 20, 0]
    for answers, pulse in (((), 3), (ORDINARY[:4], 3)):
        visits = one_behind_the_other(takes, gaps)
        start = visits[5][0].at_ms / 1000 - 20
        visits[5] = visit(6, start, answers, takes_s=20, pulse=pulse)
        assert flags_of(day(*visits)) == {}


def test_visits_as_regular_as_a_clock_are_one_hand() -> None:
    regular = one_behind_the_other([45] * 12, [20] * 12)
    assert set(flags_of(day(*regular)).values()) == {Flag.RHYTHM}
    people = one_behind_the_other(
        [45, 30, 62, 51, 38, 70, 45, 29, 55, 41], [20, 9, 35, 14, 28, 6, 31, 12, 22, 0]
    )
    assert flags_of(day(*people)) == {}
    smileys = [visit(number, 9.0 * number, (), pulse=3 if number % 6 else 4) for number in range(1, 13)]
    assert set(flags_of(day(*smileys)).values()) == {Flag.RHYTHM}
    crowd = [
        visit(number, at, (), pulse=3)
        for number, at in enumerate((0, 9, 30, 39, 48, 90, 99, 130, 140, 149), 1)
    ]
    assert flags_of(day(*crowd)) == {}


def test_an_unbroken_hour_of_stuffing_is_flagged_whole() -> None:
    """150 visits in 52 minutes, all of them 4 with one 3 somewhere: each harmless by itself."""
    chance = random.Random(7)
    visits = []
    for number in range(150):
        answers = [4] * 9
        answers[chance.randrange(9)] = 3
        visits.append(visit(number, 20.8 * number, tuple(answers), takes_s=chance.randrange(11, 16), pulse=4))
    found = flags_of(day(*visits))
    assert len(found) == 300
    assert all(flag & Flag.RHYTHM for flag in found.values())


def test_a_run_that_does_not_advance_in_time_is_as_regular_as_can_be() -> None:
    """A kiosk that lost its clock dates many visits at one moment: no arithmetic may stumble over that."""
    at_once = [visit(number, 0, takes_s=60) for number in range(12)]
    assert Flag.RHYTHM not in set(flags_of(day(*at_once)).values())


# More than this kiosk ever sees.


def pressed(hours: dict[int, int], *, typed: bool = False) -> list[Answered]:
    """So many smileys in each hour, at times that no other rule minds."""
    chance = random.Random(3)
    return day(
        *(
            [
                part._replace(hour=hour)
                for part in visit(
                    1000 * hour + number,
                    3600 * hour + 3600 * number / count + chance.uniform(0, 40),
                    (),
                    pulse=1 + number % 3,
                    typed=typed,
                )
            ]
            for hour, count in hours.items()
            for number in range(count)
        )
    )


ORDINARY_PAST = [*[4] * 20, *[6, 7, 9]]


def flagged_hours(answered: list[Answered], past: list[int]) -> set[int]:
    found = flags_of(answered, past=past)
    assert set(found.values()) <= {Flag.RATE}
    return {part.hour for part in answered if part.id in found}


def test_an_hour_with_more_than_twice_what_the_kiosk_ever_sees_is_flagged_whole() -> None:
    answered = pressed({9: 5, 10: 16, 11: 15})
    assert flagged_hours(answered, ORDINARY_PAST) == {10}
    assert len(flags_of(answered, past=ORDINARY_PAST)) == 16
    assert flagged_hours(answered, [*[4] * 20, 8, 8, 8]) == set(), (
        "not more than twice the third busiest day's"
    )
    assert flagged_hours(pressed({10: 17}), [*[4] * 20, 8, 8, 8]) == {10}


def test_a_market_day_each_week_is_known_and_two_stuffed_days_are_not() -> None:
    assert flagged_hours(pressed({10: 30}), [*[4] * 20, 20, 20, 20, 20]) == set()
    assert flagged_hours(pressed({10: 30}), [*[4] * 20, 150, 150]) == {10}
    assert flagged_hours(pressed({10: 30}), [*[4] * 20, 150, 150, 150]) == set()


def test_a_kiosk_without_a_past_is_judged_by_none() -> None:
    assert flagged_hours(pressed({10: 60}), [4] * 9) == set()
    assert flagged_hours(pressed({10: 60}), [4] * 10) == {10}


def test_what_was_typed_in_or_has_no_certain_hour_is_no_rush() -> None:
    assert flagged_hours(pressed({10: 60}, typed=True), ORDINARY_PAST) == set()
    uncertain = [part._replace(hour=24) for part in pressed({10: 60})]
    assert flagged_hours(uncertain, ORDINARY_PAST) == set()


def test_the_past_is_asked_for_only_where_an_hour_was_busy() -> None:
    assert (busiest(pressed({9: 3, 10: 15})), asks_past(pressed({9: 3, 10: 15}))) == (15, 0)
    assert (busiest([]), asks_past(pressed({10: 16}))) == (0, reach())
