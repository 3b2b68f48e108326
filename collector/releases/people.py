"""Who answered in a unit's period: what protection needs to know of each response, and nothing of what was answered."""

import json
import zlib
from collections.abc import Hashable, Iterable, Mapping
from itertools import pairwise

from collector.fleet.models import Service, Unit
from collector.releases.protection import Label, Person
from collector.scores.ask.lookups import rows
from collector.scores.models import Response
from collector.scores.tallies.keys import day_number, stream_of
from survey.index.periods import Period

_AT_ONCE = 900
_RESPONSES = (
    "SELECT r.id, s.service_id, r.flags <> 0, r.answers FROM scores_series s JOIN scores_response r ON r.series_id = s.id"
    " WHERE s.unit_id = %s AND s.form_id = %s AND r.day BETWEEN %s AND %s"
)


def people_of(unit: Unit, period: Period, *, form: int) -> list[Person]:
    """Give those who answered a form at a unit in a period of local days."""
    codes = dict(Service.objects.filter(unit=unit).values_list("pk", "code"))
    days = (day_number(period.first), day_number(period.last))
    return [
        Person(number, codes.get(service, ""), bool(flagged), "-" not in answers, answers)
        for number, service, flagged, answers in rows(_RESPONSES, (unit.pk, form, *days))
    ]


def visits_of(numbers: Iterable[int]) -> dict[int, Hashable]:
    """Give the visit of each response that is still there: the questionnaires of one visit share its number in its boot."""
    asked = sorted(set(numbers))
    found: dict[int, Hashable] = {}
    for start in range(0, len(asked), _AT_ONCE):
        known = Response.objects.filter(pk__in=asked[start : start + _AT_ONCE])
        for number, boot, visit in known.values_list("pk", "boot", "visit"):
            found[number] = (stream_of(number), boot, visit)
    return found


def pack_members(members: Mapping[int, Label]) -> dict[Label, list[int]]:
    """Give who stands in which group as JSON's values: the numbers of each group in order, each as what it adds to the last."""
    groups: dict[Label, list[int]] = {}
    for number in sorted(members):
        groups.setdefault(members[number], []).append(number)
    return {
        label: [numbers[0], *(after - before for before, after in pairwise(numbers))]
        for label, numbers in groups.items()
    }


def unpack_members(packed: Mapping[Label, list[int]]) -> dict[int, Label]:
    """Give back what `pack_members` was given."""
    members: dict[int, Label] = {}
    for label, steps in packed.items():
        number = 0
        for step in steps:
            number += step
            members[number] = label
    return members


def pack_basis(basis: Mapping[str, object]) -> bytes:
    """Give a release's basis as it is stored."""
    return zlib.compress(json.dumps(basis, separators=(",", ":")).encode(), 9)


def unpack_basis(stored: bytes) -> dict[str, object]:
    """Give it back."""
    return dict(json.loads(zlib.decompress(stored))) if stored else {}


def members_of(basis: Mapping[str, object], what: str = "members") -> dict[int, Label]:
    """Give who stood in a release, by its basis; nobody where it was added up from others."""
    packed = basis.get(what)
    return unpack_members(packed) if isinstance(packed, dict) else {}
