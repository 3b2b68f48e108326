"""From accepted records to rows and tallies, in the transaction that stores the records.

`project` and `unproject` are each other's inverse, and neither depends on the order or grouping of records: rows are keyed
by the record's identity, tallies are sums. Flags depend on a kiosk's whole day, so a day that changes is only noted as stale
here, and looked at again when the kiosk reports itself alive (every 15 minutes) or a command asks for it
(`flagging.settle`).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec
from django.db import connection

from collector.evidence.intake.accepted import (
    LATE_MS,
    AcceptedRecord,
    NotUnderstood,
    ResponseBody,
    ShortText,
    Whole,
)
from collector.log import saw as log_saw
from collector.scores.tallies import flagging, storage
from collector.scores.tallies.forms import CodedForm, coded
from collector.scores.tallies.keys import (
    LAST_DAY,
    NO_HOUR,
    day_date,
    day_key,
    group_key,
    kiosk_day_id,
    month_number,
    response_id,
)
from collector.scores.tallies.ledger import Changes
from collector.scores.tallies.local_time import DAY_MS, HOUR_MS, MINUTE_MS, STEP_MS, local_ms, offset_ms
from collector.scores.tallies.minutes import Mark, mark
from collector.scores.tallies.naming import HOUR, Names, SeriesKey, hour_code
from survey.record.bodies import Alive
from survey.record.errors import Malformed
from survey.record.record import ALIVE, RESPONSE, STAFF
from survey.record.seen_log import SeenLog
from survey.record.staff import WITHOUT_STAFF, Staff

HOUR_ERROR_S = 30 * 60
"""A response whose time is less certain is left out of the hours and counted beside them."""

_LARGEST = 2**31 - 1
Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
_STAFF_SCREEN_MS = 60_000  # how long a staff action is taken to last


def project(records: Iterable[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Turn records into rows, tallies and marks; gives those that cannot be read (yet).

    Called inside the accepting transaction, once for all records of a commit.
    """
    records = list(records)
    refused: list[NotUnderstood] = []
    zones = _zones(records)
    responses = _Responses(zones)
    actions: list[storage.StaffActionRow] = []
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    saw: list[tuple[int, SeenLog]] = []
    for record in records:
        try:
            if record.kind == RESPONSE:
                responses.read(record)
            elif record.kind == ALIVE:
                day, entry = _mark(record, zones)
                saw += _saw(record)
                marks[kiosk_day_id(record.kiosk_id, day)].append(entry)
            elif record.kind == STAFF and Staff.from_body(record.body).action not in WITHOUT_STAFF:
                # What the kiosk does by itself, and a wrong PIN, must not get others' answers flagged.
                actions.append(_staff_row(record, zones))
        except Malformed as error:
            refused.append(NotUnderstood(record.stream_id, record.seq, error.code))
    responses.count()
    log_saw.note(saw)
    flagging.hold(record.kiosk_id for record in records)
    storage.insert_responses(responses.rows)
    storage.insert_doubts(responses.doubts)
    storage.insert_staff(actions)
    storage.change_marks(marks, {})
    # Stale days before tallies, and tallies in one go: the order in which every process takes its locks.
    stale = flagging.with_later_days(responses.stale)
    storage.note_stale(stale | {kiosk_day_id(row.kiosk, row.day) for row in actions})
    series = {number: key for key, number in responses.names.series.items()}
    alive = {record.kiosk_id for record in records if record.kind == ALIVE}
    series |= flagging.look(responses.changes, kiosks=alive)
    responses.changes.write(series)
    return refused


def _saw(record: AcceptedRecord) -> list[tuple[int, SeenLog]]:
    """Give what an `alive` record shows of the log of facts; few do."""
    seen = SeenLog.from_fields(record.body["log"]) if "log" in record.body else None
    return [(record.kiosk_id, seen)] if seen is not None else []


