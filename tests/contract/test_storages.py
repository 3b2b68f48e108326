"""TinyDB's API means the same over our journal as over TinyDB's own storages, as far as a journal goes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tinydb import TinyDB, where
from tinydb.storages import JSONStorage, MemoryStorage
from tinydb.table import Table

from survey.record.chain import first_link
from uplink.journal.segments.segment import Header
from uplink.journal.table import JournalDatabase

STREAM = "00112233445566778899aabbccddeeff"
KEY = bytes(32)


def journal(folder: Path) -> TinyDB:
    link = first_link(stream=STREAM, public_key=KEY)
    birth = Header(stream=STREAM, public_key=KEY, first=1, link=link, boot=0)
    return JournalDatabase(folder / "journal", birth=lambda: birth, segment_bytes=300, ballast_bytes=0)


KINDS: dict[str, Callable[[Path], TinyDB]] = {
    "memory": lambda folder: TinyDB(storage=MemoryStorage),
    "json": lambda folder: TinyDB(folder / "db.json", storage=JSONStorage),
    "journal": journal,
}


@pytest.fixture(params=sorted(KINDS))
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Table]:
    database = KINDS[request.param](tmp_path)
    yield database.table(database.default_table_name)
    database.close()


def test_documents_are_numbered_from_one(table: Table) -> None:
    assert [table.insert({"a": value}) for value in (5, 6, 7)] == [1, 2, 3]
    assert table.insert_multiple([{"a": 8}, {"a": 9}]) == [4, 5]
    assert len(table) == 5


def test_a_document_comes_back_as_it_was(table: Table) -> None:
    document = {"text": 'é\t\n"', "list": [1, None, True], "nested": {"a": {"b": 2}}}
    number = table.insert(document)
    found = table.get(doc_id=number)
    assert found == document
    assert found.doc_id == number
    assert table.get(doc_id=number + 1) is None


def test_queries_find_the_same(table: Table) -> None:
    for value in range(10):
        table.insert({"value": value, "even": value % 2 == 0})
    assert [one.doc_id for one in table.search(where("even") == True)] == [1, 3, 5, 7, 9]  # noqa: E712 - TinyDB's language
    assert table.get(where("value") == 4).doc_id == 5  # type: ignore[union-attr]
    assert table.get(where("value") == 40) is None
    assert table.count(where("value") > 6) == 3
    assert table.contains(where("value") == 9)
    assert not table.contains(doc_id=11)
    assert [one["value"] for one in table.all()] == list(range(10))
    assert [one["value"] for one in table] == list(range(10))
    assert len(table.get(doc_ids=[2, 3])) == 2  # type: ignore[arg-type]


def test_an_empty_table_is_empty(table: Table) -> None:
    assert len(table) == 0
    assert table.all() == []
    assert table.search(where("a") == 1) == []
    assert table.get(doc_id=1) is None


def test_the_oldest_can_be_removed_and_numbers_go_on(table: Table) -> None:
    table.insert_multiple([{"a": value} for value in range(6)])
    assert table.remove(doc_ids=[1, 2]) == [1, 2]
    assert table.remove(where("a") < 4) == [3, 4]
    assert [one.doc_id for one in table.all()] == [5, 6]
    assert table.get(doc_id=2) is None
    assert table.insert({"a": 6}) == 7
    assert len(table) == 3


@pytest.mark.parametrize("kind", ["json", "journal"])
def test_what_was_inserted_survives_closing(tmp_path: Path, kind: str) -> None:
    for expected in (1, 2, 3):
        database = KINDS[kind](tmp_path)
        table = database.table(database.default_table_name)
        assert table.insert({"count": expected}) == expected
        database.close()
    database = KINDS[kind](tmp_path)
    assert [one["count"] for one in database.table(database.default_table_name)] == [1, 2, 3]
    database.close()
