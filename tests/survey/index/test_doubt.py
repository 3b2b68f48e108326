"""Doubt: known quantiles, intervals that hold what they promise, and differences."""

import random
from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.index.doubt import Interval, difference, estimate, moments, variance
from survey.index.indices import index
from survey.index.student import t_cdf, t_quantile
from survey.index.tally import Tally
from tests.survey.samples import SKM, everyone, with_total


@pytest.mark.parametrize(
    "freedom, quantile",
    [
        (1, 12.7062),
        (2, 4.3027),
        (5, 2.5706),
        (9, 2.2622),
        (10, 2.2281),
        (29, 2.0452),
        (120, 1.9799),
        (10**6, 1.9600),
    ],
)
def test_students_quantile_as_printed_in_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=5e-5)
    assert t_quantile(0.025, freedom) == pytest.approx(-quantile, abs=5e-5)


@given(st.floats(0.001, 0.999), st.integers(1, 500))
def test_quantile_and_distribution_are_inverse(probability: float, freedom: int) -> None:
    assert t_cdf(t_quantile(probability, freedom), freedom) == pytest.approx(probability, abs=1e-9)


@pytest.mark.parametrize("probability, freedom", [(0.0, 5), (1.0, 5), (0.5, 0)])
def test_a_quantile_that_does_not_exist_is_refused(probability: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(probability, freedom)


def test_moments_and_variance_of_counts() -> None:
    assert moments((1, 0, 2, 1), 1) == (4, 11, 35)
    assert variance(4, 11, 35) == pytest.approx(19 / 12)
    assert variance(1, 3, 9) == 0


def test_ten_equal_answers_leave_doubt() -> None:
    """A plain interval would be the point 100.00: the worst claim a small sample can make."""
    found = index(SKM, Tally.of(SKM, everyone(4, 10)))
    assert found.interval is not None
    assert found.interval.high == found.value == 100
    assert 75 < found.interval.low < 85
    assert found.likelihood is not None
    assert 0.5 < found.likelihood < 1


def test_one_answer_has_no_interval() -> None:
    found = index(SKM, Tally.of(SKM, everyone(3, 1)))
    assert (found.interval, found.likelihood, found.neighbour) == (None, None, None)


@pytest.mark.parametrize("population", [20, 21, 30, 40])
def test_a_statement_is_no_census_and_corrects_by_one_half_at_most(population: int) -> None:
    tally = Tally.of(SKM, with_total(20, 600))
    found, half = index(SKM, tally, population=population), index(SKM, tally, population=40)
    assert found.interval == half.interval
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    assert (found.likelihood or 0) < 1


def test_a_population_smaller_than_its_respondents_corrects_nothing() -> None:
    tally = Tally.of(SKM, with_total(20, 600))
    assert index(SKM, tally, population=15).interval == index(SKM, tally).interval


def test_knowing_the_population_narrows_the_interval() -> None:
    tally = Tally.of(SKM, [*with_total(50, 1300), *with_total(50, 1600)])
    widths = []
    for population in (None, 10_000, 500, 250, 200):
        found = index(SKM, tally, population=population).interval
        assert found is not None
        widths.append(found.high - found.low)
    assert widths == sorted(set(widths), reverse=True)


def test_answers_that_agree_within_a_person_are_no_nine_opinions() -> None:
    """The same counts for every element; once all nine answers of a person are equal, once they are mixed."""
    keys = SKM.element_keys
    halves = [*everyone(2, 30), *everyone(4, 30)]
    mixed = [{key: (2, 4)[(person + place) % 2] for place, key in enumerate(keys)} for person in range(60)]
    one, other = Tally.of(SKM, halves), Tally.of(SKM, mixed)
    assert one.to_ints()[3:] == other.to_ints()[3:]
    wide, narrow = index(SKM, one), index(SKM, other)
    assert wide.value == narrow.value
    assert wide.interval is not None
    assert narrow.interval is not None
    assert wide.interval.high - wide.interval.low > 3 * (narrow.interval.high - narrow.interval.low)


def test_a_value_on_the_edge_of_a_band_is_as_likely_in_its_neighbour() -> None:
    found = index(SKM, Tally.of(SKM, [*with_total(90, 2430), *with_total(110, 3086)]))  # 76.61
    assert (str(found.value), found.category.letter) == ("76.61", "B")
    assert found.neighbour is not None
    band, likelihood = found.neighbour
    assert band.letter == "C"
    assert found.likelihood == pytest.approx(0.5, abs=0.02)
    assert likelihood == pytest.approx(0.5, abs=0.02)
    assert sum(found.likelihoods.values()) == pytest.approx(1)


def test_the_worked_example_of_the_method() -> None:
    """The numbers of `docs/method.md`: forty people, whose nine answers add up to 27, 31 or 22."""
    people = [row for times, score in ((20, 27), (12, 31), (8, 22)) for row in with_total(1, score) * times]
    tally = Tally.of(SKM, people)
    found = index(SKM, tally)
    assert (tally.complete, tally.squares, str(found.value), found.category.letter) == (
        40,
        29984,
        "75.56",
        "C",
    )
    assert found.interval == Interval(Decimal("72.54"), Decimal("78.39"))
    assert {letter: round(100 * share) for letter, share in found.likelihoods.items()} == {
        "A": 0,
        "B": 23,
        "C": 77,
        "D": 0,
    }
    assert index(SKM, tally, population=150).interval == Interval(Decimal("72.98"), Decimal("77.99"))


def test_all_answers_policy_is_no_surer_than_its_complete_part_where_nothing_was_added() -> None:
    tally = Tally.of(SKM, [*with_total(40, 1000), *with_total(40, 1300)])
    complete, whole = index(SKM, tally), index(SKM, tally, policy="all")
    assert (complete.exact, complete.interval) == (whole.exact, whole.interval)


def test_difference_can_be_checked_from_the_printed_lines() -> None:
    earlier = (Decimal("80.00"), Interval(Decimal("77.00"), Decimal("82.00")))
    later = (Decimal("85.00"), Interval(Decimal("81.00"), Decimal("88.00")))
    found = difference(earlier, later)
    # 5 - sqrt(4² + 2²) and 5 + sqrt(3² + 3²)
    assert found.interval == Interval(Decimal("0.53"), Decimal("9.24"))
    assert (found.value, found.change) == (Decimal("5.00"), "better")
    assert difference(later, earlier).change == "worse"
    assert difference(earlier, (Decimal("85.00"), None)).change == "cannot tell"


@given(st.floats(0, 1), st.integers(2, 500), st.floats(0, 0.25))
def test_interval_holds_its_estimate_and_stays_on_the_scale(share: float, n: int, spread: float) -> None:
    found = estimate(share=share, n=n, variance=spread, population=None)
    assert found is not None
    low, high = found.bounds()
    assert -1e-12 <= low <= share <= high <= 1 + 1e-12
    assert found.effective < inf
    assert 0 <= found.at_least(0.5) <= 1
    # the confidence distribution and the interval are one method
    if low > 0.01:
        assert found.at_least(low) == pytest.approx(0.975, abs=1e-6)


@pytest.mark.parametrize("near_top", [False, True])
def test_the_interval_covers_the_truth_as_often_as_it_says(near_top: bool) -> None:
    """A quick look; `bench/coverage.py` measures many more kinds of people, and `docs/method.md` has the table."""
    random_numbers = random.Random(14)
    moods = ([4] * 9, [4, 4, 4, 3, 4, 4, 4, 4, 4], [3] * 9, [1] * 9)
    weights = (0.80, 0.12, 0.06, 0.02) if near_top else (0.10, 0.30, 0.50, 0.10)
    truth = 25 * sum(sum(mood) / 9 * weight for mood, weight in zip(moods, weights, strict=True))
    held = 0
    for _ in range(600):
        drawn = random_numbers.choices(moods, weights, k=40)
        found = index(SKM, Tally.of(SKM, [dict(zip(SKM.element_keys, mood, strict=True)) for mood in drawn]))
        assert found.interval is not None
        held += found.interval.low <= truth <= found.interval.high
    assert 0.92 <= held / 600 <= 0.995
