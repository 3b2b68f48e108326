"""The columns of a file of responses: which it has, under which of their names, and which of them are not played.

Names are compared in small letters (`plain_name`). The nine elements stand under their keys, their official names, or U1 … U9; then the
operator must say which order the sheet uses, for the rule's list puts complaints 8th and its questionnaire asks them 9th.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from kiosk.errors import ReplayError
from kiosk.rehearsal.sheet import Line, Sheet, plain_name
from survey.instrument.instrument import Instrument, Kind, LabelOrder

ORDERS: Mapping[str, LabelOrder] = {
    "questionnaire": LabelOrder.QUESTIONNAIRE,
    "regulation": LabelOrder.LIST,
}
SUBMITTED = "submitted"
CHANNEL = "channel"
_NAMES: Mapping[str, tuple[str, ...]] = {
    SUBMITTED: ("timestamp", "cap waktu", "stempel waktu", "tanggal", "tanggal survei", "tanggal dan waktu"),
    "pulse": (),
    CHANNEL: (),
    "sex": ("jenis kelamin",),
    "age": ("usia", "umur"),
    "age_band": ("kelompok usia", "kelompok umur"),
    "education": ("pendidikan",),
    "job": ("pekerjaan",),
    "user": ("pengguna", "jenis pengguna", "pengguna layanan"),
    "service": ("layanan", "jenis layanan", "jenis layanan yang diterima"),
}
"""What is played beside the elements, and what else it may be called."""
_NUMBER = frozenset(
    {"no", "no.", "nomor", "no urut", "no. urut", "no resp", "no. resp", "no. resp.", "no. responden"}
)
_NOT_PLAYED = _NUMBER | {
    "saran",
    "saran/masukan",
    "saran dan masukan",
    "kritik dan saran",
    "masukan",
    "keterangan",
    "catatan",
    "jumlah",
    "total",
    "rata-rata",
}
_TOTAL = re.compile(
    r"(grand )?total\b.*|jumlah\b.*|rata[- ]rata\b.*|nrr\b.*|ikm\b.*|[Σ∑].*|nilai\b.*", re.IGNORECASE
)
"""What a row calls itself that sums up the others."""
_BY_NAME = {name: column for column, others in _NAMES.items() for name in (column, *others)}


class Columns(NamedTuple):
    """Where what is played stands in each line."""

    elements: Mapping[str, int]
    """Element key → place, from 0."""
    others: Mapping[str, int]
    """`submitted`, `pulse`, … → place."""
    numbers: tuple[int, ...]
    """Places that only count the rows."""
    left_out: tuple[str, ...]
    """Names, as the file writes them, of columns that are known and not played."""
    names: tuple[str, ...]
    """The file's own name of each place."""

    def cell(self, line: Line, column: str) -> str:
        """Give the cell of one of `others`; empty where there is none."""
        place = self.others.get(column)
        return line.cells[place] if place is not None and place < len(line.cells) else ""

    @property
    def width(self) -> int:
        """How many cells a line must have at least."""
        return max((*self.elements.values(), *self.others.values())) + 1


def known_names(form: Instrument) -> frozenset[str]:
    """Give every name a column may have, as `plain_name` writes it."""
    elements = {plain_name(name) for key in form.element_keys for name in _names_of(form, key)}
    labels = {label.casefold() for label in form.keys_by_label(form.label_order)}
    return frozenset(_BY_NAME) | elements | labels | _NOT_PLAYED


