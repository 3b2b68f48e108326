"""The index: every acceptance row of the domain, and every trap that public programs fall into."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.index.indices import Index, Policy, compare, index
from survey.index.tally import Tally
from survey.instrument.bands import BANDS_2004, ReadOnlyTable
from survey.instrument.definition import Instrument, load
from survey.instrument.kinds import NO_INDEX
from survey.instrument.weights import Stages, WeightMode, two_decimals
from survey.record.errors import NothingAnswered
from tests.survey.samples import ELEVEN, SKM, WEIGHTED, everyone, with_sums, with_total

REPORT_SUMS = (105, 101, 100, 116, 102, 105, 106, 105, 115)


def ikm(responses: Sequence[Mapping[str, int]], **options: object) -> Index:
    return index(SKM, Tally.of(SKM, responses), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "n, total, value, letter",
    [
        (19, 524, "76.61", "B"),
        (43, 1367, "88.31", "A"),
        (113, 2644, "65.00", "C"),
        (19, 604, "88.30", "B"),
        (58, 1357, "64.99", "D"),
    ],
)
def test_value_is_rounded_before_it_is_classified(n: int, total: int, value: str, letter: str) -> None:
    found = ikm(with_total(n, total))
    assert (str(found.value), found.category.letter, found.n) == (value, letter, n)
    assert found.exact == Fraction(25 * total, 9 * n)


@pytest.mark.parametrize(
    "mode, rounding, weighted_mean, value",
    [
        ("1/9", None, "3.6590", "91.48"),
        ("0.1111", None, "3.6586", "91.47"),
        ("0.111", None, "3.6553", "91.38"),
        ("0.11", None, "3.6224", "90.56"),
        ("0.111", Stages(nrr=3, product=3), "3.6560", "91.40"),
        ("0.111", Stages(nrr=2, product=2), "3.6500", "91.25"),
        ("0.11", Stages(nrr=2, product=2), "3.6300", "90.75"),
    ],
)
def test_every_office_series_can_be_reproduced(
    mode: str, rounding: Stages | None, weighted_mean: str, value: str
) -> None:
    found = ikm(with_sums(29, REPORT_SUMS), weight_mode=mode, rounding=rounding)
    assert f"{float(found.weighted_mean):.4f}" == weighted_mean
    assert str(found.value) == value
    assert (found.weight, found.rounding) == (mode, rounding or Stages())
    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high


@pytest.mark.parametrize(
    "value, mode, result, letter",
    [
        (4, "1/9", "100.00", "A"),
        (1, "1/9", "25.00", "D"),
        (4, "0.11", "99.00", "A"),
        (4, "0.111", "99.90", "A"),
        (4, "0.1111", "99.99", "A"),
        (1, "0.11", "24.75", "D"),
    ],
)
def test_ends_of_the_scale(value: int, mode: str, result: str, letter: str) -> None:
    found = ikm(everyone(value, 7), weight_mode=mode)
    assert (str(found.value), found.category.letter) == (result, letter)


def test_weight_mode_changes_the_category_of_the_same_answers() -> None:
    responses = with_total(20, 468)
    exact, rough = ikm(responses), ikm(responses, weight_mode=WeightMode.TWO_DECIMALS)
    assert (str(exact.value), exact.category.letter) == ("65.00", "C")
    assert (str(rough.value), rough.category.letter) == ("64.35", "D")


@pytest.mark.parametrize(
    "mode, barely, letter",
    [
        ("0.11", "65.66", "C"),
        ("0.11", "77.39", "B"),
        ("0.11", "89.21", "A"),
        ("0.111", "65.07", "C"),
        ("0.111", "76.69", "B"),
        ("0.111", "88.40", "A"),
    ],
)
def test_a_rounded_weight_moves_the_band_edges(mode: str, barely: str, letter: str) -> None:
    def judged(true_index: Fraction) -> str:
        n = 10_000
        total = true_index * 9 * n / 25
        assert total.denominator == 1
        tally = Tally.of(SKM, with_total(4, 4 * 9 * 3))  # any; only its instrument matters
        return index(SKM, scaled_to(int(total), n, tally), weight_mode=mode).category.letter

    edge = Fraction(barely)
    assert judged(edge) == letter
    assert judged(edge - Fraction(1, 50)) != letter


def scaled_to(total: int, n: int, like: Tally) -> Tally:
    """Make a tally of `n` respondents with a grand total, by counts alone."""
    per_element, rest = divmod(total, 9)
    ints = [n, 0, 0]
    for place in range(9):
        base, more = divmod(per_element + (place < rest), n)
        counts = [0, 0, 0, 0]
        counts[base - 1] += n - more
        if more:
            counts[base] += more
        ints += counts
    # whole respondents are not at stake: the sum of squares of equal scores keeps the tally consistent
    ints[2] = total * total // n + 1
    return Tally.from_ints(like.instrument, [*ints, *[0] * 36])


def test_a_tie_at_the_third_decimal_goes_up() -> None:
    """76.605 exactly: half-even and some floats make 76.60 and category C of it."""
    found = index(SKM, scaled_to(137_889, 5_000, Tally.empty(SKM)))
    assert found.exact == Fraction("76.605")
    assert (str(found.value), found.category.letter) == ("76.61", "B")


def test_value_is_not_cut_to_a_whole_number_before_it_is_classified() -> None:
    found = ikm(with_total(20, 552))  # 76.67: 76 would be C
    assert (str(found.value), found.category.letter) == ("76.67", "B")


def test_units_are_pooled_by_sums_and_never_by_averaging() -> None:
    large, small = Tally.of(SKM, with_total(300, 8640)), Tally.of(SKM, with_total(30, 972))
    assert (str(index(SKM, large).value), str(index(SKM, small).value)) == ("80.00", "90.00")
    pooled = index(SKM, large + small)
    assert (str(pooled.value), pooled.n) == ("80.91", 330)


def test_bands_of_2004_judge_nothing() -> None:
    assert BANDS_2004.explain(Decimal("87.73")).letter == "A"
    assert SKM.bands is not None
    assert SKM.bands.classify(Decimal("87.73")).letter == "B"
    assert SKM.bands.classify(Decimal("81.96")).letter == "B"
    with pytest.raises(ReadOnlyTable):
        BANDS_2004.classify(Decimal("87.73"))


@pytest.mark.parametrize("value", ["76.605", "64.995", "100.01", "24.99"])
def test_what_is_not_rounded_or_outside_is_not_classified(value: str) -> None:
    assert SKM.bands is not None
    with pytest.raises(ValueError, match=value):
        SKM.bands.classify(Decimal(value))


@pytest.mark.parametrize(
    "value, letter, name",
    [
        ("100.00", "A", "Sangat baik"),
        ("88.31", "A", "Sangat baik"),
        ("88.30", "B", "Baik"),
        ("76.61", "B", "Baik"),
        ("76.60", "C", "Kurang baik"),
        ("65.01", "C", "Kurang baik"),
        ("65.00", "C", "Kurang baik"),
        ("64.99", "D", "Tidak baik"),
        ("25.00", "D", "Tidak baik"),
    ],
)
def test_band_edges(value: str, letter: str, name: str) -> None:
    assert SKM.bands is not None
    band = SKM.bands.classify(Decimal(value))
    assert (band.letter, band.name) == (letter, name)


def test_elements_are_classified_by_the_same_table_and_labelled_in_the_declared_order() -> None:
    found = ikm(with_sums(20, (80, 60, 40, 80, 60, 60, 60, 61, 52)))
    assert [(e.label, e.key, str(e.value), e.category.letter) for e in found.elements] == [
        ("U1", "persyaratan", "100.00", "A"),
        ("U2", "prosedur", "75.00", "C"),
        ("U3", "waktu", "50.00", "D"),
        ("U4", "biaya", "100.00", "A"),
        ("U5", "produk", "75.00", "C"),
        ("U6", "kompetensi", "75.00", "C"),
        ("U7", "perilaku", "75.00", "C"),
        ("U8", "pengaduan", "76.25", "C"),
        ("U9", "sarpras", "65.00", "C"),
    ]


@pytest.mark.parametrize(
    "name", ["pulse", "maladministrasi", "partisipasi", "spkp", "spak", "spak-1-4", "f03a"]
)
def test_nothing_but_an_skm_has_an_ikm(name: str) -> None:
    instrument = load(name)
    tally = Tally.of(instrument, everyone(3, 3, instrument))
    if instrument.kind in NO_INDEX:
        with pytest.raises(ValueError, match="leads to shares"):
            index(instrument, tally)
    else:
        assert index(instrument, tally).name in ("IPKP", "IPAK", "F-03")


def test_nobody_has_no_index() -> None:
    partial = Tally.of(SKM, [{"waktu": 4}])
    with pytest.raises(NothingAnswered):
        index(SKM, Tally.empty(SKM))
    with pytest.raises(NothingAnswered):
        index(SKM, partial)
    with pytest.raises(NothingAnswered):
        index(SKM, partial, policy="all")


def test_a_tally_of_another_instrument_is_refused() -> None:
    with pytest.raises(ValueError, match="gives no index"):
        index(SKM, Tally.of(ELEVEN, everyone(3, 5, ELEVEN)))


def test_incomplete_responses_count_only_where_asked() -> None:
    responses = [*everyone(4, 10), *[{"persyaratan": 1, "prosedur": 1}] * 10]
    complete, whole = ikm(responses), ikm(responses, policy=Policy.ALL)
    assert (str(complete.value), complete.n, complete.incomplete) == ("100.00", 10, 10)
    assert (complete.element("persyaratan").n, str(complete.element("persyaratan").value)) == (10, "100.00")
    # two elements at 2.5, seven at 4
    assert (whole.exact, whole.n, whole.incomplete) == (Fraction(25 * 33, 9), 20, 10)
    assert (whole.element("persyaratan").n, str(whole.element("persyaratan").value)) == (20, "62.50")
    assert whole.element("sarpras").n == 10


def test_printed_weight_names_what_was_used() -> None:
    tally = Tally.of(ELEVEN, everyone(3, 5, ELEVEN))
    assert index(ELEVEN, tally).weight == "1/11"
    assert index(ELEVEN, tally, weight_mode="0.11").weight == "0.09"
    assert index(WEIGHTED, Tally.of(WEIGHTED, everyone(3, 5, WEIGHTED))).weight == "own weights"


def test_comparison_tells_a_change_from_chance() -> None:
    low = ikm([*with_total(100, 2520), *with_total(100, 2880)])
    high = ikm([*with_total(100, 2970), *with_total(100, 3240)])
    alike = ikm([*with_total(100, 2520), *with_total(100, 2890)])
    assert compare(low, high).unit.change == "better"
    assert compare(high, low).unit.change == "worse"
    assert compare(low, alike).unit.change == "cannot tell"
    assert compare(low, high).unit.value == high.value - low.value
    assert compare(low, high).elements["waktu"].change == "better"


def test_indices_of_different_weights_are_not_compared() -> None:
    with pytest.raises(ValueError, match="weight_mode"):
        compare(ikm(everyone(3, 5)), ikm(everyone(3, 5), weight_mode="0.11"))


INSTRUMENTS = st.sampled_from([SKM, ELEVEN, WEIGHTED])


@st.composite
def surveys(draw: st.DrawFn) -> tuple[Instrument, list[dict[str, int]]]:
    instrument = draw(INSTRUMENTS)
    answers = st.fixed_dictionaries(dict.fromkeys(instrument.element_keys, st.integers(1, 4)))
    partial = st.dictionaries(st.sampled_from(instrument.element_keys), st.integers(1, 4))
    responses = draw(st.lists(answers, min_size=1, max_size=25)) + draw(st.lists(partial, max_size=8))
    return instrument, draw(st.permutations(responses))


def by_hand(instrument: Instrument, responses: Sequence[Mapping[str, int]], policy: Policy) -> Fraction:
    """The formula of the annex, straight from the rows of the sheet."""
    rows = [row for row in responses if policy is Policy.ALL or len(row) == len(instrument.elements)]
    total = Fraction(0)
    for key, weight in zip(instrument.element_keys, instrument.weights, strict=True):
        given_answers = [row[key] for row in rows if key in row]
        total += Fraction(sum(given_answers), len(given_answers)) * weight
    return 25 * total


@settings(max_examples=150, deadline=None)
@given(surveys(), st.sampled_from(Policy))
def test_index_from_tallies_equals_index_from_responses(
    survey: tuple[Instrument, list[dict[str, int]]], policy: Policy
) -> None:
    instrument, responses = survey
    middle = len(responses) // 2
    pooled = Tally.of(instrument, responses[:middle]) + Tally.of(instrument, responses[middle:])
    found = index(instrument, Tally.from_ints(instrument, pooled.to_ints()), policy=policy)
    exact = by_hand(instrument, responses, policy)
    assert found.exact == exact
    assert found.value == two_decimals(exact)
    assert found.incomplete == sum(len(row) < len(instrument.elements) for row in responses)
    assert 25 <= found.value <= 100
    assert sum((e.weighted for e in found.elements), Fraction(0)) * 25 == exact
    if found.interval is None:
        assert found.n == 1
    else:
        assert found.interval.low <= found.value <= found.interval.high
        assert abs(sum(found.likelihoods.values()) - 1) < 1e-9


def test_indices_of_other_answers_are_not_equal_though_their_value_is() -> None:
    one, other = ikm(with_sums(10, (40, 20, *[30] * 7))), ikm(with_sums(10, (20, 40, *[30] * 7)))
    assert one.value == other.value
    assert one != other
    assert one == ikm(with_sums(10, (40, 20, *[30] * 7)))
    assert one.elements != other.elements
