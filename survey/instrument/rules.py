"""The rules an instrument must keep, once its file can be read: keys, weights, questions, bands, and those of its kind."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from math import lcm

from survey.instrument.bands import BANDS_2004, CENT
from survey.instrument.fields import Problems
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.weights import WeightMode

SKM_ELEMENTS = (
    "persyaratan",
    "prosedur",
    "waktu",
    "biaya",
    "produk",
    "kompetensi",
    "perilaku",
    "pengaduan",
    "sarpras",
)
"""The nine elements of PermenPAN-RB 14/2017; a unit may add to them and may not leave one out."""

MAX_WEIGHT_DENOMINATOR = 10_000  # keeps a respondent's squared score, summed over a country, in 64 bits


def check_sense(instrument: Instrument, problems: Problems) -> None:
    """Note where an instrument whose every key has the right shape still breaks a rule."""
    checks: tuple[Callable[[Instrument, Problems], None], ...] = (
        _check_keys,
        _check_weights,
        _check_questions,
        _check_bands,
        _check_skm,
        _check_others,
    )
    for look in checks:
        look(instrument, problems)


def _check_keys(instrument: Instrument, problems: Problems) -> None:
    keys = instrument.element_keys
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        problems.note("elements.key", key, "every element has its own key")
    asked = instrument.question_order
    for key in sorted({key for key in asked if asked.count(key) > 1}):
        problems.note("questions.key", key, "one question an element")
    for key in sorted(set(asked) - set(keys)):
        problems.note("questions.key", key, f"one of the elements: {', '.join(keys)}")
    for key in keys:
        if key not in asked:
            problems.note("elements.key", key, "write the question that fills this element")


def _check_weights(instrument: Instrument, problems: Problems) -> None:
    total = sum(instrument.weights)
    if total != 1:
        problems.note(
            "elements.weight", str(total), "weights sum to exactly 1: write thirds and ninths as fractions"
        )
    denominator = lcm(*(weight.denominator for weight in instrument.weights))
    if denominator > MAX_WEIGHT_DENOMINATOR:
        problems.note(
            "elements.weight",
            f"common denominator {denominator}",
            f"rounder weights: a common denominator of at most {MAX_WEIGHT_DENOMINATOR}",
        )


def _check_questions(instrument: Instrument, problems: Problems) -> None:
    numbers = tuple(question.number for question in instrument.questions)
    if numbers != tuple(range(1, len(numbers) + 1)):
        problems.note("questions.number", list(numbers), "1, 2, 3 … in the order they are asked")
    for question in instrument.questions:
        values = tuple(option.value for option in question.options)
        if values != instrument.values:
            problems.note(
                f"questions.{question.key}.options",
                list(values),
                f"every value from {instrument.lowest} to {instrument.highest} once, worst first",
            )


def _check_bands(instrument: Instrument, problems: Problems) -> None:
    if instrument.bands is None:
        return
    bands = instrument.bands.bands
    letters = [band.letter for band in bands]
    if len(set(letters)) != len(letters):
        problems.note("bands.rows.letter", letters, "every row has its own letter")
    for better, worse in pairwise(bands):
        if worse.highest + CENT != better.lowest:
            problems.note(
                f"bands.{worse.letter}.highest",
                str(worse.highest),
                f"rows stand best first and meet at 0.01: {better.letter} starts at {better.lowest}",
            )
    bounds = {(band.lowest, band.highest) for band in bands}
    if bounds & {(band.lowest, band.highest) for band in BANDS_2004.bands}:
        problems.note(
            "bands.rows",
            f"{bands[0].letter} from {bands[0].lowest}",
            "these are the bands of 2004, out of force; since 2017 A starts at 88.31, B at 76.61, C at 65.00",
        )


def _check_skm(instrument: Instrument, problems: Problems) -> None:
    bands = instrument.bands
    if instrument.kind is Kind.SKM:
        if (instrument.lowest, instrument.highest) != (1, 4):
            problems.note(
                "scale", f"{instrument.lowest} to {instrument.highest}", "an SKM is answered 1 to 4"
            )
        for key in SKM_ELEMENTS:
            if key not in instrument.element_keys:
                problems.note("elements.key", key, "an SKM keeps the nine elements of the rule; add to them")
        if bands is None:
            problems.note("bands", None, "an SKM has the category table of its rule")
        elif (bands.bands[-1].lowest, bands.bands[0].highest) != (Decimal("25.00"), Decimal("100.00")):
            problems.note("bands.rows", str(bands.bands[-1].lowest), "the table reaches from 25.00 to 100.00")
    if (instrument.kind is Kind.SKM) != (instrument.index_name.upper() == "IKM"):
        problems.note("index_name", instrument.index_name, "IKM for an SKM, and for nothing but an SKM")


def _check_others(instrument: Instrument, problems: Problems) -> None:
    kind = instrument.kind
    if kind is not Kind.SKM:
        if instrument.bands is not None:
            problems.note(
                "bands", instrument.bands.version, "only an SKM is judged by bands; leave the table out"
            )
        if instrument.weight_mode is not WeightMode.EXACT:
            problems.note("weight_mode", instrument.weight_mode.value, 'only an SKM is weighted; write "1/9"')
        if len(set(instrument.weights)) > 1:
            problems.note(
                "elements.weight", "different weights", "only an SKM is weighted; leave the weights out"
            )
    if (kind is Kind.PERCEPTION) != (instrument.mapping is not None):
        problems.note(
            "mapping", instrument.mapping, "only a perception survey, and each, names its mapping to 4 points"
        )
    if kind is Kind.F03 and (instrument.lowest, instrument.highest) != (0, 5):
        problems.note("scale", f"{instrument.lowest} to {instrument.highest}", "F-03 is answered 0 to 5")
    if kind is Kind.PULSE and (
        len(instrument.elements) != 1 or (instrument.lowest, instrument.highest) != (1, 4)
    ):
        problems.note("elements", len(instrument.elements), "a pulse is one question, answered 1 to 4")
