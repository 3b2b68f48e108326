"""IPKP, IPAK, F-03, IPP, the pulse, and the priorities of a report."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from statistics import mean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.index import pekppp, pulse
from survey.index.clusters import Clusters
from survey.index.doubt import estimate
from survey.index.indices import Index, compare, index
from survey.index.perception import OLD_PERCEPTION, points, thresholds
from survey.index.priorities import priorities
from survey.index.tally import Tally
from survey.instrument.bands import ReadOnlyTable
from survey.instrument.definition import Instrument, ScaleMapping, load
from survey.instrument.weights import Stages
from survey.record.errors import NothingAnswered
from tests.survey.samples import SKM, everyone, with_sums

SPKP, SPAK, SPAK4, F03A, PULSE = (load(name) for name in ("spkp", "spak", "spak-1-4", "f03a", "pulse"))


@pytest.mark.parametrize("mapping, value", [(None, "3.60"), ("m/6*4", "3.60"), ("1+(m-1)*3/5", "3.64")])
def test_both_ways_from_six_to_four(mapping: str | None, value: str) -> None:
    tally = Tally.of(SPKP, [*everyone(6, 2, SPKP), *everyone(5, 3, SPKP)])  # mean 5.4
    found = index(SPKP, tally, mapping=mapping)
    assert (found.name, str(found.value), found.n) == ("IPKP", value, 5)
    assert found.mapping == (mapping or ScaleMapping.PROPORTIONAL)
    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high


@pytest.mark.parametrize(
    "instrument, mapping",
    [(SPKP, "m/6*4"), (SPKP, "1+(m-1)*3/5"), (SPAK4, None), (F03A, None)],
    ids=["6 to 4", "6 to 4 by line", "4", "F-03"],
)
def test_an_interval_is_that_of_the_share_on_the_index_s_own_scale(
    instrument: Instrument, mapping: str | None
) -> None:
    rows = [
        *everyone(instrument.highest, 2, instrument),
        *everyone(3, 3, instrument),
        *everyone(1, 5, instrument),
    ]
    tally = Tally.of(instrument, rows)
    shares = [(row["pungli" if "pungli" in row else "persyaratan"] - instrument.lowest) for row in rows]
    reach = instrument.highest - instrument.lowest
    doubt = estimate(
        share=mean(shares) / reach, n=len(rows), variance=variance(shares) / reach**2, population=None
    )
    assert doubt is not None
    low, high = doubt.bounds()
    start, end = (0.0, 5.0) if instrument is F03A else (4 / 6 if mapping == "m/6*4" else 1.0, 4.0)
    interval = index(instrument, tally, mapping=mapping).interval
    assert interval is not None
    assert float(interval.low) == pytest.approx(start + (end - start) * low, abs=0.005)
    assert float(interval.high) == pytest.approx(start + (end - start) * high, abs=0.005)


def test_a_scale_of_four_stays_as_it_is_under_either() -> None:
    tally = Tally.of(SPAK4, [*everyone(4, 1, SPAK4), *everyone(3, 3, SPAK4)])
    assert {str(index(SPAK4, tally, mapping=each).value) for each in ScaleMapping} == {"3.25"}


def test_index_is_the_mean_of_the_means_of_people() -> None:
    rows = [dict.fromkeys(SPAK.element_keys, 6) | {"pungli": 1}, dict.fromkeys(SPAK.element_keys, 5)]
    found = index(SPAK, Tally.of(SPAK, [*rows, {"pungli": 1}]))
    assert found.exact == Fraction(5) * 4 / 6
    assert (found.name, found.n, found.incomplete) == ("IPAK", 2, 1)
    assert (found.element("pungli").nrr, str(found.element("pungli").value)) == (3, "2.00")


def at(instrument: Instrument, fives: int) -> Index:
    rows = [*everyone(6, 10 - fives, instrument), *everyone(5, fives, instrument)]
    return index(instrument, Tally.of(instrument, rows))


@pytest.mark.parametrize(
    "instrument, fives, value, reached",
    [
        (SPKP, 6, "3.60", {"WBK": True, "WBBM": True}),
        (SPKP, 10, "3.33", {"WBK": True, "WBBM": False}),
        (SPAK, 6, "3.60", {"WBK": True, "WBBM": True}),
        (SPAK, 7, "3.53", {"WBK": False, "WBBM": False}),
    ],
)
def test_thresholds_of_integrity_zones(
    instrument: Instrument, fives: int, value: str, reached: dict[str, bool]
) -> None:
    found = at(instrument, fives)
    assert str(found.value) == value
    assert {one.zone: one.reached for one in thresholds(found)} == reached


def test_points_of_an_integrity_zone_are_of_its_two_indices_alone() -> None:
    assert (str(points(at(SPAK, 6))), str(points(at(SPKP, 10)))) == ("15.75", "14.58")
    skm = index(SKM, Tally.of(SKM, everyone(3, 3)))
    assert (points(skm), thresholds(skm)) == (None, ())


def test_an_index_without_a_table_has_no_category_anywhere() -> None:
    found = at(SPKP, 6)
    assert (found.category, found.letter, found.table, found.likelihoods, found.neighbour) == (
        None, None, None, {}, None,
    )  # fmt: skip
    assert {element.category for element in found.elements} == {None}


def test_days_widen_the_interval_of_every_index() -> None:
    rows = [*everyone(6, 20, SPKP), *everyone(3, 20, SPKP)]
    tally = Tally.of(SPKP, rows)
    score = SPKP.weight_denominator
    days = Clusters.of([(20, 20 * 6 * score), (20, 20 * 3 * score)])
    alone, by_days = index(SPKP, tally).interval, index(SPKP, tally, clusters=days).interval
    assert alone is not None
    assert by_days is not None
    assert by_days.high - by_days.low > 2 * (alone.high - alone.low)


def test_two_indices_of_different_names_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different name"):
        compare(at(SPKP, 6), at(SPAK, 6))


def test_the_old_perception_table_explains_and_does_not_judge() -> None:
    assert OLD_PERCEPTION.explain(Decimal("85.00")).name == "Bersih/bebas"
    with pytest.raises(ReadOnlyTable):
        OLD_PERCEPTION.classify(Decimal("85.00"))


def test_what_belongs_to_one_kind_is_refused_for_the_others() -> None:
    skm, spkp = Tally.of(SKM, everyone(3, 3)), Tally.of(SPKP, everyone(3, 3, SPKP))
    with pytest.raises(ValueError, match="no perception survey"):
        index(SKM, skm, mapping="m/6*4")
    with pytest.raises(ValueError, match="no SKM"):
        index(SPKP, spkp, weight_mode="0.11")
    with pytest.raises(ValueError, match="no SKM"):
        index(SPKP, spkp, rounding=Stages(2, 2))
    with pytest.raises(ValueError, match="leads to shares"):
        index(PULSE, Tally.of(PULSE, [{"kepuasan": 4}]))
    with pytest.raises(ValueError, match="no F-03"):
        pekppp.ipp(f02=Fraction(4), users=index(SKM, skm))
    with pytest.raises(ValueError, match="no pulse"):
        pulse.share(SKM, skm)


def test_nobody_makes_no_number() -> None:
    with pytest.raises(NothingAnswered):
        index(SPKP, Tally.of(SPKP, [{"waktu": 3}]))
    with pytest.raises(NothingAnswered):
        pulse.share(PULSE, Tally.empty(PULSE))
    with pytest.raises(NothingAnswered):
        index(F03A, Tally.empty(F03A))


def f03_of(value: int, n: int = 40) -> Index:
    return index(F03A, Tally.of(F03A, everyone(value, n, F03A)))


def test_f03_is_the_mean_of_fourteen_items() -> None:
    rows = [dict.fromkeys(F03A.element_keys, 5), dict.fromkeys(F03A.element_keys, 4) | {"toilet": 0}]
    found = index(F03A, Tally.of(F03A, rows))
    assert found.exact == Fraction(70 + 52, 28)
    assert (str(found.value), found.n) == ("4.36", 2)
    assert F03A.question("toilet").code == "10.c.As"
    assert (found.element("toilet").nrr, str(found.element("toilet").value)) == (Fraction(5, 2), "2.50")


@pytest.mark.parametrize(
    "evaluator, users, value, letter, name",
    [
        ("5", 5, "5.00", "A", "Pelayanan Prima"),
        ("4.35", 5, "4.51", "A", "Pelayanan Prima"),
        ("4.33", 5, "4.50", "A-", "Sangat Baik"),
        ("4.01", 4, "4.01", "A-", "Sangat Baik"),
        ("4.00", 4, "4.00", "B", "Baik"),
        ("3.35", 4, "3.51", "B", "Baik"),
        ("3.33", 4, "3.50", "B-", "Baik (Dengan Catatan)"),
        ("3.01", 3, "3.01", "B-", "Baik (Dengan Catatan)"),
        ("3.00", 3, "3.00", "C", "Cukup"),
        ("2.33", 3, "2.50", "C-", "Cukup (Dengan Catatan)"),
        ("2.00", 2, "2.00", "D", "Buruk"),
        ("1.33", 2, "1.50", "E", "Sangat Buruk"),
        ("1.00", 1, "1.00", "F", "Gagal"),
        ("0", 0, "0.00", "F", "Gagal"),
    ],
)
def test_ipp_and_its_nine_categories(evaluator: str, users: int, value: str, letter: str, name: str) -> None:
    found = pekppp.ipp(f02=Decimal(evaluator), users=f03_of(users))
    assert (str(found.value), found.category.letter, found.category.name) == (value, letter, name)
    assert not found.zeroed


def test_ipp_is_rounded_before_it_is_classified() -> None:
    found = pekppp.ipp(f02=Fraction("4.34"), users=f03_of(5))  # 4.505 lies in a gap of the table
    assert (found.exact, str(found.value), found.category.letter) == (Fraction("4.505"), "4.51", "A")


def test_a_missed_quota_is_said_and_zeroes_only_on_request() -> None:
    users, quota = f03_of(4, n=29), 30
    kept = pekppp.ipp(f02=Fraction(4), users=users, quota=quota)
    zeroed = pekppp.ipp(f02=Fraction(4), users=users, quota=quota, zero_below_quota=True)
    assert not kept.quota_is_met
    assert (str(kept.value), kept.zeroed) == ("4.00", False)
    assert (str(zeroed.value), zeroed.zeroed) == ("3.00", True)
    assert pekppp.ipp(f02=Fraction(4), users=f03_of(4, n=30), quota=30).quota_is_met
    assert pekppp.ipp(f02=Fraction(4), users=users).quota_is_met


def test_f02_weights_sum_to_one_and_scores_are_checked() -> None:
    assert sum(weight for weight, _ in pekppp.ASPECTS.values()) == 100
    assert all(sum(indicators.values()) == 100 for _, indicators in pekppp.ASPECTS.values())
    scores = dict.fromkeys(range(1, 31), 5)
    assert pekppp.f02(scores) == 5
    assert 5 - pekppp.f02(scores | dict.fromkeys((6, 7, 8, 9), 0)) == 5 * Fraction("0.0912")
    for wrong in (dict.fromkeys(range(1, 30), 5), scores | {31: 5}, scores | {1: 6}):
        with pytest.raises(ValueError, match=r"F-02|score"):
            pekppp.f02(wrong)


def test_pulse_has_its_own_name_and_share() -> None:
    tally = Tally.of(PULSE, [{"kepuasan": value} for value in (4, 4, 3, 2, 1, 3, 4)])
    found = pulse.share(PULSE, tally)
    assert (found.satisfied, found.n, found.counts, str(found.percent)) == (5, 7, (1, 1, 2, 3), "71.43")
    assert "IKM" not in found.name.upper()
    assert found.interval is not None
    assert found.interval.low < found.percent < found.interval.high
    assert pulse.share(PULSE, Tally.of(PULSE, [{"kepuasan": 4}])).interval is None


def named(
    sums: Mapping[str, int] | tuple[int, ...], n: int = 20
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    found = priorities(SKM, index(SKM, Tally.of(SKM, with_sums(n, tuple(sums)))))
    return (
        [(entry.rank, entry.element.key) for entry in found.lowest],
        [(entry.rank, entry.element.key) for entry in found.highest],
    )


def test_three_lowest_and_three_highest() -> None:
    lowest, highest = named((61, 55, 48, 80, 62, 70, 66, 50, 58))
    assert lowest == [(1, "waktu"), (2, "pengaduan"), (3, "prosedur")]
    assert highest == [(1, "biaya"), (2, "kompetensi"), (3, "perilaku")]


def test_a_tie_at_the_third_place_brings_all_in_and_shares_the_rank() -> None:
    lowest, highest = named((61, 55, 48, 80, 62, 70, 70, 50, 55))
    assert lowest == [(1, "waktu"), (2, "pengaduan"), (3, "prosedur"), (3, "sarpras")]
    assert highest == [(1, "biaya"), (2, "kompetensi"), (2, "perilaku")]


def test_equal_elements_have_no_priority() -> None:
    found = priorities(SKM, index(SKM, Tally.of(SKM, everyone(3, 12))))
    assert [entry.rank for entry in found.lowest] == [1] * 9


def test_a_fact_is_told_from_an_opinion() -> None:
    found = index(SKM, Tally.of(SKM, with_sums(20, (60, 60, 60, 80, 60, 60, 60, 60, 60))))
    ranked = priorities(SKM, found)
    assert (ranked.highest[0].element.key, ranked.highest[0].is_fact) == ("biaya", True)
    assert not any(entry.is_fact for entry in ranked.lowest if entry.element.key != "biaya")


@given(st.lists(st.integers(20, 80), min_size=9, max_size=9))
def test_priorities_hold_whatever_is_worse_or_better_than_the_rest(sums: list[int]) -> None:
    found = priorities(SKM, index(SKM, Tally.of(SKM, with_sums(20, sums))))
    low = {entry.element.key for entry in found.lowest}
    high = {entry.element.key for entry in found.highest}
    values = dict(zip(SKM.element_keys, sums, strict=True))
    assert min(len(low), len(high)) >= 3
    assert all(values[key] > max(values[one] for one in low) for key in values if key not in low)
    assert all(values[key] < min(values[one] for one in high) for key in values if key not in high)
