"""The noise on a group's numbers: mean nought, within bounds, the same for the same people, another for one person more."""

import statistics
from pathlib import Path

import pytest

from bench.noise_table import text
from collector.releases.cells import noise
from collector.releases.cells.noise import KEYS, noisy, record_key, sum_variance, table
from survey.index.sampling import SMALLEST_GROUP
from tests.collector.scores.village import SKM

SEED = b"s" * 32
SCALE = (1, 4)


def chances(row: tuple[int, ...]) -> list[float]:
    return [(until - before) / KEYS for before, until in zip((0, *row), row, strict=False)]


def keys(number: int, *, start: int = 0) -> list[int]:
    return [record_key(SEED, one) for one in range(start, start + number)]


def test_the_table_is_what_its_maker_makes() -> None:
    file = Path(noise.__file__).with_name("noise.toml")
    assert file.read_text() == text(table().maximum, table().variance)


def test_every_row_has_mean_nought_and_the_variance_and_no_count_becomes_negative() -> None:
    by = table()
    assert len(by.rows) == by.maximum + 1
    for count, row in enumerate(by.rows):
        assert row[-1] == KEYS
        assert list(row) == sorted(row)
        deviations = range(-by.maximum, by.maximum + 1)
        weighed = list(zip(deviations, chances(row), strict=True))
        assert sum(v * p for v, p in weighed) == pytest.approx(0, abs=1e-7)
        assert sum(v * v * p for v, p in weighed) == pytest.approx(by.variance if count else 0, abs=1e-6)
        assert all(p == 0 for v, p in weighed if count + v < 0)


def test_nought_stays_nought_and_the_largest_deviations_are_drawn_at_the_ends() -> None:
    by = table()
    assert {by.draw(0, chance) for chance in (0, KEYS // 2, KEYS - 1)} == {0}
    assert by.draw(50, 0) == -by.maximum
    assert by.draw(50, KEYS - 1) == by.maximum
    assert by.draw(1, 0) == -1


def test_no_group_that_may_be_shown_is_shown_as_nobody() -> None:
    assert table().maximum < SMALLEST_GROUP
    assert table().draw(SMALLEST_GROUP, 0) + SMALLEST_GROUP > 0


def test_a_key_is_the_records_own_and_the_seeds() -> None:
    assert record_key(SEED, 7) == record_key(SEED, 7)
    assert len({record_key(SEED, 7), record_key(SEED, 8), record_key(b"t" * 32, 7)}) == 3
    assert 0 <= record_key(SEED, 2**62) < KEYS


def test_the_same_people_by_any_road_give_the_same_numbers() -> None:
    some = keys(9)
    sums = [27] * 9
    assert noisy(SEED, some, sums, scale=SCALE) == noisy(SEED, some[::-1], sums, scale=SCALE)
    assert noisy(b"t" * 32, some, sums, scale=SCALE) != noisy(SEED, some, sums, scale=SCALE)


def test_one_person_more_draws_anew() -> None:
    """What two answers around one visit differ by is two draws: it has their variance, and the truth is lost in it."""
    moved = []
    for start in range(0, 40_000, 20):
        before = noisy(SEED, keys(20, start=start), [50] * 9, scale=SCALE)
        after = noisy(SEED, keys(21, start=start), [53] * 9, scale=SCALE)
        moved.append(after.means[0] * 21 - before.means[0] * 20)
    assert statistics.fmean(moved) == pytest.approx(3, abs=0.3)
    assert statistics.pvariance(moved) == pytest.approx(4 * (table().variance + 1 / 12), rel=0.1)


def test_elements_move_together_and_apart() -> None:
    shifts = []
    for start in range(0, 40_000, 20):
        found = noisy(SEED, keys(20, start=start), [50] * 9, scale=SCALE)
        shifts.append([mean * 20 - 50 for mean in found.means])
    one = table().variance + 1 / 12
    first, second, *_ = zip(*shifts, strict=True)
    assert statistics.pvariance(first) == pytest.approx(2 * one, rel=0.1)
    assert statistics.covariance(first, second) == pytest.approx(one, rel=0.15)
    everything = [sum(row) / 9 for row in shifts]
    assert statistics.pvariance(everything) == pytest.approx(sum_variance(SKM), rel=0.1)


@pytest.mark.parametrize("n, points", [(5, 9.3), (20, 2.3), (100, 0.46)])
def test_the_standard_error_of_an_index_is_as_the_decision_says(n: int, points: float) -> None:
    assert 25 * sum_variance(SKM) ** 0.5 / n == pytest.approx(points, rel=0.01)


def test_means_stay_inside_the_scale() -> None:
    for start in range(0, 2_000, 5):
        best = noisy(SEED, keys(5, start=start), [20] * 9, scale=SCALE)
        worst = noisy(SEED, keys(5, start=start), [5] * 9, scale=SCALE)
        assert all(1 <= mean <= 4 for mean in (*best.means, *worst.means))
        assert best.n >= 0
