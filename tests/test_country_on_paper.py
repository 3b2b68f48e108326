"""What is reckoned for a whole country stands in the document as it was reckoned, from figures that stand where it says."""

from pathlib import Path

import pytest

from bench import country_on_paper

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_document_has_the_tables_as_they_are_reckoned() -> None:
    text = (DOCS / "growing.md").read_text()
    assert country_on_paper.table() in text
    assert country_on_paper.sources() in text


@pytest.mark.parametrize("name", country_on_paper.MEASURED)
def test_a_measured_figure_stands_where_it_is_said_to(name: str) -> None:
    one = country_on_paper.MEASURED[name]
    text = (DOCS / one.document).read_text()
    if one.document == "growing.md":  # its own list of sources is none
        text = text.replace(country_on_paper.sources(), "")
    assert one.words in text
    plain = one.words.replace(",", "")
    assert any(figure in plain for figure in (f"{one.value:g}", f"{one.value:.0f}", f"{one.value:.1f}"))
