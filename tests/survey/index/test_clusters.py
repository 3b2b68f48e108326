"""Days as clusters: the sums, the effect on the doubt, and how often the interval then holds the truth."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.index.clusters import FEWEST_DAYS, Clusters, DayEffect
from survey.index.doubt import Interval
from survey.index.indices import Index, compare, index
from survey.index.pulse import share
from survey.index.tally import Tally
from survey.instrument.definition import load
from tests.survey.samples import SKM, WEIGHTED, clusters_of, everyone, with_total

Days = list[list[dict[str, int]]]


def of_days(days: Days, **more: object) -> Index:
    dated = [(day, row) for day, rows in enumerate(days) for row in rows]
    return index(SKM, Tally.of(SKM, [row for _, row in dated]), clusters=clusters_of(dated), **more)


def without_days(days: Days) -> Index:
    return index(SKM, Tally.of(SKM, [row for rows in days for row in rows]))


def width(found: Index) -> Decimal:
    assert found.interval is not None
    return found.interval.high - found.interval.low


scores = st.lists(st.lists(st.integers(9, 36), min_size=1, max_size=6), min_size=2, max_size=9)


@given(scores)
def test_the_ratio_is_the_cluster_formula_over_the_variance_between_people(days: list[list[int]]) -> None:
    people = [score for day in days for score in day]
    n, total = len(people), sum(people)
    mean = Fraction(total, n)
    between = sum((score - mean) ** 2 for score in people) / (n - 1) / n
    residuals = sum((sum(day) - len(day) * mean) ** 2 for day in days)
    clustered = larger([len(day) for day in days]) * residuals / n**2
    found = Clusters.of((len(day), sum(day)) for day in days).effect(
        people=n, total=total, squares=sum(score * score for score in people)
    )
    assert found.days == len(days)
    assert found.ratio == pytest.approx(float(clustered / between) if between else 1.0)


def larger(sizes: list[int]) -> Fraction:
    """What brings the sum of squares back to its size, by the definition: the trace of the residuals' covariance."""
    n, alike = sum(sizes), sum(size**2 for size in sizes)
    left = sum(
        (size * (other == place) - Fraction(size, n) * each) ** 2
        for place, size in enumerate(sizes)
        for other, each in enumerate(sizes)
    )
    return alike / left


@pytest.mark.parametrize("days", [2, 7, 40])
def test_on_equally_full_days_the_variance_is_that_of_a_survey_program(days: int) -> None:
    assert larger([5] * days) == Fraction(days, days - 1)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=12))
def test_where_days_alone_decide_the_variance_is_right_on_the_average_however_full_they_are(
    sizes: list[int],
) -> None:
    """Days of variance one each: what is estimated from each day's part adds up to the variance of the mean."""
    n = sum(sizes)
    seen = 0.0
    for moved in range(len(sizes)):
        clusters = Clusters.of((size, size * (place == moved)) for place, size in enumerate(sizes))
        people = sizes[moved]
        effect = clusters.effect(people=n, total=people, squares=people)
        assert effect.ratio is not None
        seen += effect.ratio * people * (n - people) / (n * n * (n - 1))
    assert seen == pytest.approx(sum(size**2 for size in sizes) / n**2)


def test_each_element_has_the_doubt_of_its_own_days() -> None:
    """A toilet that is broken on every other day says nothing of the clerk."""
    usual = [dict.fromkeys(SKM.element_keys, value) for value in (2, 3, 4, 3, 3, 2)]
    days = [[row | {"sarpras": 1 if day % 2 else 4} for row in usual] for day in range(12)]
    together, alone = of_days(days), without_days(days)
    for ours, theirs in zip(together.elements, alone.elements, strict=True):
        assert ours.interval is not None
        assert theirs.interval is not None
        assert ours.days is not None
        assert ours.days.design_effect == pytest.approx(71 * 12 / 72 / 11 * 6 if ours.key == "sarpras" else 1)
        wider = ours.interval.high - ours.interval.low > 2 * (theirs.interval.high - theirs.interval.low)
        assert wider == (ours.key == "sarpras")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 180)), max_size=12), st.integers(0, 12))
