"""Checking an official sheet against its release: every row opens a line of the list that was logged with it, and together they come to its sums."""

import re
from collections.abc import Sequence

from survey.log.sheet import RowList, commitment, read_rows
from witness.verify import spreadsheet, values
from witness.verify.findings import Report
from witness.verify.number import elements_of, hundredths, printed
from witness.verify.proof_file import ProofFile

MOST_NAMED = 20
"""Rows that are named one by one; of more it is said how many."""
Row = tuple[str, list[str]]
"""A code, and the cells behind it."""
_ANSWER = re.compile(r"[1-9]")


def check(file: ProofFile, sheet: bytes, listed: bytes, report: Report) -> None:
    """Say of a sheet whether its rows are those that its release committed to.

    Raises:
        Malformed: the workbook, or the list, cannot be read.
    """
    found, rows = spreadsheet.read(sheet), read_rows(listed)
    address = values.text(file.said, "address")
    if file.leaves[file.number].body.get("rows") != file.digest(listed) or rows.address != address:
        report.fault("rows_replaced", address=address)
        return
    n, lines = values.whole(file.said, "n"), set(rows.lines)
    if len(lines) != n or len(rows.lines) != n:
        report.fault("rows_number", released=n, listed=len(lines))
    orders = list(dict.fromkeys((rows.keys, rows.asked)))
    opened = [_opened(found.rows, rows, order) for order in orders]
    best = max(range(len(orders)), key=lambda at: sum(line in lines for line in opened[at]))
    if _all_open(found.rows, opened[best], lines, report):
        report.note("sheet_holds", n=len(lines), last=orders[best][-1])
        _check_sums(file, found.rows, orders[best], report)
    stated = hundredths(values.number(values.obj(file.said, "index"), "value"))
    if found.index and hundredths(float(found.index)) != stated:
        report.fault(
            "sheet_index_differs", stated=printed(hundredths(float(found.index))), released=printed(stated)
        )


def _opened(found: Sequence[Row], rows: RowList, order: Sequence[str]) -> list[bytes]:
    """Give the line that each row opens, where a sheet has the elements in this order; nothing where a cell holds no answer."""
    places = [order.index(key) for key in rows.keys]
    lines = []
    for code, cells in found:
        answers = [cells[place] for place in places]
        sound = all(_ANSWER.fullmatch(one) for one in answers)
        lines.append(commitment(address=rows.address, code=code, answers="".join(answers)) if sound else b"")
    return lines


def _all_open(found: Sequence[Row], opened: Sequence[bytes], lines: set[bytes], report: Report) -> bool:
    """Name each row that opens no line, or one that another opened; tells whether all lines were opened, each once."""
    seen: set[bytes] = set()
    wrong = 0
    for place, ((code, _), line) in enumerate(zip(found, opened, strict=True), start=1):
        if line in lines and line not in seen:
            seen.add(line)
            continue
        wrong += 1
        if wrong <= MOST_NAMED:
            shown = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
            report.fault("row_twice" if line in seen else "row_altered", row=place, letters=shown)
    if wrong > MOST_NAMED:
        report.fault("rows_altered", number=wrong)
    if len(seen) < len(lines):
        report.fault("rows_missing", number=len(lines) - len(seen))
    return not wrong and len(seen) == len(lines)


def _check_sums(file: ProofFile, found: Sequence[Row], order: Sequence[str], report: Report) -> None:
    """Hold what the rows add up to against the release."""
    elements = elements_of(file.said)
    for place, key in enumerate(order):
        counted, released = sum(int(cells[place]) for _, cells in found), elements.get(key, 0)
        if counted != released:
            report.fault("sheet_sum_differs", element=key, released=released, counted=counted)
            return
