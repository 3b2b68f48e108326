"""Ages: what bands are read, what they are counted as, and how many presses it takes to tell one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.instrument.ages import (
    ASKED,
    REPORTED,
    age_band,
    is_minor,
    recognise_age,
    reported,
    span,
    steps,
)

SEEN_IN_PRINT = (
    ("<=20", "21-30", "31-40", "41-50", ">50"),
    ("<=25", "26-40", "41-60", ">60"),
    REPORTED,
)


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("<18", None, 17),
        ("18-25", 18, 25),
        ("20-20", 20, 20),
        ("37", 37, 37),
        (">65", 66, None),
        ("<=20", None, 20),
        ("60+", 60, None),
        ("≥ 61", 61, None),
    ],
)
def test_age_bands_are_read(text: str, low: int | None, high: int | None) -> None:
    band = age_band(text)
    assert band is not None
    assert (band.low, band.high) == (low, high)


@pytest.mark.parametrize("text", ["", "tua", "30-20", "18 sampai 20", "1234", "٣٧"])
def test_what_is_no_band_is_none(text: str) -> None:
    assert age_band(text) is None
    assert reported(text) is None


@pytest.mark.parametrize("bands", [ASKED, REPORTED])
@given(years=st.integers(0, 120))
def test_every_age_falls_into_exactly_one_band(bands: tuple[str, ...], years: int) -> None:
    assert sum(band.holds(years) for name in bands if (band := age_band(name))) == 1


@pytest.mark.parametrize("bands", SEEN_IN_PRINT)
def test_what_is_asked_can_be_put_into_every_banding_seen_in_print(bands: tuple[str, ...]) -> None:
    assert {recognise_age(asked, bands) for asked in ASKED} == set(bands)


@given(st.integers(0, 120))
def test_years_and_the_band_that_is_asked_are_counted_alike(years: int) -> None:
    asked = recognise_age(str(years), ASKED)
    assert asked is not None
    band = reported(asked)
    assert band in REPORTED
    assert reported(str(years)) == band


@pytest.mark.parametrize(
    "told, counted",
    [
        ("20-29", "18-35"),
        ("24-27", "18-35"),
        ("<=20", "<26"),
        (">50", ">45"),
        ("17-18", "<26"),
        ("<200", None),
        ("0-120", None),
    ],
)
def test_a_band_across_ours_is_counted_as_all_it_touches(told: str, counted: str | None) -> None:
    assert reported(told) == counted


@given(st.integers(0, 130), st.integers(0, 130))
def test_whatever_a_record_says_is_counted_in_whole_bands_of_ours(one: int, other: int) -> None:
    """Nobody brings a finer band into the numbers, whatever a kiosk writes."""
    runs = {span(REPORTED[low:high]) for low in range(7) for high in range(low + 1, 8)} - {span(REPORTED)}
    low, high = sorted((one, other))
    for told in (str(one), f"{low}-{high}", f"<{one}", f"<={one}", f">{one}", f"{one}+"):
        band = reported(told)
        assert band is None or band in runs
    assert recognise_age(str(low), [reported(f"{low}-{high}") or "0-999"])
    assert recognise_age(str(high), [reported(f"{low}-{high}") or "0-999"])


def test_a_coarser_band_is_not_squeezed_into_a_finer_one() -> None:
    assert recognise_age("20-29", REPORTED) is None
    assert recognise_age("28-30", REPORTED) == "26-35"
    assert recognise_age("30", REPORTED) == "26-35"


def test_only_bands_wholly_under_18_are_minors() -> None:
    assert [is_minor(told) for told in ("<18", "<=17", "17", "16-20", "18", ">65", "?")] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "count, sizes", [(8, []), (9, [3, 3, 3]), (10, [4, 4, 2]), (12, [4, 4, 4]), (13, [])]
)
def test_a_long_list_is_asked_in_two_steps_of_at_most_four(count: int, sizes: list[int]) -> None:
    bands = tuple(f"{5 * place}-{5 * place + 4}" for place in range(count))
    runs = steps(bands)
    assert [len(run) for run in runs] == sizes
    assert tuple(name for run in runs for name in run) == (bands if runs else ())


def test_the_two_steps_are_named_by_what_they_hold() -> None:
    assert [span(run) for run in steps(ASKED)] == ["<31", "31-50", ">50"]