def test_sums_of_different_days_add_and_empty_days_count_nothing(
    days: list[tuple[int, int]], cut: int
) -> None:
    one, other, both = Clusters.of(days[:cut]), Clusters.of(days[cut:]), Clusters.of(days)
    assert both.days == one.days + other.days == sum(n > 0 for n, _ in days)
    assert both.people_squared == one.people_squared + other.people_squared
    assert both.people_cubed == one.people_cubed + other.people_cubed
    assert both.products == one.products + other.products
    assert both.totals_squared == one.totals_squared + other.totals_squared


def test_the_worked_example_with_days_of_the_method() -> None:
    """The forty people of `docs/method.md`, four a day, once all of a day alike and once mixed."""
    kinds = [27] * 5 + [31] * 3 + [22] * 2
    alike = of_days([with_total(1, score) * 4 for score in kinds])
    assert alike.value == Decimal("75.56")
    assert alike.days is not None
    assert (alike.days.days, round(alike.days.design_effect or 0, 2)) == (10, 4.33)
    assert alike.interval == Interval(Decimal("68.64"), Decimal("81.59"))
    assert {letter: round(100 * each) for letter, each in alike.likelihoods.items()} == {
        "A": 0,
        "B": 36,
        "C": 63,
        "D": 0,
    }
    mixed = of_days([[*with_total(1, 27) * 2, *with_total(1, 31), *with_total(1, 22)] for _ in range(10)])
    assert (mixed.days and mixed.days.ratio) == 0
    assert mixed.days
    assert mixed.days.design_effect == 1


def test_days_that_are_alike_widen_everything_that_follows_from_the_doubt() -> None:
    days = [with_total(5, 160) if number % 2 else with_total(5, 110) for number in range(12)]
    clustered, alone = of_days(days), without_days(days)
    assert clustered.value == alone.value
    assert width(clustered) > width(alone)
    for ours, theirs in zip(clustered.elements, alone.elements, strict=True):
        assert ours.interval is not None
        assert theirs.interval is not None
        assert ours.interval.low < theirs.interval.low < theirs.interval.high < ours.interval.high
    assert (clustered.likelihood or 0) < (alone.likelihood or 0)
    later = [with_total(5, 170) if number % 2 else with_total(5, 125) for number in range(12)]
    assert compare(without_days(days), without_days(later)).unit.change == "better"
    assert compare(of_days(days), of_days(later)).unit.change == "cannot tell"


def test_days_that_are_no_more_alike_than_people_change_nothing() -> None:
    days = [[*with_total(2, 60), *with_total(2, 50)] for _ in range(12)]
    assert of_days(days).interval == without_days(days).interval
    assert of_days(days).likelihoods == without_days(days).likelihoods


def test_a_stated_number_of_users_narrows_no_doubt_that_comes_from_days() -> None:
    days = [with_total(5, 160) if number % 2 else with_total(5, 110) for number in range(12)]
    assert width(of_days(days, population=100)) > Decimal("0.99") * width(of_days(days))


def test_of_one_day_nothing_can_be_said_and_of_few_nothing_is_judged() -> None:
    one = of_days([with_total(6, 170)])
    assert one.days == DayEffect(days=1, ratio=None, freedom=0)
    assert one.days.design_effect is None
    assert one.interval == without_days([with_total(6, 170)]).interval
    judged = [of_days([everyone(3, 2)] * number).days for number in (FEWEST_DAYS - 1, FEWEST_DAYS)]
    assert [days and days.is_judged for days in judged] == [False, True]
    assert index(SKM, Tally.of(SKM, everyone(3, 9))).days is None


