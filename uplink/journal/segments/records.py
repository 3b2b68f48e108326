"""The records of a journal as a mapping, read from the disk as they are asked for."""

from collections.abc import ItemsView, Iterator, Mapping
from typing import Protocol

from uplink.journal.segments.frame import Entry


class EntrySource(Protocol):
    """What a view of records needs: the storage, or a reader of somebody else's journal."""

    @property
    def first_seq(self) -> int: ...  # noqa: D102 - see `JournalStorage`

    @property
    def next_seq(self) -> int: ...  # noqa: D102

    def entry(self, seq: int) -> Entry | None: ...  # noqa: D102

    def entries(self, first: int, last: int) -> Iterator[Entry]: ...  # noqa: D102


class Records(Mapping[str, Entry]):
    """A view: it holds no records, so looking at one costs one read, whatever is waiting.

    The keys are numbers as text, as TinyDB expects of a storage.
    """

    def __init__(self, source: EntrySource) -> None:
        self._source = source

    def __getitem__(self, key: str) -> Entry:
        entry = self._source.entry(int(key))
        if entry is None:
            raise KeyError(key)
        return entry

    def __iter__(self) -> Iterator[str]:
        return (str(seq) for seq in range(self._source.first_seq, self._source.next_seq))

    def __len__(self) -> int:
        return max(0, self._source.next_seq - self._source.first_seq)

    def items(self) -> ItemsView[str, Entry]:
        """Give all records, reading each file once."""
        return _Items(self)

    def stream(self) -> Iterator[tuple[str, Entry]]:
        """Give `(number, entry)` from the oldest."""
        for entry in self._source.entries(self._source.first_seq, self._source.next_seq - 1):
            yield str(entry.seq), entry


class _Items(ItemsView[str, Entry]):
    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._records = records

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return self._records.stream()
