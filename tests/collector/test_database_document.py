"""The picture of the tables shows the tables there are."""

from tests.collector.database_document import DOCUMENT, document


def test_the_document_shows_the_tables_there_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "write it anew: python -m tests.collector.database_document"
    )
