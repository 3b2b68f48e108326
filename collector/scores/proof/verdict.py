"""The verdict for everybody: how many records, none missing, none altered, and the tallies; no single answer.

It is made by `ikm-collector audit --publish`, because following every chain is work, and signed, so that a copy of it proves
what the collector said. Tallies of fewer than five respondents are left out: in a village they name a visitor.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from collector.evidence.intake import rebuild
from collector.evidence.models import PublishedVerdict
from collector.evidence.proof.audit import Audit
from collector.evidence.proof.recount import PublishedIndex, published, recount, recount_archived
from collector.evidence.proof.selection import streams_of
from collector.evidence.standing import COUNTING
from collector.fleet.instruments import find
from collector.fleet.models import Unit
from collector.trust import keyholder, public
from collector.trust.kinds import VERDICT_PREFIX
from survey.index.sampling import SMALLEST_GROUP
from survey.record.record import canonical


def publish(audit: Audit, unit: Unit) -> PublishedVerdict:
    """Sign an audit's verdict and keep it for the public."""
    content = canonical(
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
            "indices": _indices(audit, unit),
            "collector_key": public.read(settings.IKM_KEYS).signing.hex(),
        }
    )
    return PublishedVerdict.objects.create(
        unit=unit,
        period=audit.period.identifier,
        content=content,
        signature=keyholder.sign(VERDICT_PREFIX + content),
    )


def _indices(audit: Audit, unit: Unit) -> list[Mapping[str, Any]]:
    records = [
        one
        for stream in streams_of(unit, audit.period).filter(standing__in=COUNTING)
        for part in rebuild.replay_stream(stream)
        for one in part.records
        if one.response is not None and one.unit_id == unit.pk
    ]
    tallies = recount(records, unit_id=unit.pk, period=audit.period, zone=unit.time_zone, find=find)
    archived = recount_archived(records, unit_id=unit.pk, period=audit.period, zone=unit.time_zone, find=find)
    counted = ((name, published(tally)) for name, tally in sorted(tallies.items()))
    return [_index(one, archived.get(name, 0)) for name, one in counted if one is not None]


def _index(one: PublishedIndex, archived: int) -> Mapping[str, Any]:
    shown: dict[str, Any] = {"instrument": one.instrument, "measure": one.measure}
    if one.n < SMALLEST_GROUP:
        return shown | {"withheld": f"fewer than {SMALLEST_GROUP} respondents"}
    return shown | {
        "value": one.value,
        "category": one.category,
        "n": one.n,
        "archived": archived,
        "incomplete": one.incomplete,
        "weight_mode": one.weight_mode,
        "rule": one.rule,
        "elements": [list(element) for element in one.elements],
        "tally": list(one.tally),
    }
