"""What kiosks did with their settings, from their `settings` records: the projection that `ikm-collector kiosk` shows."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.intake.projections import Projection
from collector.fleet.models import SettingsReport
from survey.record.bodies import SettingsTold
from survey.record.errors import Malformed
from survey.record.record import SETTINGS

_AT_ONCE = 200


def project(records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Keep one row a record; gives those that cannot be read."""
    rows: list[SettingsReport] = []
    problems: list[NotUnderstood] = []
    for record in records:
        try:
            told = SettingsTold.from_body(record.body)
        except Malformed as error:
            problems.append(NotUnderstood(record.stream_id, record.seq, error.code))
            continue
        rows.append(
            SettingsReport(
                kiosk_id=record.kiosk_id,
                stream_id=record.stream_id,
                seq=record.seq,
                version=told.version,
                at_ms=record.at_ms,
                applied=told.applied,
                refused_key=told.key,
                refused_why=told.refused.replace("\x00", ""),
                unknown=list(told.unknown),
            )
        )
    SettingsReport.objects.bulk_create(rows, batch_size=_AT_ONCE)
    return problems


def unproject(records: Sequence[AcceptedRecord]) -> None:
    """Take the rows of exactly these records out."""
    for first in range(0, len(records), _AT_ONCE):
        some = records[first : first + _AT_ONCE]
        SettingsReport.objects.filter(
            reduce(or_, (Q(stream_id=one.stream_id, seq=one.seq) for one in some))
        ).delete()


def clear() -> None:
    """Empty the rows before a rebuild."""
    SettingsReport.objects.all().delete()


PROJECTION = Projection(
    name="settings",
    kinds=frozenset({SETTINGS}),
    project=project,
    unproject=unproject,
    clear=clear,
    settle=lambda: None,
)
