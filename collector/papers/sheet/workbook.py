"""The whole workbook, with the elements numbered in one of the two orders that official sheets have."""

from collector.papers.rows import rows_of
from collector.papers.said import Said
from collector.papers.sheet import answers, others
from collector.papers.sheet.arithmetic import sums_of
from collector.papers.sheet.book import Book
from survey.instrument.instrument import LabelOrder


def workbook(said: Said, order: LabelOrder) -> bytes:
    """Give the tabulation sheet of a release as XLSX.

    Raises:
        CollectorError: its formulas would not come to the index that was published (`paper_differs`).
    """
    sums = sums_of(said, order)
    rows = rows_of(said)
    keys = said.instrument.element_keys
    book = Book(said, title="Pengolahan data SKM")
    places = answers.write(book, sums, rows, [keys.index(one.key) for one in sums.columns])
    others.write_elements(book, sums, places)
    others.write_respondents(book)
    others.write_check(book, sums, order, rows)
    return book.close()