def find_columns(sheet: Sheet, form: Instrument, *, order: str | None) -> Columns:
    """Give the columns of a file.

    Raises:
        ReplayError: with all that is wrong with the header: columns twice, missing, unknown, or in an order nobody told.
    """
    found = _Found(sheet, form, order)
    places, written = found.places, sheet.header.cells
    wrong = [
        f"the columns {', '.join(f'{written[place]!r} ({place + 1})' for place in several)} say the same thing: keep one of them"
        for several in places.values()
        if len(several) > 1
    ]
    wrong += _wrong_elements(form, found, order=order)
    if SUBMITTED not in places:
        wrong.append("it lacks the column submitted: the local date and time of each response")
    if found.unknown:
        unknown = ", ".join(found.unknown)
        wrong.append(f"it has the unknown column {unknown}: take it out; docs/replay.md lists the columns")
    if wrong:
        where = f"{sheet.name} was not played, not a row of it; its header (line {sheet.header.number}) must be mended"
        raise ReplayError("\n  ".join((f"{where}:", *wrong)))
    return Columns(
        elements={key: places[key][0] for key in form.element_keys},
        others={name: several[0] for name, several in places.items() if name in _NAMES},
        numbers=tuple(found.numbers),
        left_out=tuple(found.left_out),
        names=written,
    )


class _Found:
    """What each cell of a header is."""

    def __init__(self, sheet: Sheet, form: Instrument, order: str | None) -> None:
        self.places: dict[str, list[int]] = {}
        """What is played → where it stands, more than once where the header is wrong."""
        self.named: list[str] = []
        self.labelled: list[str] = []
        self.unknown: list[str] = []
        self.numbers: list[int] = []
        self.left_out: list[str] = []
        labels = {label.casefold(): label for label in form.keys_by_label(form.label_order)}
        order = _order_of(form, order)
        # Without the order a label is nobody's key; the file is refused, and yet its doubles are told.
        by_label = {label: label for label in labels.values()} | (
            dict(form.keys_by_label(ORDERS[order])) if order is not None else {}
        )
        by_name = {plain_name(name): key for key in form.element_keys for name in _names_of(form, key)}
        for place, written in enumerate(sheet.header.cells):
            name = plain_name(written)
            played = by_name.get(name) or by_label.get(labels.get(name, "")) or _BY_NAME.get(name)
            if played is not None:
                self.places.setdefault(played, []).append(place)
                self.named += [written] if name in by_name else []
                self.labelled += [labels[name]] if name in labels else []
            elif name in _NOT_PLAYED:
                self.left_out.append(written)
                self.numbers += [place] if name in _NUMBER else []
            elif name or any(place < len(line.cells) and line.cells[place] for line in sheet.lines):
                self.unknown.append(f"{written!r} ({place + 1})")


def _wrong_elements(form: Instrument, found: _Found, *, order: str | None) -> list[str]:
    if found.named and found.labelled:
        return ["it has both element keys and U columns: keep one of them"]
    if found.labelled:
        every = form.keys_by_label(form.label_order)
        missing = [label for label in sorted(every) if label not in found.labelled]
        wrong = [f"it lacks columns for {', '.join(missing)}"] if missing else []
        if _order_of(form, order) is None:
            wrong.append(
                f"U1 … U{len(form.elements)} say different things in different sheets: add --order questionnaire if U8 is sarana "
                "prasarana and U9 penanganan pengaduan (as the questionnaire asks), or --order regulation if U8 is penanganan "
                "pengaduan and U9 sarana prasarana (as the rule lists them)"
            )
        return wrong
    missing = [key for key in form.element_keys if key not in found.places]
    return [f"it lacks columns for {', '.join(missing)} (or U1 … U{len(form.elements)})"] if missing else []


def _names_of(form: Instrument, key: str) -> tuple[str, ...]:
    names = key, form.element(key).name["id"]
    return (*names, form.labels[key]) if form.kind is Kind.F03 else names


def _order_of(form: Instrument, told: str | None) -> str | None:
    """Give the order of a sheet's U columns; a form that asks as it lists has but one, and need not be told."""
    return "regulation" if told is None and form.asks_as_listed else told


def total_label(line: Line, columns: Columns) -> str | None:
    """Give what a row calls itself that sums the others up; None for a response.

    It says so in its first filled cell, and it has no moment of its own.
    """
    first = next((cell for cell in line.cells if cell), "")
    submitted = columns.cell(line, SUBMITTED)
    return first if _TOTAL.fullmatch(first) and submitted in ("", first) else None
