"""The records of a journal as a mapping from number to entry, read from the disk as they are asked for."""

from collections.abc import ItemsView, Iterator, Mapping
from typing import Protocol

from uplink.frame import Entry


class EntrySource(Protocol):
    """What a view of records needs: the storage, or a reader of somebody else's journal."""

    @property
    def first_seq(self) -> int: ...  # noqa: D102 - see `JournalStorage`

    @property
    def next_seq(self) -> int: ...  # noqa: D102

    def entry(self, seq: int) -> Entry | None: ...  # noqa: D102

    def entries(self, first: int, last: int) -> Iterator[Entry]: ...  # noqa: D102


class Records(Mapping[int, Entry]):
    """A view: it holds no records, so looking at one costs one read, whatever is waiting."""

    def __init__(self, source: EntrySource) -> None:
        self._source = source

    def __getitem__(self, key: int | str) -> Entry:
        # TinyDB looks documents up by their number as text, as JSON objects would have it.
        entry = self._source.entry(int(key))
        if entry is None:
            raise KeyError(key)
        return entry

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._source.first_seq, self._source.next_seq))

    def __len__(self) -> int:
        return max(0, self._source.next_seq - self._source.first_seq)

    def items(self) -> ItemsView[int, Entry]:
        """Give all records, reading each file once."""
        return _Items(self)

    def stream(self) -> Iterator[tuple[int, Entry]]:
        """Give `(number, entry)` from the oldest."""
        for entry in self._source.entries(self._source.first_seq, self._source.next_seq - 1):
            yield entry.seq, entry


class _Items(ItemsView[int, Entry]):
    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._records = records

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        return self._records.stream()