def unproject(records: Iterable[AcceptedRecord]) -> None:
    """Take out what an earlier `project` made of exactly these records."""
    records = list(records)
    zones = _zones(records)
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    responses: list[int] = []
    actions: list[int] = []
    for record in records:
        try:
            if record.kind == RESPONSE:
                responses.append(response_id(record.stream_id, record.seq))
            elif record.kind == STAFF:
                actions.append(response_id(record.stream_id, record.seq))
            elif record.kind == ALIVE:
                day, entry = _mark(record, zones)
                marks[kiosk_day_id(record.kiosk_id, day)].append(entry)
        except Malformed:
            continue  # it was refused then as well
    changes = Changes()
    names = Names()
    stale = set()
    flagging.hold(record.kiosk_id for record in records)
    series: dict[int, SeriesKey] = {}
    for row in storage.take_responses(responses):
        series[row.series] = row.key
        stale.add(kiosk_day_id(row.kiosk, row.day))
        changes.put(
            series=row.series,
            key=row.key,
            coded=storage.form_of(row),
            day=row.day,
            flagged=bool(row.flags),
            groups=storage.groups_of(row, names),
            number=-storage.number_of(row),
        )
    stale = flagging.with_later_days(stale)
    stale.update(kiosk_day_id(kiosk, day) for kiosk, day in storage.take_staff(actions))
    storage.change_marks({}, marks)
    storage.note_stale(stale)
    changes.write(series)


def clear() -> None:
    """Empty the rows and tallies before a rebuild; the short numbers stay, since other processes remember them."""
    storage.clear()


