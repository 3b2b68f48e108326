"""What a country needs is reckoned from figures that stand in the documents, and the document has what is reckoned."""

from pathlib import Path

import pytest

from bench import country_on_paper
from bench.country_on_paper import MEASURED, Measured

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_document_has_both_tables() -> None:
    text = (DOCS / "growing.md").read_text(encoding="utf-8")
    assert country_on_paper.table() in text
    assert country_on_paper.sources() in text


@pytest.mark.parametrize("one", MEASURED.values(), ids=list(MEASURED))
def test_each_figure_stands_where_it_is_said_to(one: Measured) -> None:
    text = (DOCS / one.document).read_text(encoding="utf-8")
    for table in (country_on_paper.table(), country_on_paper.sources()):
        text = text.replace(table, "")
    assert " ".join(one.words.split()) in " ".join(text.split())
