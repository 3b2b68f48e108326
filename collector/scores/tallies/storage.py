"""Rows in and out of the database, in bulk, on SQLite and PostgreSQL alike."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.scores.models import (
    DayTally,
    DoubtfulTime,
    Form,
    GroupTally,
    KioskDay,
    Response,
    StaffAction,
    StaleDay,
    UnitDay,
    UnitTally,
)
from collector.scores.tallies.forms import CodedForm, coded
from collector.scores.tallies.minutes import Mark, with_marks
from collector.scores.tallies.naming import HOUR, Names, SeriesKey, groups_of_profile, hour_code
from survey.index.tally import LAYOUT

_COLUMNS = (
    "id",
    "series_id",
    "day",
    "hour",
    "at_ms",
    "error_s",
    "answers",
    "manner_id",
    "profile_id",
    "duration_s",
    "boot",
    "visit",
    "flags",
)
_DOUBTS = ("id", "series_id", "day", "earliest", "latest", "late", "redated")
_CHUNK = 500  # SQLite's oldest limit on parameters is 999


class StaffActionRow(NamedTuple):
    """A staff action: from when to when somebody stood at the kiosk who was no visitor."""

    id: int
    kiosk: int
    day: int
    at_ms: int
    until_ms: int


class StoredResponse(NamedTuple):
    """A response's row with its series, as rules and corrections need it."""

    id: int
    series: int
    day: int
    hour: int
    at_ms: int
    answers: str
    duration_s: int
    boot: int
    visit: int
    flags: int
    ending: int
    channel: str
    outside_hours: bool
    profile: str
    unit: int
    service: int | None
    place: int
    kiosk: int
    form: int
    instrument: str
    version: str

    @property
    def key(self) -> SeriesKey:
        """Who earned the response where, by what form."""
        return self.unit, self.service, self.place, self.kiosk, self.form


_STORED = (
    "id",
    "series_id",
    "day",
    "hour",
    "at_ms",
    "answers",
    "duration_s",
    "boot",
    "visit",
    "flags",
    "manner__ending_id",
    "manner__channel",
    "manner__outside_hours",
    "profile__text",
    "series__unit_id",
    "series__service_id",
    "series__place_id",
    "series__kiosk_id",
    "series__form_id",
    "series__form__instrument",
    "series__form__version",
)


def insert_responses(rows: Sequence[tuple[int | str, ...]]) -> None:
    """Insert rows of `_COLUMNS`."""
    _insert("scores_response", _COLUMNS, rows)


def insert_doubts(rows: Sequence[tuple[int | bool, ...]]) -> None:
    """Insert doubtful times, rows of `_DOUBTS`: a backlog of months has one for each response."""
    _insert("scores_doubtfultime", _DOUBTS, rows)


def _insert(table: str, columns: Sequence[str], rows: Sequence[tuple[int | str, ...]]) -> None:
    """Insert rows as fast as the database takes them: the model's own way costs more than all the rest of the intake."""
    if not rows:
        return
    named = f"{table} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {named} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {named} VALUES ({marks})", rows)  # noqa: S608 - names of our own columns


def take_responses(ids: Iterable[int]) -> Iterator[StoredResponse]:
    """Delete rows and give what stood in them; ids without a row are passed over."""
    for chunk in chunks(ids):
        found = Response.objects.filter(pk__in=chunk)
        rows = [StoredResponse(*row) for row in found.values_list(*_STORED)]
        found.delete()
        DoubtfulTime.objects.filter(pk__in=chunk).delete()
        yield from rows


def stored(ids: Collection[int]) -> list[StoredResponse]:
    """Give what stands in these rows."""
    return [
        StoredResponse(*row)
        for chunk in chunks(ids)
        for row in Response.objects.filter(pk__in=chunk).values_list(*_STORED)
    ]


def set_flags(changed: Sequence[tuple[int, int]]) -> None:
    """Set flags, by the rows' numbers: `(flags, id)`."""
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE scores_response SET flags = %s WHERE id = %s", changed)


def form_of(row: StoredResponse) -> CodedForm:
    """Give the form a stored response answered.

    Raises:
        LookupError: the instrument has been taken away since.
    """
    return form_named(row.instrument, row.version)


