"""From accepted records to rows and tallies, in the transaction that stores the records.

`project` and `unproject` are each other's inverse, and neither depends on the order or grouping of records: rows are keyed
by the record's identity, tallies are sums. Flags depend on a kiosk's whole day, so a day that changes is only noted as stale
here, and looked at again when the kiosk reports itself alive (every 15 minutes) or a command asks for it
(`flagging.settle`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from collector.evidence.accepted import AcceptedRecord, NotUnderstood
from collector.fleet.models import Unit
from collector.scores import flagging, storage
from collector.scores.forms import CodedForm, coded
from collector.scores.keys import day_date, group_key, kiosk_day_id, month_number, response_id
from collector.scores.ledger import Changes
from collector.scores.local_time import DAY_MS, HOUR_MS, MINUTE_MS, local_ms
from collector.scores.minutes import Mark, mark
from collector.scores.naming import HOUR, NO_HOUR, Names, SeriesKey, hour_code
from survey.errors import Malformed
from survey.record import ALIVE, RESPONSE, STAFF

HOUR_ERROR_S = 30 * 60
"""A response whose time is less certain is left out of the hours and counted beside them."""

_LARGEST = 2**31 - 1
_STAFF_SCREEN_MS = 60_000  # how long a staff action without a stated end is taken to last


def project(records: Iterable[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Turn records into rows, tallies and marks; gives those that cannot be read (yet).

    Called inside the accepting transaction, once for all records of a commit.
    """
    records = list(records)
    refused: list[NotUnderstood] = []
    zones = _zones(records)
    responses = _Responses(zones)
    actions: list[storage.StaffRow] = []
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for record in records:
        try:
            if record.kind == RESPONSE:
                responses.add(record)
            elif record.kind == ALIVE:
                day, entry = _mark(record, zones)
                marks[kiosk_day_id(record.kiosk_id, day)].append(entry)
            elif record.kind == STAFF:
                actions.append(_staff_row(record, zones))
        except Malformed as error:
            refused.append(NotUnderstood(record.stream_id, record.seq, error.code))
    storage.insert_responses(responses.rows)
    storage.insert_staff(actions)
    storage.change_marks(marks, {})
    # Stale days before tallies, and tallies in one go: the order in which every process takes its locks.
    storage.note_stale(responses.stale | {kiosk_day_id(row.kiosk, row.day) for row in actions})
    series = {number: key for key, number in responses.names.series.items()}
    alive = {record.kiosk_id for record in records if record.kind == ALIVE}
    series |= flagging.look(responses.changes, kiosks=alive)
    responses.changes.write(series)
    return refused


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
    series: dict[int, SeriesKey] = {}
    for row in storage.take_responses(responses):
        series[row.series] = row.key
        stale.add(kiosk_day_id(row.kiosk, row.day))
        changes.put(
            series=row.series,
            key=row.key,
            day=row.day,
            flagged=bool(row.flags),
            groups=storage.groups_of(row, names),
            number=-storage.number_of(row),
        )
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
        self.changes = Changes()
        self.stale: set[int] = set()
        self.names = Names()
        self._zones = zones
        self._forms: dict[tuple[str, str], tuple[int, CodedForm]] = {}
        self._bases: dict[tuple[int, int, int], int] = {}
        self._hours: dict[int, int] = {}

    def add(self, record: AcceptedRecord) -> None:
        """Add one response.

        Raises:
            Malformed: the collector does not know its instrument (`instrument_unknown`), or the answers are none to it
                (`response_answers`).
        """
        response = record.response
        if response is None:
            raise Malformed("response_field", "a response without a body")
        row = response_id(record.stream_id, record.seq)
        number, form = self._form(response.instrument, response.version)
        text = form.encode(response.answers)
        if text is None:
            raise Malformed("response_answers", "an answer that its instrument does not offer")
        names = self.names
        series = names.series[record.unit_id, record.service_id, record.place_id, record.kiosk_id, number]
        day, rest_ms = divmod(local_ms(record.at_ms, self._zones[record.unit_id]), DAY_MS)
        error_s = -(-record.error_ms // 1000)
        hour = rest_ms // HOUR_MS if error_s <= HOUR_ERROR_S else NO_HOUR
        outside = response.outside_hours
        manner, ending = names.manners[
            response.ended, response.ended_at, response.language, response.channel, outside
        ]
        profile, groups = names.profiles[tuple(response.profile.items()) if response.profile else ()]
        self.rows.append(
            (
                row,
                series,
                day,
                hour,
                record.at_ms,
                min(error_s, _LARGEST),
                text,
                manner,
                profile,
                min(response.duration_s, _LARGEST),
                min(record.boot, _LARGEST),
                min(response.visit, _LARGEST),
                0,
            )
        )
        counts = form.number(text)
        changes = self.changes
        changes.days[series << 18 | day << 1] += counts
        base = self._base(record.unit_id, number, day)
        changed = changes.groups
        changed[base + self._hour(hour)] += counts
        changed[base + ending] += counts
        for group in groups:
            changed[base + group] += counts
        self.stale.add(kiosk_day_id(record.kiosk_id, day))

    def _form(self, instrument: str, version: str) -> tuple[int, CodedForm]:
        found = self._forms.get((instrument, version))
        if found is None:
            form = coded(instrument, version)
            if form is None:
                raise Malformed("instrument_unknown", f"{instrument}@{version} is unknown here")
            found = self._forms[instrument, version] = (self.names.forms[instrument, version], form)
        return found

    def _base(self, unit: int, form: int, day: int) -> int:
        base = self._bases.get((unit, form, day))
        if base is None:
            base = group_key(unit, form, month_number(day_date(day)), 0, flagged=False)
            self._bases[unit, form, day] = base
        return base

    def _hour(self, hour: int) -> int:
        number = self._hours.get(hour)
        if number is None:
            number = self._hours[hour] = self.names.groups[HOUR, hour_code(hour)]
        return number


def _zones(records: Iterable[AcceptedRecord]) -> dict[int, str]:
    units = {record.unit_id for record in records}
    return dict(Unit.objects.filter(pk__in=units).values_list("pk", "time_zone"))


def _mark(record: AcceptedRecord, zones: Mapping[int, str]) -> tuple[int, Mark]:
    day, rest_ms = divmod(local_ms(record.at_ms, zones[record.unit_id]), DAY_MS)
    return day, mark(rest_ms // MINUTE_MS, up_ms=record.up_ms, screen=record.body.get("screen"))


def _staff_row(record: AcceptedRecord, zones: Mapping[int, str]) -> storage.StaffRow:
    until = record.body.get("until")
    length = until - record.at_ms if isinstance(until, int) else _STAFF_SCREEN_MS
    return storage.StaffRow(
        id=response_id(record.stream_id, record.seq),
        kiosk=record.kiosk_id,
        day=local_ms(record.at_ms, zones[record.unit_id]) // DAY_MS,
        at_ms=record.at_ms,
        until_ms=record.at_ms + min(max(length, _STAFF_SCREEN_MS), DAY_MS),
    )
