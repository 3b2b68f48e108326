"""The verdict for everybody: how many records, none missing, none altered, and which releases a recount bears out.

It is made by `ikm-collector audit --publish`, because following every chain is work, and signed, so that a copy of it proves
what the collector said. It has no number of its own: two verdicts of any two days would be subtracted from one another.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings

from collector.evidence.intake import rebuild
from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.models import PublishedVerdict
from collector.evidence.proof.audit import Audit
from collector.evidence.proof.recount import recount
from collector.evidence.proof.selection import streams_of
from collector.evidence.standing import COUNTING
from collector.fleet.instruments import find
from collector.fleet.models import Unit
from collector.log import building
from collector.people import chain
from collector.releases import content
from collector.releases.models import Release
from collector.releases.people import unpack_basis
from collector.releases.states import State
from collector.releases.sums import opened
from collector.trust import keyholder, public
from collector.trust.kinds import VERDICT_PREFIX
from survey.index.periods import Period, parse
from survey.record.record import canonical


def publish(audit: Audit, unit: Unit) -> PublishedVerdict:
    """Sign an audit's verdict and keep it for the public."""
    records, end = _records(audit, unit), chain.head()
    said = canonical(
        {
            "v": 1,
            "unit": unit.code,
            "name": unit.name,
            "from": audit.period.first.isoformat(),
            "to": audit.period.last.isoformat(),
            "made_ms": audit.made_ms,
            "integrity": audit.integrity,
            "completeness": audit.completeness,
            "lineage": audit.lineage,
            "times": audit.times,
            "late": sum(stream.late for stream in audit.streams),
            "redated": sum(stream.redated for stream in audit.streams),
            "streams": [
                {
                    "kiosk": stream.kiosk,
                    "stream": stream.uid,
                    "written": stream.verdict.written,
                    "received": stream.verdict.received,
                    "missing": stream.verdict.missing,
                    "faults": len(stream.verdict.faults),
                    "standing": stream.standing.value,
                    "remarks": [one.code.value for one in stream.remarks],
                    "attachments_missing": len(stream.attachments.never),
                }
                for stream in audit.streams
            ],
            "releases": [_release(release, records, unit) for release in _out(unit, audit.period)],
            "log": building.named(),
            "trail": {"number": end.number, "link": end.link.hex()},
            "collector_key": public.read(settings.IKM_KEYS).signing.hex(),
        }
    )
    return PublishedVerdict.objects.create(
        unit=unit,
        period=audit.period.identifier,
        content=said,
        signature=keyholder.sign(VERDICT_PREFIX + said),
    )


def _out(unit: Unit, period: Period) -> Iterable[Release]:
    inside = Release.objects.filter(unit=unit, first_day__gte=period.first, last_day__lte=period.last)
    out = inside.filter(state=State.PUBLISHED).order_by("pk")
    return (release for release in out if release.n is not None or content.opened(release).get("shares"))


def _records(audit: Audit, unit: Unit) -> list[AcceptedRecord]:
    return [
        one
        for stream in streams_of(unit, audit.period).filter(standing__in=COUNTING)
        for part in rebuild.replay_stream(stream)
        for one in part.records
        if one.response is not None and one.unit_id == unit.pk
    ]


def _release(release: Release, records: Sequence[AcceptedRecord], unit: Unit) -> Mapping[str, Any]:
    """Give a release, and whether the evidence that is held today comes to its counts."""
    frozen = bytes(release.content)
    tallies = recount(records, unit_id=unit.pk, period=parse(release.period), zone=unit.time_zone, find=find)
    tally = tallies.get(json.loads(frozen)["instrument"])
    counts = cast("list[int]", unpack_basis(bytes(release.basis)).get("counts", []))
    return {
        "address": release.address,
        "period": release.period,
        "sha256": hashlib.sha256(frozen).hexdigest(),
        "recounted": tally is not None and opened(tally.instrument, counts)[0] == tally,
    }
