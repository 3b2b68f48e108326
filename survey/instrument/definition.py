"""Instruments from their files: reading, checking, and the ones that ship.

A questionnaire is data (`docs/instruments.md` tells how to write one). Whatever breaks a rule is refused with the file, the
key, the value and what to write instead, because the people who write these files read no Python.
"""

import re
import tomllib
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path

from survey.instrument.bands import Band, BandTable
from survey.instrument.fields import Fields, Problems
from survey.instrument.instrument import (
    FALLBACK_LANGUAGE,
    Element,
    Instrument,
    Kind,
    LabelOrder,
    Option,
    Question,
    ScaleMapping,
    in_language,
)
from survey.instrument.profile import EXTRA
from survey.instrument.rules import check_sense
from survey.instrument.weights import WeightMode
from survey.record.errors import InstrumentError

__all__ = [
    "Element",
    "Instrument",
    "Kind",
    "LabelOrder",
    "Option",
    "Question",
    "ScaleMapping",
    "check",
    "in_language",
    "load",
    "parse",
    "read",
    "shipped",
]

MAX_ELEMENTS = 64
MAX_VALUE = 10
MAX_NAME = 49
"""Characters of `id@version`."""
_MAX_FILE_BYTES = 256 * 1024
# Not importlib.resources: it takes longer to load than the files take to read, and the kiosk is never zipped.
_SHIPPED = Path(__file__).parent / "shipped"
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_VERSION = re.compile(r"[0-9a-z][0-9a-z.-]{0,15}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WEIGHT = re.compile(r"[0-9]{1,6}(?:/[1-9][0-9]{0,5}|\.[0-9]{1,6})?")


@cache
def load(instrument: str, version: str = "1") -> Instrument:
    """Give a shipped instrument; only its own file is read, for a kiosk starts often.

    Raises:
        KeyError: this version of `survey` ships no such instrument.
    """
    for name in _shipped_names():
        if name.removesuffix(".toml").partition("@")[0] == instrument:
            candidate = _shipped(name)
            if candidate.version == version:
                return candidate
    raise KeyError(f"{instrument}@{version}")


@cache
def shipped() -> tuple[Instrument, ...]:
    """Give every instrument that ships with this version, in the order of their file names."""
    return tuple(_shipped(name) for name in _shipped_names())


@cache
def _shipped_names() -> tuple[str, ...]:
    """Give the names of the shipped files: `<id>.toml`, and `<id>@<version>.toml` for further versions."""
    return tuple(sorted(file.name for file in _SHIPPED.iterdir() if file.name.endswith(".toml")))


@cache
def _shipped(name: str) -> Instrument:
    return parse((_SHIPPED / name).read_text(encoding="utf-8"), file=name)


def shipped_files() -> tuple[Path, ...]:
    """Give the files of the shipped instruments."""
    return tuple(_SHIPPED / name for name in _shipped_names())


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
        check_sense(instrument, problems)
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
    if not 0 <= lowest < highest <= MAX_VALUE:
        fields.note(
            "scale",
            f"{lowest} to {highest}",
            f"whole steps from 0 or more to {MAX_VALUE} or less, lowest first",
        )
    elements = _elements(fields, languages)
    common = fields.tables("options", required=False)
    shared = tuple(_option(option, languages) for option in common)
    questions = tuple(_question(question, languages, shared) for question in fields.tables("questions"))
    instrument = Instrument(
        id=fields.text("id", pattern=_ID, remedy="small letters, digits and hyphens, a letter first"),
        version=fields.text("version", pattern=_VERSION, remedy='digits, small letters, dots, as in "1"'),
        kind=fields.choice("kind", Kind, Kind.SKM),
        index_name=fields.text("index_name", remedy="what the number is called: IKM, IPKP, IPAK …"),
        titles=fields.translations("titles", languages),
        lowest=lowest,
        highest=highest,
        elements=elements,
        questions=questions,
        label_order=fields.choice("label_order", LabelOrder, LabelOrder.LIST),
        weight_mode=fields.choice("weight_mode", WeightMode, WeightMode.EXACT),
        bands=_bands(fields.table("bands")) if fields.has("bands") else None,
        mapping=fields.choice("mapping", ScaleMapping, ScaleMapping.PROPORTIONAL)
        if fields.has("mapping")
        else None,
        rule=fields.text("rule", remedy="the rule in force, as it is cited, with number and year"),
        languages=languages,
        profile=_profile(fields),
        sources=fields.texts("sources", remedy="where wording and formula come from; at least one"),
        unverified=fields.texts(
            "unverified", required=False, remedy="what no source confirms, one sentence each"
        ),
    )
    fields.done()
    return instrument


def _profile(fields: Fields) -> tuple[str, ...]:
    known = ", ".join(EXTRA)
    asked = fields.texts(
        "profile", required=False, remedy=f"what is asked beyond the annex's profile: {known}"
    )
    for key in asked:
        if key not in EXTRA:
            fields.note("profile", key, f"one of {known}; the annex's own attributes are a kiosk's setting")
    return asked


def _elements(fields: Fields, languages: tuple[str, ...]) -> tuple[Element, ...]:
    tables = fields.tables("elements")
    if len(tables) > MAX_ELEMENTS:
        fields.note("elements", len(tables), f"at most {MAX_ELEMENTS} elements")
        return ()
    weighted = [table.has("weight") for table in tables]
    if any(weighted) and not all(weighted):
        fields.note(
            "elements.weight",
            f"{sum(weighted)} of {len(tables)}",
            "give every element a weight, or none for equal weights",
        )
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
                is_fact=table.has("is_fact") and table.flag("is_fact"),
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
