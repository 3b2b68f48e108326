"""Whether a number may go out beside all that is out already: nobody's answers may follow from them.

Everything that is published is a total over some people. Put all published sets of people over one another, and they cut the people
into *blocks*: those who stand in exactly the same sets. Whatever anybody computes from published totals follows from the totals of
the blocks. So where every block holds at least five people, no computation tells more of anybody than what a total of five or more
people says of all of them alike. That is the one rule here; it covers months inside a quarter, a correction beside the edition that
it corrects, services, and the index without flagged responses, all of them together.

What is optional gives way in a fixed order: services are put together first, then left out.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from survey.index.sampling import SMALLEST_GROUP

OTHERS = "*"
"""The group of all services that are too small to stand alone."""
INCOMPLETE = "i"
"""The group of those whose answers are incomplete."""

Label = str
Members = Mapping[int, Label]
"""Who stood in a release: the number of a response, and its group there."""


class Person(NamedTuple):
    """One response, as far as it matters who stands in which total."""

    number: int
    service: str
    """The service's code; empty for none."""
    flagged: bool
    complete: bool
    answered: str
    """One character an element, `-` where it is not answered."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be published of a crowd."""

    members: dict[int, Label] = field(default_factory=dict)
    """Who stands in it; empty where it has no number."""
    without_flagged: bool = False
    """The index without flagged responses may stand beside it."""
    other_policy: bool = False
    """The index with incomplete responses may stand beside it."""
    services: Mapping[str, str] = field(default_factory=dict)
    """The group of each service; empty where none may be shown."""

    @property
    def has_number(self) -> bool:
        """Whether there is an index at all."""
        return bool(self.members)


class TooFewDiffer(Exception):  # noqa: N818 - named for what is the matter
    """This number beside those that are out would tell of fewer than five people."""


def choose(
    people: Sequence[Person], earlier: Sequence[Members] = (), *, smallest: int = SMALLEST_GROUP
) -> Shown:
    """Give what of a crowd may be published beside earlier releases that hold some of the same people.

    Raises:
        TooFewDiffer: not even the index alone.
    """
    complete = [person for person in people if person.complete]
    if len(complete) < smallest:
        return Shown()
    crowd = _Crowd(complete, earlier, smallest)
    if not crowd.allows(lambda _: "c"):
        raise TooFewDiffer
    flags = any(person.flagged for person in complete)
    split = flags and crowd.allows(lambda person: f"c{person.flagged:d}")

    def flag(person: Person) -> str:
        return f"c{person.flagged:d}" if split else "c"

    services = _services(complete, lambda groups: crowd.allows(lambda one: flag(one) + groups[one.service]))
    members = {one.number: flag(one) + ("/" + services[one.service] if services else "") for one in complete}
    other = _may_count_incomplete(people, earlier, smallest)
    if other:
        members |= {person.number: INCOMPLETE for person in people if not person.complete}
    return Shown(members, without_flagged=split or not flags, other_policy=other, services=services)


class _Crowd:
    """Those whose complete answers stand in a new release or in an earlier one."""

    def __init__(self, complete: Sequence[Person], earlier: Sequence[Members], smallest: int) -> None:
        self._complete = complete
        self._earlier = earlier
        self._smallest = smallest
        here = {person.number for person in complete}
        self._left = {
            number
            for members in earlier
            for number, label in members.items()
            if label != INCOMPLETE and number not in here
        }

    def allows(self, label: Callable[[Person], str]) -> bool:
        """Tell whether every block holds enough people when the new release groups its own like this."""
        blocks: Counter[Hashable] = Counter(
            (label(person), *self._before(person.number)) for person in self._complete
        )
        blocks.update(("", *self._before(number)) for number in self._left)
        return min(blocks.values()) >= self._smallest

    def _before(self, number: int) -> list[Label | None]:
        return [members.get(number) for members in self._earlier]


def _services(complete: Sequence[Person], fits: Callable[[Mapping[str, str]], bool]) -> dict[str, str]:
    """Put small services together until all groups may be shown; nothing where fewer than two are left."""
    sizes = Counter(person.service for person in complete)
    groups = {service: service or OTHERS for service in sizes}
    for service, _ in sorted(sizes.items(), key=lambda one: (one[1], one[0])):
        if len(set(groups.values())) < 2:
            break
        if fits(groups):
            return groups
        groups[service] = OTHERS
    return {}


def _may_count_incomplete(people: Sequence[Person], earlier: Sequence[Members], smallest: int) -> bool:
    """Tell whether the incomplete may be counted in: each question is answered by none of them, or by enough.

    Each question is a number of its own, for the incomplete answer some of them only. Whoever counted in an earlier release and is
    gone may have answered any of them.
    """
    incomplete = {person.number: person.answered for person in people if not person.complete}
    if not incomplete:
        return False  # it would be the same number again
    gone = {
        number
        for members in earlier
        for number, label in members.items()
        if label == INCOMPLETE and number not in incomplete
    }
    for place in range(len(next(iter(incomplete.values())))):
        blocks: Counter[Hashable] = Counter(
            (True, *(members.get(number) == INCOMPLETE for members in earlier))
            for number, answered in incomplete.items()
            if answered[place] != "-"
        )
        blocks.update((False, *(members.get(number) == INCOMPLETE for members in earlier)) for number in gone)
        if blocks and min(blocks.values()) < smallest:
            return False
    return True
