"""Whether a number may go out beside all that is out already: nobody's answers may follow from them.

Everything that is published is a total over some people. Put all published sets of people over one another, and they cut the people
into *blocks*: those who stand in exactly the same sets. Whatever anybody computes from published totals follows from the totals of
the blocks. So where every block holds at least five people, no computation tells more of anybody than what a total of five or more
people says of all of them alike. That is the one rule here; it covers months inside a quarter, a correction beside the edition that
it corrects, services, and the index without flagged responses, all of them together.

**Across instruments.** A visitor may answer two questionnaires. Totals of different questions are totals of different answers: nothing is subtracted
from one another, and each instrument's blocks stand for themselves. Two things do join them. The smiley beside an index is the visit's, whichever
questionnaire followed: all editions of all instruments that show it are held against one another. And a question that two questionnaires ask alike (the same
element on the same scale, as an office's own form beside the rule's) may be answered alike: editions of such instruments are held against one another by
visit (`asks_the_same`).

**Beside groups.** Evaluators see groups of what is out already (`cells/`), with noise on their numbers. Blocks would ask too much of those; what holds
among them holds here: no exact total and no group, nor what one of them leaves of its everybody, differ by one to four people.

What is optional gives way in a fixed order: services are put together first, then left out.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.instrument import Instrument

OTHERS = "*"
"""The group of all services that are too small to stand alone."""
INCOMPLETE = "i"
"""The label of those who count only with the incomplete."""

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


def asks_the_same(one: Instrument, other: Instrument) -> bool:
    """Tell whether two instruments ask about an element in common on the same scale, so that somebody may answer both alike."""
    shared = set(one.element_keys).intersection(other.element_keys)
    return bool(shared) and (one.lowest, one.highest) == (other.lowest, other.highest)


def as_here(
    members: Members, visits: Mapping[int, Hashable], here: Mapping[Hashable, int]
) -> dict[int, Label]:
    """Give who stood in another instrument's release under the numbers of the same visits' responses to this one.

    Args:
        members: who stood there, by their responses to the other instrument.
        visits: the visit of each of those responses, as far as it is known.
        here: the number of each visit's response to this instrument.

    Whoever answered the other one alone, or is no longer known, keeps a number that nobody has here.
    """
    return {here.get(visits.get(number, number), -number): label for number, label in members.items()}


class TooFewDiffer(Exception):  # noqa: N818 - named for what is the matter
    """This number beside those that are out would tell of fewer than five people."""


def choose(
    people: Sequence[Person],
    earlier: Sequence[Members] = (),
    *,
    groups: Sequence[frozenset[int]] = (),
    smallest: int = SMALLEST_GROUP,
) -> Shown:
    """Give what of a crowd may be published beside earlier releases that hold some of the same people, and beside their groups.

    Raises:
        TooFewDiffer: not even the index alone.
    """
    complete = [person for person in people if person.complete]
    if len(complete) < smallest:
        return Shown()

    def allows(label: Callable[[Person], str]) -> bool:
        members = {one.number: label(one) for one in complete}
        return holds(members, earlier, smallest=smallest) and _apart(members, groups, smallest)

    if not allows(lambda _: "c"):
        raise TooFewDiffer
    flags = any(person.flagged for person in complete)
    split = flags and allows(lambda person: f"c{person.flagged:d}")

    def flag(person: Person) -> str:
        return f"c{person.flagged:d}" if split else "c"

    sizes = Counter(person.service for person in complete)
    services = put_together(sizes, lambda put: allows(lambda one: f"{flag(one)}/{put[one.service]}"))
    members = {one.number: flag(one) + ("/" + services[one.service] if services else "") for one in complete}
    other = _may_count_incomplete(people, earlier, smallest)
    if other:
        members |= {person.number: INCOMPLETE for person in people if not person.complete}
    return Shown(members, without_flagged=split or not flags, other_policy=other, services=services)


def exact_sets(members: Members) -> list[frozenset[int]]:
    """Give the sets of people whose exact totals are in a release: without flagged, flagged, and each service."""
    by_part: dict[tuple[int, str], set[int]] = {}
    for number, label in members.items():
        if label == INCOMPLETE:
            continue
        flag, _, service = label.partition("/")
        for part in ((0, flag), (1, service or OTHERS)):
            by_part.setdefault(part, set()).add(number)
    return [frozenset(people) for _, people in sorted(by_part.items(), key=itemgetter(0))]


def _apart(members: Members, groups: Sequence[frozenset[int]], smallest: int) -> bool:
    """Tell whether between each exact total of these members and each group stand nobody or enough people."""
    if not groups:
        return True
    totals = {frozenset(members), *exact_sets(members)}
    return not any(
        abs(len(total) - len(group)) < smallest and 0 < len(total ^ group) < smallest
        for total in totals
        for group in groups
    )


def holds(members: Members, earlier: Sequence[Members], *, smallest: int = SMALLEST_GROUP) -> bool:
    """Tell whether every block holds enough people when these members are grouped like this beside what was out before."""

    def before(number: int) -> list[Label | None]:
        return [some.get(number) for some in earlier]

    blocks: Counter[Hashable] = Counter((label, *before(number)) for number, label in members.items())
    left = {
        number
        for some in earlier
        for number, label in some.items()
        if label != INCOMPLETE and number not in members
    }
    blocks.update(("", *before(number)) for number in left)
    return min(blocks.values(), default=smallest) >= smallest


def may_stand_beside(
    members: Members,
    earlier: Sequence[Members],
    *,
    groups: Sequence[frozenset[int]] = (),
    smallest: int = SMALLEST_GROUP,
) -> bool:
    """Tell whether totals of these parts of a crowd may be told beside everything that was out before: counters that kiosks signed."""
    parts = {
        frozenset(number for number, label in members.items() if label == part)
        for part in set(members.values())
    }
    return holds(members, earlier, smallest=smallest) and not any(
        0 < len(part ^ group) < smallest for part in parts for group in groups
    )


def put_together(sizes: Mapping[str, int], fits: Callable[[Mapping[str, str]], bool]) -> dict[str, str]:
    """Put the smallest groups together until all may be shown; gives each one's group, nothing where fewer than two are left."""
    groups = {name: name or OTHERS for name in sizes}
    for name, _ in sorted(sizes.items(), key=lambda one: (one[1], one[0])):
        if len(set(groups.values())) < 2:
            break
        if fits(groups):
            return groups
        groups[name] = OTHERS
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