def form_named(instrument: str, version: str) -> CodedForm:
    """Give the form of an instrument that was answered.

    Raises:
        LookupError: the instrument has been taken away since.
    """
    form = coded(instrument, version)
    if form is None:
        raise LookupError(f"{instrument}@{version} was known when it was answered: put its file back")
    return form


def number_of(row: StoredResponse) -> int:
    """Give what the response counts."""
    return form_of(row).number(row.answers)


def groups_of(row: StoredResponse, names: Names) -> list[int]:
    """Give the groups a response is counted in."""
    return [names.groups[HOUR, hour_code(row.hour)], row.ending, *_groups(row.profile)]


@lru_cache(maxsize=4096)
def _groups(profile: str) -> tuple[int, ...]:
    return groups_of_profile(profile)


def hold(kiosks: Collection[int]) -> None:
    """Let no other process change or look at days of these kiosks before this transaction ends."""
    if connection.vendor != "postgresql":
        return  # SQLite lets one process write at a time
    with connection.cursor() as cursor:
        for chunk in chunks(sorted(kiosks)):
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"SELECT id FROM fleet_kiosk WHERE id IN ({marks}) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
                chunk,
            )


def insert_staff(rows: Iterable[StaffActionRow]) -> None:
    """Insert staff actions."""
    StaffAction.objects.bulk_create(
        StaffAction(pk=row.id, kiosk_id=row.kiosk, day=row.day, at_ms=row.at_ms, until_ms=row.until_ms)
        for row in rows
    )


def take_staff(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Delete staff actions and give kiosk and day of each."""
    for chunk in chunks(ids):
        found = StaffAction.objects.filter(pk__in=chunk)
        rows = list(found.values_list("kiosk_id", "day"))
        found.delete()
        yield from rows


_EMPTY_DAYS = """
INSERT INTO scores_kioskday (id, marks) SELECT value, ''::bytea FROM {each} ON CONFLICT (id) DO NOTHING
"""
_MARKS = "SELECT id, marks FROM scores_kioskday WHERE id {among} ORDER BY id"
_KEEP_MARKS = """
INSERT INTO scores_kioskday (id, marks) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET marks = excluded.marks
"""


def change_marks(added: Mapping[int, Sequence[Mark]], taken: Mapping[int, Sequence[Mark]]) -> None:
    """Add and take marks of kiosk-days; a mark that is not there is passed over."""
    keys = sorted({*added, *taken})
    if not keys:
        return
    days = statements.several(keys)
    if connection.vendor == "postgresql":  # two processes adding to one day must wait for each other
        statements.run(_EMPTY_DAYS, days)
    held = {key: bytes(marks) for key, marks in statements.rows(statements.locking(_MARKS), days)}
    changed: list[tuple[int, bytes]] = []
    gone: list[int] = []
    for key in keys:
        marks = with_marks(held.get(key, b""), added.get(key, ()), without=taken.get(key, ()))
        if marks:
            changed.append((key, marks))
        else:
            gone.append(key)
    with connection.cursor() as cursor:
        cursor.executemany(_KEEP_MARKS, changed)
    if gone:
        statements.run("DELETE FROM scores_kioskday WHERE id {among}", statements.several(gone))


def note_stale(days: Collection[int]) -> None:
    """Note that flags of these kiosk-days must be looked at again."""
    if not days:
        return
    # The update changes nothing; it takes the row's lock, so that nobody looks at the day before this commit.
    conflict = "DO UPDATE SET id = excluded.id" if connection.vendor == "postgresql" else "DO NOTHING"
    statements.run(
        f"INSERT INTO scores_staleday (id) SELECT value FROM {{each}} WHERE true ON CONFLICT (id) {conflict}",  # noqa: S608 - ours
        statements.several(sorted(days)),
    )


def clear() -> None:
    """Empty every row and tally."""
    for model in (
        Response,
        DoubtfulTime,
        StaffAction,
        KioskDay,
        StaleDay,
        DayTally,
        UnitDay,
        UnitTally,
        GroupTally,
    ):
        model.objects.all().delete()
    Form.objects.update(layout=LAYOUT)


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Give ids in portions a query can take."""
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
