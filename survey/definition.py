"""Instruments from their files: reading, checking, and the ones that ship.

A questionnaire is data (`docs/instruments.md` tells how to write one). Whatever breaks a rule is refused with the file, the
key, the value and what to write instead, because the people who write these files read no Python.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from math import lcm
from pathlib import Path

from survey.bands import BANDS_2004, CENT, Band, BandTable
from survey.errors import InstrumentError
from survey.fields import Fields, Problems
from survey.instrument import (
    FALLBACK_LANGUAGE,
    Element,
    Instrument,
    Kind,
    LabelOrder,
    Option,
    Question,
    in_language,
)
from survey.weights import WeightMode

__all__ = [
    "Element",
    "Instrument",
    "Kind",
    "LabelOrder",
    "Option",
    "Question",
    "check",
    "in_language",
    "load",
    "parse",
    "read",
    "shipped",
]

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

MAX_ELEMENTS = 64
MAX_SCALE = 11
MAX_WEIGHT_DENOMINATOR = 10_000  # keeps a respondent's squared score, summed over a country, in 64 bits
_MAX_FILE_BYTES = 256 * 1024
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_VERSION = re.compile(r"[0-9a-z][0-9a-z.-]{0,15}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WEIGHT = re.compile(r"[0-9]{1,6}(?:/[1-9][0-9]{0,5}|\.[0-9]{1,6})?")


@cache
def load(instrument: str, version: str = "1") -> Instrument:
    """Give a shipped instrument.

    Raises:
        KeyError: this version of `survey` ships no such instrument.
    """
    for candidate in shipped():
        if (candidate.id, candidate.version) == (instrument, version):
            return candidate
    raise KeyError(f"{instrument}@{version}")


@cache
def shipped() -> tuple[Instrument, ...]:
    """Give every instrument that ships with this version, in the order of their names."""
    folder = files("survey") / "instruments"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=_name)
    return tuple(parse(file.read_text(encoding="utf-8"), file=file.name) for file in found)


def read(path: Path) -> Instrument:
    """Read an instrument file.

    Raises:
        InstrumentError: the file cannot be read, or breaks a rule; the first problem is named.
    """
    return parse(_text(path), file=path.name)


def check(path: Path) -> tuple[InstrumentError, ...]:
    """Give every problem of an instrument file, for the one who writes it; nothing when it is sound.

    Problems of sense (weights, order, bands) are looked for once every key has the right shape.
    """
    try:
        text = _text(path)
    except InstrumentError as error:
        return (error,)
    return _parse(text, file=path.name)[1]


def parse(text: str, *, file: str) -> Instrument:
    """Read an instrument from TOML text; `file` is what errors call it.

    Raises:
        InstrumentError: the text breaks a rule; the first problem is named.
    """
    instrument, problems = _parse(text, file=file)
    if instrument is None:
        raise problems[0]
    return instrument


def _name(file: Traversable) -> str:
    return file.name


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _MAX_FILE_BYTES:
            raise InstrumentError(
                file=path.name, key="(file)", value=size, remedy=f"at most {_MAX_FILE_BYTES} bytes"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            file=path.name, key="(file)", value=str(error), remedy="give a readable UTF-8 file"
        ) from error


def _parse(text: str, *, file: str) -> tuple[Instrument | None, tuple[InstrumentError, ...]]:
    problems = Problems(file)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.note("(file)", str(error), "write valid TOML 1.0: texts in quotes, lists in brackets")
        return None, problems.found
    instrument = _instrument(Fields(content, "", problems))
    if not problems.found:
        _check_sense(instrument, problems)
    return (None if problems.found else instrument), problems.found


def _instrument(fields: Fields) -> Instrument:
    languages = fields.texts(
        "languages", pattern=_LANGUAGE, remedy='two or three small letters, as in ["id", "en"]'
    )
    if FALLBACK_LANGUAGE not in languages:
        fields.note("languages", list(languages), 'name "id" first: every text exists in Indonesian')
    scale = fields.table("scale")
    lowest, highest = scale.whole("lowest"), scale.whole("highest")
    scale.done()
    if not lowest < highest or highest - lowest >= MAX_SCALE:
        fields.note("scale", f"{lowest} to {highest}", f"2 to {MAX_SCALE} whole steps, lowest first")
    elements = _elements(fields, languages)
    common = fields.tables("options", required=False)
    shared = tuple(_option(option, languages) for option in common)
    questions = tuple(_question(question, languages, shared) for question in fields.tables("questions"))
    instrument = Instrument(
        id=fields.text("id", pattern=_ID, remedy="small letters, digits and hyphens, a letter first"),
        version=fields.text("version", pattern=_VERSION, remedy='digits, small letters, dots, as in "1"'),
        kind=fields.choice("kind", Kind, Kind.SKM),
        titles=fields.translations("titles", languages),
        lowest=lowest,
        highest=highest,
        elements=elements,
        questions=questions,
        label_order=fields.choice("label_order", LabelOrder, LabelOrder.LIST),
        weight_mode=fields.choice("weight_mode", WeightMode, WeightMode.EXACT),
        bands=_bands(fields.table("bands")) if fields.has("bands") else None,
        rule=fields.text("rule", remedy="the rule in force, as it is cited, with number and year"),
        languages=languages,
        sources=fields.texts("sources", remedy="where wording and formula come from; at least one"),
        unverified=fields.texts(
            "unverified", required=False, remedy="what no source confirms, one sentence each"
        ),
    )
    fields.done()
    return instrument


def _elements(fields: Fields, languages: tuple[str, ...]) -> tuple[Element, ...]:
    tables = fields.tables("elements")
    if len(tables) > MAX_ELEMENTS:
        fields.note("elements", len(tables), f"at most {MAX_ELEMENTS} elements")
        return ()
    weighted = [table.has("weight") for table in tables]
    if any(weighted) and not all(weighted):
        fields.note("elements", "weight", "give every element a weight, or none for equal weights")
    equal = Fraction(1, len(tables)) if tables else Fraction(1)
    elements = []
    for table in tables:
        name = table.translations("name", languages)
        elements.append(
            Element(
                key=table.text(
                    "key", pattern=_KEY, remedy="small letters, digits, underscores, a letter first"
                ),
                name=name,
                short=table.translations("short", languages) if table.has("short") else name,
                weight=_weight(table) if table.has("weight") else equal,
                definition=table.text("definition", remedy="the rule's sentence")
                if table.has("definition")
                else "",
            )
        )
        table.done()
    return tuple(elements)


def _weight(fields: Fields) -> Fraction:
    text = fields.text(
        "weight", pattern=_WEIGHT, remedy='a text, as in "1/9" or "0.125": a bare number would be inexact'
    )
    weight = Fraction(text) if _WEIGHT.fullmatch(text) else Fraction(1)
    if not 0 < weight <= 1:
        fields.note("weight", text, "more than 0 and at most 1")
    return weight


def _question(fields: Fields, languages: tuple[str, ...], shared: tuple[Option, ...]) -> Question:
    own = fields.tables("options", required=not shared)
    question = Question(
        key=fields.text("key", pattern=_KEY, remedy="the key of the element this question fills"),
        code=fields.text("code", remedy="the code the form prints"),
        number=fields.whole("number"),
        wording=fields.translations("wording", languages),
        plain=fields.translations("plain", languages, required=False),
        options=tuple(_option(option, languages) for option in own) or shared,
    )
    fields.done()
    return question


def _option(fields: Fields, languages: tuple[str, ...]) -> Option:
    value = fields.whole("value")
    label = fields.rest_as_translations(languages, known=("value",))
    return Option(value=value, label=label)


def _bands(fields: Fields) -> BandTable:
    rows = []
    for row in fields.tables("rows"):
        lowest, highest = _bound(row, "lowest"), _bound(row, "highest")
        letter = row.text("letter", remedy="the letter the rule gives this row")
        rows.append(Band(letter, lowest, highest, row.text("name", remedy="what the rule calls this row")))
        row.done()
    version = fields.text("version", remedy="the year of the rule")
    table = BandTable(
        version=version, rule=fields.text("rule", remedy="the rule this table stands in"), bands=tuple(rows)
    )
    fields.done()
    return table


def _bound(fields: Fields, key: str) -> Decimal:
    text = fields.text(key, remedy='a text with two decimals and a point, as in "88.31"')
    try:
        bound = Decimal(text)
    except InvalidOperation:
        bound = Decimal("NaN")
    if not bound.is_finite() or bound.as_tuple().exponent != -2:
        fields.note(key, text, 'a text with two decimals and a point, as in "88.31"')
        return Decimal("0.00")
    return bound


def _check_sense(instrument: Instrument, problems: Problems) -> None:
    checks: tuple[Callable[[Instrument, Problems], None], ...] = (
        _check_keys,
        _check_weights,
        _check_questions,
        _check_bands,
        _check_kind,
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


def _check_kind(instrument: Instrument, problems: Problems) -> None:
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
    elif bands is not None:
        problems.note("bands", bands.version, "only an SKM is judged by bands here; leave the table out")
    if instrument.kind is Kind.PULSE and len(instrument.elements) != 1:
        problems.note("elements", len(instrument.elements), "a pulse is one question")
    if instrument.kind is not Kind.SKM and instrument.weight_mode is not WeightMode.EXACT:
        problems.note("weight_mode", instrument.weight_mode.value, 'only an SKM is weighted; write "1/9"')
