"""The projections: what is made of accepted records, registered by the apps that make it.

Evidence keeps what kiosks sent and imports none of them; `scores` and `complaints` register theirs when Django starts
(`AppConfig.ready`). A projection must be additive, and must not depend on the order or grouping of its records:
`accepted` says why. A bug in one can never refuse evidence: what it fails on is set aside as `projection_failed`, and
`ikm-collector rebuild` counts it once the bug is mended.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood

PROJECTION_FAILED = "projection_failed"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Projection:
    """One app's view of the evidence; all functions run inside the caller's transaction, `settle` outside."""

    name: str
    kinds: frozenset[str]
    """The kinds of records it is made of; no kind has two projections."""
    project: Callable[[Sequence[AcceptedRecord]], Sequence[NotUnderstood]]
    """Take records in; gives those that cannot be read (yet)."""
    unproject: Callable[[Sequence[AcceptedRecord]], None]
    """Take out what `project` made of exactly these records."""
    clear: Callable[[], None]
    """Empty everything that `project` made, before a rebuild."""
    settle: Callable[[], object]
    """Finish what was put off, after a rebuild."""


_registered: dict[str, Projection] = {}


def register(projection: Projection) -> None:
    """Make a projection known; a second one under the same name takes the first one's place."""
    for other in _registered.values():
        both = other.kinds & projection.kinds
        if other.name != projection.name and both:
            raise ValueError(f"{sorted(both)} are projected by {other.name} already")
    _registered[projection.name] = projection


def registered() -> Sequence[Projection]:
    """Give all projections."""
    return tuple(_registered.values())


def project(records: Sequence[AcceptedRecord], *, last_try: bool = True) -> list[NotUnderstood]:
    """Hand records to their projections; gives those that could not be read, or that a projection failed on.

    Without `last_try` two processes that met in the same rows come out as an `IntegrityError`: the caller begins again.
    """
    problems: list[NotUnderstood] = []
    for projection in registered():
        problems += _each(
            projection.project, _own(projection, records), name=projection.name, last_try=last_try
        )
    return problems


def unproject(records: Sequence[AcceptedRecord], *, last_try: bool = True) -> list[NotUnderstood]:
    """Take out what the projections made of exactly these records; gives those that a projection failed to take out."""
    problems: list[NotUnderstood] = []
    for projection in registered():
        take_out = partial(_take_out, projection)
        problems += _each(take_out, _own(projection, records), name=projection.name, last_try=last_try)
    return problems


def _own(projection: Projection, records: Sequence[AcceptedRecord]) -> Sequence[AcceptedRecord]:
    return [one for one in records if one.kind in projection.kinds]


def _take_out(projection: Projection, records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    projection.unproject(records)
    return ()


def _each(
    step: Callable[[Sequence[AcceptedRecord]], Sequence[NotUnderstood]],
    records: Sequence[AcceptedRecord],
    *,
    name: str,
    last_try: bool,
) -> Sequence[NotUnderstood]:
    """Take a step with records in a savepoint; where it fails, find the ones to blame by halving, and name only them."""
    if not records:
        return ()
    try:
        with transaction.atomic():
            return step(records)
    except (OperationalError, InterfaceError):
        raise  # the database is gone, or another process was in the way: the whole group is taken again
    except IntegrityError as error:
        if not last_try:
            raise
        failure: Exception = error
    except Exception as error:  # noqa: BLE001 - whatever a projection does to us, the evidence is kept and receipted
        failure = error
    if len(records) == 1:
        one = records[0]
        log.error(
            "%s failed on record %d of stream %d: kept as evidence and set aside until `ikm-collector rebuild`",
            name,
            one.seq,
            one.stream_id,
            exc_info=failure,
        )
        return [NotUnderstood(one.stream_id, one.seq, PROJECTION_FAILED)]
    middle = len(records) // 2
    return [
        *_each(step, records[:middle], name=name, last_try=last_try),
        *_each(step, records[middle:], name=name, last_try=last_try),
    ]
