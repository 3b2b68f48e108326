"""Rows in and out of the database, in bulk, on SQLite and PostgreSQL alike."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.db import connection

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
from collector.scores.tallies.keys import NO_HOUR
from collector.scores.tallies.minutes import Mark, pack_marks, unpack_marks
from collector.scores.tallies.naming import HOUR, Names, SeriesKey, groups_of_profile, hour_code
from survey.index.tally import LAYOUT
from survey.record.response import TYPED

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


_OF_DAY = (
    "SELECT r.id, r.series_id, r.day, r.hour, r.at_ms, r.answers, r.duration_s, r.boot, r.visit, r.flags,"
    " m.ending_id, m.channel, m.outside_hours, p.text, s.unit_id, s.service_id, s.place_id, s.kiosk_id, s.form_id,"
    " f.instrument, f.version FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " JOIN scores_manner m ON m.id = r.manner_id JOIN scores_profile p ON p.id = r.profile_id"
    " JOIN scores_form f ON f.id = s.form_id WHERE s.kiosk_id = %s AND r.day = %s ORDER BY r.at_ms, r.id"
)
_STAFF_OF_DAY = (
    "SELECT at_ms, until_ms FROM scores_staffaction WHERE kiosk_id = %s AND day = %s ORDER BY at_ms, id"
)


def responses_of(kiosk: int, day: int) -> list[StoredResponse]:
    """Give what a kiosk reported on a day, in the order it happened.

    Asked for each kiosk whenever it says that it lives: built by the model, the statement alone cost more than all the rest of an arrival.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OF_DAY, [kiosk, day])
        return [StoredResponse(*row) for row in cursor.fetchall()]


def form_of(row: StoredResponse) -> CodedForm:
    """Give the form a stored response answered.

    Raises:
        LookupError: the instrument has been taken away since.
    """
    form = coded(row.instrument, row.version)
    if form is None:
        raise LookupError(f"{row.instrument}@{row.version} was known when it was answered: put its file back")
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


_BUSIEST = (
    "SELECT r.day, r.hour, count(*) FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " JOIN scores_manner m ON m.id = r.manner_id"
    " WHERE s.kiosk_id = %s AND s.place_id = %s AND r.day BETWEEN %s AND %s AND r.hour < %s"
    " AND length(r.answers) = 1 AND m.channel <> %s GROUP BY r.day, r.hour"
)
_LATER = (
    "SELECT DISTINCT s.kiosk_id, r.day FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " WHERE s.kiosk_id IN ({marks}) AND r.day BETWEEN %s AND %s"
)


def busiest_hours(kiosk: int, place: int, *, days: tuple[int, int]) -> list[int]:
    """Give how many smileys the busiest hour had, on each day on which a kiosk at a place had any; typed ones left out."""
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BUSIEST, [kiosk, place, *days, NO_HOUR, TYPED])
        for day, _, count in cursor.fetchall():
            found[day] = max(found.get(day, 0), count)
    return list(found.values())


def days_of(kiosks: Iterable[int], *, days: tuple[int, int]) -> set[tuple[int, int]]:
    """Give kiosk and day of all days on which these kiosks have responses."""
    found: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        for chunk in chunks(kiosks):
            cursor.execute(_LATER.format(marks=", ".join(["%s"] * len(chunk))), [*chunk, *days])
            found.update(cursor.fetchall())
    return found


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


def staff_of(kiosk: int, day: int) -> list[tuple[int, int]]:
    """Give from when to when staff stood at a kiosk on a day."""
    with connection.cursor() as cursor:
        cursor.execute(_STAFF_OF_DAY, [kiosk, day])
        return list(cursor.fetchall())


def change_marks(added: Mapping[int, Sequence[Mark]], taken: Mapping[int, Sequence[Mark]]) -> None:
    """Add and take marks of kiosk-days; a mark that is not there is passed over."""
    keys = sorted({*added, *taken})
    if not keys:
        return
    if connection.vendor == "postgresql":  # two processes adding to one day must wait for each other
        KioskDay.objects.bulk_create((KioskDay(pk=key, marks=b"") for key in keys), ignore_conflicts=True)
    held: dict[int, bytes] = {}
    for chunk in chunks(keys):
        rows = KioskDay.objects.filter(pk__in=chunk).order_by("pk")
        if connection.vendor == "postgresql":
            rows = rows.select_for_update()
        held.update((key, bytes(marks)) for key, marks in rows.values_list("pk", "marks"))
    changed: list[KioskDay] = []
    gone: list[int] = []
    for key in keys:
        marks = unpack_marks(held[key]) if held.get(key) else []
        marks.extend(added.get(key, ()))
        for mark in taken.get(key, ()):
            if mark in marks:
                marks.remove(mark)
        if marks:
            changed.append(KioskDay(pk=key, marks=pack_marks(marks)))
        else:
            gone.append(key)
    KioskDay.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=["marks"], batch_size=_CHUNK
    )
    KioskDay.objects.filter(pk__in=gone).delete()


def note_stale(days: Collection[int]) -> None:
    """Note that flags of these kiosk-days must be looked at again."""
    if not days:
        return
    # The update changes nothing; it takes the row's lock, so that nobody looks at the day before this commit.
    conflict = "DO UPDATE SET id = excluded.id" if connection.vendor == "postgresql" else "DO NOTHING"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO scores_staleday (id) VALUES (%s) ON CONFLICT (id) {conflict}",  # noqa: S608
            [(day,) for day in sorted(days)],
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
