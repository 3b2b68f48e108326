"""What is told of answers and complaints: only where an account with an evaluator's office reads, and only what that account may see now."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.contrib.auth.models import User

from collector.accounts import roles
from collector.alerts import audience, telling
from collector.alerts.gathering import Found
from collector.alerts.models import Alert, Receiver
from collector.alerts.rules import ANSWERS, COMPLAINTS, Kind
from collector.alerts.wording import Line
from collector.complaints import sight


def lines(receiver: Receiver, begun: Sequence[Found], ended: Sequence[Alert], now: datetime) -> list[Line]:
    """Give what a receiver is told of what began and ended."""
    reader = receiver.reader
    if reader is None or not roles.has_role(reader, roles.EVALUATORS):
        return []
    answers = [one for one in begun if one.kind in ANSWERS]
    over = [one for one in ended if one.kind == Kind.WORST and one.unit is not None]
    units = {one.unit_id for one in answers} | {one.unit_id for one in over}
    seen = (
        set(sight.units_whole(reader).filter(pk__in=units).values_list("pk", flat=True)) if units else set()
    )
    told: list[Line] = []
    if telling.wants(receiver, is_down=True):
        told += [
            Line.answers(one)
            for one in answers
            if one.unit_id in seen and telling.reaches(receiver, one.region, one.kind)
        ]
        told += _complaints(receiver, reader, {one.kind for one in begun if one.kind in COMPLAINTS}, now)
    if telling.wants(receiver, is_down=False):
        told += [
            Line.answers_over(one.unit.name, now)
            for one in over
            if one.unit is not None
            and one.unit_id in seen
            and telling.reaches(receiver, one.unit.region_id, Kind.WORST)
        ]
    return told


def _complaints(receiver: Receiver, reader: User, kinds: Collection[Kind], now: datetime) -> Iterator[Line]:
    """Give, for each office with something that is new today, how many there are of it; of what the reader may not see, nothing."""
    for one in audience.of_complaints(reader, round_at=now, kinds=tuple(kinds)) if kinds else ():
        kind = one.office.kind
        if one.fresh and any(telling.reaches(receiver, region, kind) for region in one.regions):
            yield Line.complaints(kind, one.office.name, one.number, now)