def test_a_few_crowded_days_count_as_few_days() -> None:
    """Forty days of which four hold nearly everybody tell hardly more than four."""
    even = [with_total(4, 120 if number % 2 else 100) for number in range(40)]
    crowded = [with_total(60 if number < 4 else 1, (60 if number < 4 else 1) * 28) for number in range(40)]
    assert (even_days := of_days(even).days) is not None
    assert (crowded_days := of_days(crowded).days) is not None
    assert (even_days.freedom, crowded_days.freedom) == (39, 4)


def test_incomplete_answers_take_the_effect_of_the_complete_ones() -> None:
    days = [with_total(5, 160) if number % 2 else with_total(5, 110) for number in range(12)]
    broken = [[{"waktu": 3}, {"biaya": 4}] for _ in days]
    both = [whole + part for whole, part in zip(days, broken, strict=True)]
    clustered, alone = of_days(both, policy="all"), index(SKM, tally_of(both), policy="all")
    assert clustered.days == of_days(days).days
    assert width(clustered) > Decimal("1.8") * width(alone)


def tally_of(days: Days) -> Tally:
    return Tally.of(SKM, [row for rows in days for row in rows])


def test_own_weights_weigh_in_the_sums_too() -> None:
    row = dict.fromkeys(WEIGHTED.element_keys, 2) | {"waktu": 4}
    total = sum(
        weight * row[key] for key, weight in zip(WEIGHTED.element_keys, WEIGHTED.weight_units, strict=True)
    )
    found = clusters_of([("a", row), ("a", row), ("b", row)], WEIGHTED)
    elements = tuple((5 * row[key], 5 * row[key] ** 2) for key in WEIGHTED.element_keys)
    assert found == Clusters(2, 5, 9, 5 * total, 5 * total * total, elements)
    tally = Tally.of(WEIGHTED, [row] * 3)
    assert index(WEIGHTED, tally, clusters=found).days == DayEffect(2, 1.0, 1)


def test_smileys_of_a_day_are_alike_as_well() -> None:
    pulse = load("pulse")
    (key,) = pulse.element_keys
    dated = [(day, {key: 4 if day % 2 else 1}) for day in range(10) for _ in range(8)]
    tally = Tally.of(pulse, [answers for _, answers in dated])
    alone, clustered = share(pulse, tally), share(pulse, tally, clusters=clusters_of(dated, pulse))
    assert alone.percent == clustered.percent == 50
    assert alone.interval is not None
    assert clustered.interval is not None
    assert clustered.interval.high - clustered.interval.low > 2 * (alone.interval.high - alone.interval.low)


def test_the_interval_holds_the_truth_where_days_are_alike() -> None:
    """A quick look; `bench/coverage_days.py` measures many more kinds, and `docs/method.md` has the table."""
    chance = random.Random(8)
    truth = 25 * sum(mean_answer(chance, chance.gauss(0, 0.3)) for _ in range(60_000)) / 60_000
    held = alone = changed = 0
    for _ in range(250):
        pair = []
        for _ in range(2):
            days = [a_day(chance) for _ in range(16)]
            pair.append(of_days(days))
        held += sum(one.interval.low <= truth <= one.interval.high for one in pair if one.interval)
        plain = without_days(days).interval
        alone += plain is not None and plain.low <= truth <= plain.high
        changed += compare(*pair).unit.change != "cannot tell"
    assert 0.92 <= held / 500 <= 0.98
    assert alone / 250 < 0.9
    assert changed / 250 <= 0.06


def a_day(chance: random.Random) -> list[dict[str, int]]:
    mood = chance.gauss(0, 0.3)
    return [dict.fromkeys(SKM.element_keys, mean_answer(chance, mood)) for _ in range(8)]


def mean_answer(chance: random.Random, mood: float) -> int:
    lean = chance.gauss(3 + mood, 0.6)
    return min(4, max(1, round(lean)))