class _Responses:
    """Responses on their way into rows and tallies. Written for speed: most of what the collector does happens here."""

    def __init__(self, zones: Mapping[int, str]) -> None:
        self.rows: list[tuple[int | str, ...]] = []
        self.doubts: list[tuple[int | bool, ...]] = []
        self.changes = Changes()
        self.stale: set[int] = set()
        self.names = Names()
        self._read: list[tuple[AcceptedRecord, ResponseBody, int, str, int]] = []
        """Record, response, number of its form, its answers as a row has them, and what it adds to a tally."""
        self._zones = zones
        self._forms = _Once(self._find_form)
        self._slots = _Once(self._slot)
        self._hours = _Once(self._hour)
        self._offsets = _Once(self._offset_ms)

    def read(self, record: AcceptedRecord) -> None:
        """Read one response; `count` goes on with all of them.

        Raises:
            Malformed: the collector does not know its instrument (`instrument_unknown`), or the answers are none to it
                (`response_answers`).
        """
        response = record.response
        if response is None:
            raise Malformed("response_field", "a response without a body")
        number, form = self._forms[response.instrument, response.version]
        read = form.read(response.answers)
        if read is None:
            raise Malformed("response_answers", "an answer that its instrument does not offer")
        self._read.append((record, response, number, *read))

    def count(self) -> None:
        """Make rows and tallies of what was read."""
        self.names.learn_series(
            (one.unit_id, one.service_id, one.place_id, one.kiosk_id, form)
            for one, _, form, _, _ in self._read
        )
        for one in self._read:
            self._count(*one)
        self._read.clear()

    def _count(
        self, record: AcceptedRecord, response: ResponseBody, number: int, text: str, counts: int
    ) -> None:
        row = response_id(record.stream_id, record.seq)
        unit, at_ms, kiosk = record.unit_id, record.at_ms, record.kiosk_id
        names = self.names
        series = names.series[unit, record.service_id, record.place_id, kiosk, number]
        day, rest_ms = divmod(at_ms + self._offsets[unit, at_ms // STEP_MS], DAY_MS)
        if not 0 <= day < LAST_DAY:
            day, rest_ms = divmod(local_ms(at_ms, self._zones[unit]), DAY_MS)
        error_ms = record.error_ms
        error_s = -(-error_ms // 1000)
        hour = rest_ms // HOUR_MS if error_s <= HOUR_ERROR_S else NO_HOUR
        manner, ending = names.manners[
            response.ended, response.ended_at, response.language, response.channel, response.outside_hours
        ]
        profile, groups = names.profiles[tuple(response.profile.items()) if response.profile else ()]
        duration_s, boot, visit = response.duration_s, record.boot, response.visit
        if error_s > _LARGEST or duration_s > _LARGEST or boot > _LARGEST or visit > _LARGEST:
            error_s, duration_s = min(error_s, _LARGEST), min(duration_s, _LARGEST)
            boot, visit = min(boot, _LARGEST), min(visit, _LARGEST)
        self.rows.append(
            (row, series, day, hour, at_ms, error_s, text, manner, profile, duration_s, boot, visit, 0)
        )
        late = record.received_ms - at_ms > LATE_MS and record.is_late  # first what is cheap to ask
        if late or not record.sync or not error_ms <= rest_ms < DAY_MS - error_ms:
            local = day * DAY_MS + rest_ms
            earliest, latest = (local - error_ms) // DAY_MS, (local + error_ms) // DAY_MS
            self.doubts.append(
                (row, series, day, max(0, earliest), min(LAST_DAY, latest), late, not record.sync)
            )
        key, base = self._slots[series, day, unit, number, kiosk]
        self.changes.days[key] += counts
        changed = self.changes.groups
        changed[base + self._hours[hour]] += counts
        changed[base + ending] += counts
        for group in groups:
            changed[base + group] += counts

    def _slot(self, key: tuple[int, int, int, int, int]) -> tuple[int, int]:
        """Give the key of the day's tally and the first of its groups' keys; the day's flags are stale from now on."""
        series, day, unit, form, kiosk = key
        self.stale.add(kiosk_day_id(kiosk, day))
        base = group_key(unit, form, month_number(day_date(day)), 0, flagged=False)
        return day_key(series, day, flagged=False), base

    def _find_form(self, key: tuple[str, str]) -> tuple[int, CodedForm]:
        form = coded(*key)
        if form is None:
            raise Malformed("instrument_unknown", f"{key[0]}@{key[1]} is unknown here")
        number = self.names.forms[key]
        self.changes.forms[number] = form
        return number, form

    def _offset_ms(self, key: tuple[int, int]) -> int:
        unit, step = key
        return offset_ms(self._zones[unit], step)

    def _hour(self, hour: int) -> int:
        return self.names.groups[HOUR, hour_code(hour)]


class _Once(dict[Key, Found], Generic[Key, Found]):
    """Remembers what `find` found."""

    def __init__(self, find: Callable[[Key], Found]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: Key) -> Found:
        """Find and remember."""
        found = self[key] = self._find(key)
        return found


def _zones(records: Iterable[AcceptedRecord]) -> dict[int, str]:
    """Give the time zones of the units; read anew in every transaction, because an operator may correct one."""
    units = sorted({record.unit_id for record in records})
    zones: dict[int, str] = {}
    with connection.cursor() as cursor:
        for chunk in storage.chunks(units):
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(f"SELECT id, time_zone FROM fleet_unit WHERE id IN ({marks})", chunk)  # noqa: S608 - marks only
            zones.update(cursor.fetchall())
    return zones


class _OrdinaryAlive(msgspec.Struct, forbid_unknown_fields=True):
    """An `alive` body as nearly every one is: whatever fits in here, `Alive` reads too, and finds the same screen."""

    screen: ShortText
    open: bool = True
    presses: Whole = 0
    visits: Whole = 0
    asked: Whole = 0
    answered: Whole = 0
    rejected: Annotated[dict[str, Whole], msgspec.Meta(max_length=32)] = {}


def screen_of(body: Mapping[str, object]) -> str:
    """Give what an `alive` record says is shown.

    Raises:
        Malformed: it is none (`alive_field`).
    """
    try:
        return msgspec.convert(body, _OrdinaryAlive).screen
    except msgspec.ValidationError:
        return Alive.from_body(body).screen


def _mark(record: AcceptedRecord, zones: Mapping[int, str]) -> tuple[int, Mark]:
    day, rest_ms = divmod(local_ms(record.at_ms, zones[record.unit_id]), DAY_MS)
    return day, mark(rest_ms // MINUTE_MS, up_ms=record.up_ms, screen=screen_of(record.body))


def _staff_row(record: AcceptedRecord, zones: Mapping[int, str]) -> storage.StaffActionRow:
    return storage.StaffActionRow(
        id=response_id(record.stream_id, record.seq),
        kiosk=record.kiosk_id,
        day=local_ms(record.at_ms, zones[record.unit_id]) // DAY_MS,
        at_ms=record.at_ms,
        until_ms=record.at_ms + _STAFF_SCREEN_MS,
    )
