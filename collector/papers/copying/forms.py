"""Forms that numbers are typed into, as data: those that come with the program, and this place's own in `copy-forms/` of its data.

A form is a TOML file: title, source, heads, and rows in the form's own order and words, each naming what is typed there. The words of SIPPN's and of a
ministry's e-SKM pages are not known here; whoever sees them writes them down once.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from collector.errors import CollectorError
from survey.instrument.instrument import LabelOrder
from survey.instrument.kinds import Kind
from survey.instrument.profile import AGE, EDUCATION, JOB, SEX

SHIPPED = Path(__file__).parent / "forms"
OWN = "copy-forms"
WHOLE_FIELDS = frozenset(
    (
        "value", "low", "high", "category", "performance", "n", "served", "required", "weighted_sum", "name", "region", "agency",
        "services", "period", "period_short", "first", "last", "published", "rule", "address", "link",
    )
)  # fmt: skip
"""What a row may ask of the release."""
ELEMENT_FIELDS = frozenset(("sum", "answered", "mean", "weighted", "element_value", "element_category"))
_ELEMENT_WORDS = frozenset(("number", "label", "name", "short", "wording"))
_GROUPS = frozenset((SEX, AGE, EDUCATION, JOB))
_MOST_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form, or one for each element or group."""

    label: str
    fields: tuple[str, ...]
    each: str
    """Nothing, `element`, or an attribute of those who answered."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    name: str
    title: str
    source: str
    kinds: frozenset[Kind]
    heads: tuple[str, ...]
    order: str
    digits: int
    """Decimals of means and weighted means."""
    decimal: str
    rows: tuple[Row, ...]


def forms_for(kind: Kind) -> list[Form]:
    """Give the forms for a kind of questionnaire, those that come with the program first.

    Raises:
        CollectorError: one of this place's own is wrong (`copy_form`).
    """
    paths = [*sorted(SHIPPED.glob("*.toml")), *sorted((Path(settings.IKM_DATA) / OWN).glob("*.toml"))]
    return [form for form in map(read, paths) if kind in form.kinds]


def read(path: Path) -> Form:
    """Read a form.

    Raises:
        CollectorError: it is wrong (`copy_form`), with what to write instead.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        form = Form(
            name=path.stem,
            title=_text(found, "title"),
            source=_text(found, "source"),
            kinds=frozenset(Kind(one) for one in found["kinds"]),
            heads=tuple(map(str, found.get("heads", ("Isian", "Nilai")))),
            order=LabelOrder(found.get("order", LabelOrder.LIST.value)).value,
            digits=int(found.get("digits", 3)),
            decimal=_text(found, "decimal") if "decimal" in found else ",",
            rows=tuple(map(_row, found["rows"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CollectorError("copy_form", file=path.name, reason=f"{error}") from error
    for reason in _wrong(form):
        raise CollectorError("copy_form", file=path.name, reason=reason)
    return form


def _text(found: Mapping[str, Any], key: str) -> str:
    text = found[key]
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{key}: a text")
    return text


def _row(found: Mapping[str, Any]) -> Row:
    fields: Sequence[str] = found["fields"] if "fields" in found else (found["field"],)
    return Row(_text(found, "label"), tuple(map(str, fields)), str(found.get("each", "")))


def _wrong(form: Form) -> Iterator[str]:
    if form.decimal not in (",", "."):
        yield "decimal: a comma or a point"
    if not 0 <= form.digits <= _MOST_DIGITS:
        yield f"digits: 0 to {_MOST_DIGITS}"
    for row in form.rows:
        if row.each not in ("", "element", *_GROUPS):
            yield f"each: element, {', '.join(sorted(_GROUPS))}"
            continue
        fields, words = _known(row.each)
        if set(row.fields) - fields or len(row.fields) != len(form.heads) - 1:
            yield f"{row.label!r}: {len(form.heads) - 1} of {', '.join(sorted(fields))}"
        named = {name for _, name, _, _ in string.Formatter().parse(row.label) if name is not None}
        if named - words:
            yield f"{row.label!r}: between braces only {', '.join(sorted(words)) or 'nothing'}"


def _known(each: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give what a row may type, and what its label may name between braces."""
    if each == "element":
        return ELEMENT_FIELDS, _ELEMENT_WORDS
    return (frozenset(("count",)), frozenset(("group",))) if each else (WHOLE_FIELDS, frozenset())
