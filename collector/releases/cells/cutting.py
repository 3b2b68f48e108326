"""A release's breakdown, cut when it is published and frozen with it: what evaluators may see of it, and who stands in which group.

It is kept in `Release.breakdown`, packed JSON: by dimension and code a group's noisy count and means, and the numbers of its
responses, which never leave the house and which later editions are held against.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, cast

from collector.fleet.models import Unit
from collector.releases.cells.groups import Beside, Set, by_code, choose, set_of
from collector.releases.cells.noise import Noisy, noisy, record_key
from collector.releases.models import Release
from collector.releases.people import members_of, pack_basis, unpack_basis, unpack_members
from collector.releases.protection import INCOMPLETE, Label, exact_sets
from collector.scores.ask.lookups import rows
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.keys import day_number
from collector.scores.tallies.naming import UNKNOWN, groups_of_profile, hour_code
from survey.index.periods import Period
from survey.instrument.profile import AGE, EDUCATION, EXTRA, JOB, SEX, USER

PROFILE = (SEX, AGE, EDUCATION, JOB, USER)
OWN = ("service", "place", "kiosk")
"""What a unit's own names are for: codes of one unit say nothing of another."""
DIMENSIONS = ("service", *PROFILE, "hour", "place", "kiosk", "flagged")
"""What can be broken down by, in the order of `_codes`; where two cannot both be shown, the earlier one is."""
FLAGGED, SOUND = "flagged", "sound"
_DIGITS = 4

# Codes are joined here: publishing has many units before it, and a query of its own for each kind costs more than the join.
_ATTRIBUTES = (
    "SELECT r.id, r.answers, r.hour, r.flags <> 0, p.text, coalesce(v.code, ''), w.code, k.name"
    " FROM scores_series s JOIN scores_response r ON r.series_id = s.id JOIN scores_profile p ON p.id = r.profile_id"
    " JOIN fleet_place w ON w.id = s.place_id JOIN fleet_kiosk k ON k.id = s.kiosk_id"
    " LEFT JOIN fleet_service v ON v.id = s.service_id"
    " WHERE s.unit_id = %s AND s.form_id = %s AND r.day BETWEEN %s AND %s"
)
_GROUPS = "SELECT id, dimension, code FROM scores_group WHERE dimension IN (%s, %s, %s, %s, %s)"


class _Person(NamedTuple):
    """A row of `_ATTRIBUTES`."""

    number: int
    answers: str
    hour: int
    flagged: bool
    profile: str
    service: str
    """Its code; empty for none."""
    place: str
    kiosk: str


class Group(NamedTuple):
    """One group of a release as evaluators may see it."""

    n: int
    means: tuple[float, ...]


def cut(
    unit: Unit,
    period: Period,
    members: Mapping[int, Label],
    earlier: Sequence[Release],
    *,
    form: CodedForm,
    form_number: int,
    seed: bytes,
) -> bytes:
    """Cut the breakdown of a release whose `members` these are, beside all releases that hold some of the same people."""
    complete = {number for number, label in members.items() if label != INCOMPLETE}
    days = (day_number(period.first), day_number(period.last))
    found = rows(_ATTRIBUTES, (unit.pk, form_number, *days))
    people = sorted(person for person in map(_Person._make, found) if person.number in complete)
    known = [_read(release) for release in earlier]
    everybody = complete.union(*(one.complete for one in known))
    places = {number: place for place, number in enumerate(sorted(everybody))}
    whole = set_of([places[number] for number in complete])
    chosen = choose(
        whole,
        {
            dimension: by_code({places[one.number]: code for one, code in zip(people, codes, strict=True)})
            for dimension, codes in _codes(people).items()
        },
        [
            *(one.beside(places) for one in known),
            Beside(whole, tuple(_set(places, exact) for exact in exact_sets(members))),
        ],
    )
    scale = (form.instrument.lowest, form.instrument.highest)
    at = {places[person.number]: person for person in people}
    keys = {place: record_key(seed, person.number) for place, person in at.items()}
    answers = {place: tuple(form.decode(person.answers).values()) for place, person in at.items()}

    def frozen(group: Set) -> dict[str, object]:
        inside = [place for place in at if group >> place & 1]
        sums = [sum(column) for column in zip(*(answers[place] for place in inside), strict=True)]
        drawn = noisy(seed, [keys[place] for place in inside], sums, scale=scale)
        return _written(drawn, [at[place].number for place in inside])

    return pack_basis(
        {
            dimension: {code: frozen(group) for code, group in groups.items()}
            for dimension, groups in chosen.items()
        }
    )


def groups_of(release: Release, dimension: str) -> dict[str, Group]:
    """Give the groups of a release by a dimension; none where none may be shown."""
    return {
        code: Group(told["n"], tuple(told["means"]))
        for code, told in _packed(release).get(dimension, {}).items()
    }


def sets_shown(release: Release) -> list[frozenset[int]]:
    """Give the people behind every number that the groups of a release tell: each group, and what is left beside it and beside all."""
    members = members_of(unpack_basis(bytes(release.basis)))
    whole = frozenset(number for number, label in members.items() if label != INCOMPLETE)
    found: list[frozenset[int]] = []
    for codes in _packed(release).values():
        groups = [frozenset(accumulate(told["who"])) for told in codes.values()]
        found += [one for group in groups for one in (group, whole - group)]
        found.append(whole.difference(*groups))
    return [one for one in found if one]


def _packed(release: Release) -> dict[str, dict[str, dict[str, Any]]]:
    return cast("dict[str, dict[str, dict[str, Any]]]", unpack_basis(bytes(release.breakdown)))


def _written(found: Noisy, numbers: Sequence[int]) -> dict[str, object]:
    means = [round(mean, _DIGITS) for mean in found.means]
    first = numbers[0]
    return {"n": found.n, "means": means, "who": [first, *(after - one for one, after in pairwise(numbers))]}


def _codes(people: Sequence[_Person]) -> dict[str, list[str]]:
    """Give everybody's code in each dimension, in the order of `people`."""
    names = {number: (dimension, code) for number, dimension, code in rows(_GROUPS, PROFILE)}
    told = {
        text: dict(names[group] for group in groups_of_profile(text) if group in names)
        for text in {one.profile for one in people}
    }
    return {
        "service": [one.service for one in people],
        **{
            dimension: [told[one.profile].get(dimension, UNKNOWN) for one in people]
            for dimension in PROFILE
            if dimension not in EXTRA or any(dimension in one for one in told.values())
        },
        "hour": [hour_code(one.hour) for one in people],
        "place": [one.place for one in people],
        "kiosk": [one.kiosk for one in people],
        "flagged": [FLAGGED if one.flagged else SOUND for one in people],
    }


class _Known(NamedTuple):
    """What is out of a release already."""

    complete: set[int]
    sets: tuple[frozenset[int], ...]

    def beside(self, places: Mapping[int, int]) -> Beside:
        """Give it as sets."""
        return Beside(_set(places, self.complete), tuple(_set(places, one) for one in self.sets))


def _read(release: Release) -> _Known:
    packed = unpack_basis(bytes(release.basis)).get("members")
    members = unpack_members(packed) if isinstance(packed, dict) else {}
    complete = {number for number, label in members.items() if label != INCOMPLETE}
    shown = (told for codes in _packed(release).values() for told in codes.values())
    return _Known(complete, (*exact_sets(members), *(frozenset(accumulate(told["who"])) for told in shown)))


def _set(places: Mapping[int, int], people: set[int] | frozenset[int]) -> Set:
    return set_of([places[number] for number in people])
