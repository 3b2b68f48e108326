"""TinyDB's table over the journal: its whole API for reading, and the two writes a journal knows.

`get`, `search`, `contains`, `count`, `all` and iteration are TinyDB's own code over a view that reads the disk as it
goes. `insert` appends one durable line; `remove` lets go of the oldest records. What would rewrite a record is
refused.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from tinydb import TinyDB
from tinydb.queries import QueryLike
from tinydb.storages import Storage
from tinydb.table import Table

from uplink.errors import AppendOnly
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.storage import RECORDS, JournalStorage


class RecordTable(Table):
    """The records of a journal as TinyDB documents; a document's id is its record's number."""

    default_query_cache_capacity = 0  # a cached result would hold records in memory and outlive them

    def __init__(self, storage: Storage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        super().__init__(storage, name, cache_size=cache_size, persist_empty=persist_empty)

    def insert(self, document: Mapping[str, Any]) -> int:
        """Append a document and return its number once it is on the medium.

        Raises:
            JournalFull: there is no room.
            JournalBroken: the disk failed.
        """
        storage = self._journal()
        entry = document if isinstance(document, Entry) else Entry.of(storage.next_seq, document)
        storage.append(entry)
        return entry.seq

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Append documents one after the other; each is durable by itself."""
        return [self.insert(document) for document in documents]

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Let go of the oldest records; their files vanish as soon as they hold nothing else.

        Raises:
            AppendOnly: the records are not the oldest ones.
        """
        storage = self._journal()
        if doc_ids is not None:
            wanted = sorted(doc_ids)
        elif cond is not None:
            wanted = [int(doc_id) for doc_id, document in self._read_table().items() if cond(document)]
        else:
            raise AppendOnly("say which records to let go of")
        oldest = list(range(storage.first_seq, storage.first_seq + len(wanted)))
        if wanted != oldest:
            raise AppendOnly("only the oldest records can be let go of, without leaving one out")
        if wanted:
            storage.let_go(wanted[-1])
        return wanted

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> NoReturn:  # noqa: ARG002
        raise AppendOnly("a record is never changed")

    def _journal(self) -> JournalStorage:
        if not isinstance(self._storage, JournalStorage) or self._name != RECORDS:
            raise AppendOnly(f"a journal has one table, {RECORDS}")
        return self._storage


class JournalDatabase(TinyDB):
    """A TinyDB whose one table is a journal: `JournalDatabase(folder, birth=header)`."""

    table_class = RecordTable
    default_table_name = RECORDS
    default_storage_class: type[Storage] = JournalStorage  # type: ignore[assignment]  # TinyDB infers the type of its default

    @property
    def record_table(self) -> RecordTable:
        """The one table."""
        table = self.table(RECORDS)
        if not isinstance(table, RecordTable):
            raise AppendOnly("this database is no journal")
        return table

    @property
    def journal_storage(self) -> JournalStorage:
        """The storage, with what TinyDB's interface has no word for."""
        storage = self.storage
        if not isinstance(storage, JournalStorage):
            raise AppendOnly("this database is no journal")
        return storage
