"""What is wrong with a file of responses: collected over the whole file, and told so that five hundred bad cells can be read.

Whoever mends a sheet wants every place at once, and what to write there. So cells with the same column and the same remedy
stand together under their number, and lines that follow one another with the same value are one range.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kiosk.errors import ReplayError

_WIDTH = 110
_LONGEST_VALUE = 40


class Fault(NamedTuple):
    """One cell that must be mended, or one row where `column` is empty."""

    line: int
    """As a spreadsheet counts rows, the file's first one being 1."""
    column: str
    value: str
    remedy: str


def refuse(file: str, faults: Iterable[Fault], *, notes: Sequence[str] = ()) -> None:
    """Refuse a file that has faults, with all of them; `notes` are said beside them. Nothing happens where there are none.

    Raises:
        ReplayError: there are faults.
    """
    ordered = sorted(faults)
    if not ordered:
        return
    count = f"{len(ordered):,} places" if len(ordered) > 1 else "one place"
    lines = [f"{file} was not played, not a row of it: {count} must be mended first"]
    lines += [f"note: {note}" for note in notes]
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in ordered:
        groups.setdefault((fault.column, fault.remedy), []).append(fault)
    for (column, remedy), group in groups.items():
        cells = f" ({len(group):,} cells)" if column and len(group) > 1 else ""
        rows = f" ({len(group):,} rows)" if not column and len(group) > 1 else ""
        lines.append(f"{column or 'row'}{cells}{rows}: {remedy}")
        places = "; ".join(_places(group))
        lines.append(
            textwrap.fill(
                places,
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="  ",
                break_on_hyphens=False,
            )
        )
    raise ReplayError("\n".join(lines))


def _places(group: Sequence[Fault]) -> Iterator[str]:
    """Give `lines 2-480, 482 = '5'` for each value, in the order the values first appear."""
    by_value: dict[str, list[int]] = {}
    for fault in group:
        by_value.setdefault(fault.value, []).append(fault.line)
    for value, numbers in by_value.items():
        several = "lines" if len(numbers) > 1 else "line"
        yield f"{several} {', '.join(_ranges(numbers))}" + (f" = {_quoted(value)}" if value else "")


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    first = last = numbers[0]
    for number in (*numbers[1:], None):
        if number is not None and number == last + 1:
            last = number
            continue
        yield str(first) if first == last else f"{first}-{last}"
        if number is not None:
            first = last = number


def _quoted(value: str) -> str:
    return repr(value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…")
