"""The rows of a list, found by the database: as many queries for 84,000 units as for three.

Rows with what they are sorted by come first, in its order; those without it behind them, by name. Only the releases of one page are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet

from collector.releases.models import Release
from collector.releases.show.overview.asked import BY_NAME, COLUMNS, NOT_OUT, STATES, Asked
from collector.releases.states import State
from survey.index.doubt import Interval
from survey.index.periods import Period
from survey.index.ranks import Rank, ranks
from survey.instrument.instrument import Instrument

ROWS, ROWS_OF_DATA = 40, 1_000
MOST_RANKED = 1_000
"""Where more have a number, places say nothing: among the units of a country hardly two neighbours can be told apart."""
_HEAVY = ("content", "basis", "breakdown")


class Member(Protocol):
    """A unit, a region or an agency."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """Whose parts are listed: of what kind they are, and which."""

    subject: str
    """`unit`, `region` or `agency`."""
    members: QuerySet[Any]
    narrowed: bool = True
    """Whether there are others of that kind elsewhere."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """How many units lie in each; of regions and agencies."""


@dataclass(frozen=True, slots=True)
class Row:
    """One of a node's parts, with what is out of it."""

    member: Member
    release: Release | None
    rank: Rank | None
    units: int | None

    @property
    def state(self) -> str:
        """Give what became of it, in the words that everybody reads."""
        return self.release.state if self.release is not None else NOT_OUT

    @property
    def has_number(self) -> bool:
        """Whether there is a number to show."""
        return self.release is not None and self.release.n is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    rows: list[Row]
    page: Any
    """Django's, for its numbers."""
    total: int
    """How many are listed on all pages."""
    every: int
    """How many there are, whatever their state."""
    states: Mapping[str, int]
    """How many stand in each state."""
    ranked: bool
    """Whether ranks are given; not where more than `MOST_RANKED` have a number."""


class _Parts(NamedTuple):
    """A list in its two parts."""

    sorted: QuerySet[Release]
    """Those that have what is sorted by, in its order."""
    others: QuerySet[Any]
    """The members of all other rows, by name."""
    first: int
    """How many there are of the former."""
    total: int


def listing(node: Node, instrument: Instrument, period: Period, ask: Asked) -> Listing:
    """Find a page of a list."""
    anywhere = Release.objects.filter(
        subject=node.subject, newest=True, instrument=instrument.id, period=period.identifier
    )
    whole = anywhere.filter(code__in=node.members.values("code")) if node.narrowed else anywhere
    members, releases = node.members, whole
    if ask.words:
        members = members.filter(_called(node.subject, ask.words))
        releases = anywhere.filter(code__in=members.values("code"))
    every = members.count()
    states = _states(releases, every)
    parts = _parts(members, releases, ask, every=every, not_out=states.get(NOT_OUT, 0))
    page = Paginator(range(parts.total), ROWS_OF_DATA if ask.form else ROWS).get_page(ask.page)
    rows = _rows(node, anywhere, parts, list(page.object_list), with_content=not ask.form)
    found = _ranks(whole, [member.code for member, _ in rows])
    return Listing(
        rows=[
            Row(
                member=member,
                release=release,
                rank=found.get(member.code) if found is not None else None,
                units=None if node.subject == "unit" else node.sizes.get(member.code, 0),
            )
            for member, release in rows
        ],
        page=page,
        total=parts.total,
        every=every,
        states=states,
        ranked=found is not None,
    )


def _called(subject: str, words: str) -> Q:
    named = Q(name__icontains=words) | Q(code__icontains=words)
    return named | Q(region__code__startswith=words) if subject == "unit" else named


def _states(releases: QuerySet[Release], every: int) -> dict[str, int]:
    counted = dict(releases.order_by().values_list("state").annotate(number=Count("pk")))
    found = {state: counted.get(state, 0) for state in STATES}
    found[NOT_OUT] = every - sum(found.values())
    return {state: number for state, number in found.items() if number}


def _parts(
    members: QuerySet[Any], releases: QuerySet[Release], ask: Asked, *, every: int, not_out: int
) -> _Parts:
    by_name = members.order_by("name", "code")
    if ask.state == NOT_OUT:  # nothing is out of them that a filter could look at
        others = by_name.none() if ask.filters else by_name.exclude(code__in=releases.values("code"))
        return _Parts(releases.none(), others, 0, 0 if ask.filters else not_out)
    chosen = releases.filter(**ask.filters)
    if ask.state:
        chosen = chosen.filter(state=ask.state)
    is_filtered = bool(ask.filters or ask.state)
    total = chosen.count() if is_filtered else every
    if ask.sort == BY_NAME:
        others = by_name.filter(code__in=chosen.values("code")) if is_filtered else by_name
        return _Parts(releases.none(), others, 0, total)
    sign, column = ask.sort[: -len(ask.sort.lstrip("-"))], COLUMNS[ask.sort.lstrip("-")]
    having = chosen.exclude(**{column: None}).order_by(f"{sign}{column}", "code")
    if is_filtered:
        others = by_name.filter(code__in=chosen.filter(**{column: None}).values("code"))
    else:
        others = by_name.exclude(code__in=having.order_by().values("code"))
    return _Parts(having, others, having.count(), total)


def _rows(
    node: Node, anywhere: QuerySet[Release], parts: _Parts, places: Sequence[int], *, with_content: bool
) -> list[tuple[Member, Release | None]]:
    """Give the members and releases at some places of a list."""
    light = _HEAVY[1:] if with_content else _HEAVY
    start, stop = (places[0], places[-1] + 1) if places else (0, 0)
    releases = list(parts.sorted.defer(*light)[start : min(stop, parts.first)]) if start < parts.first else []
    members = {one.code: one for one in node.members.filter(code__in=[one.code for one in releases])}
    rows: list[tuple[Member, Release | None]] = [
        (members[one.code], one) for one in releases if one.code in members
    ]
    if stop > parts.first:
        rest = list(parts.others[max(0, start - parts.first) : stop - parts.first])
        found = anywhere.defer(*light).filter(code__in=[one.code for one in rest])
        out = {release.code: release for release in found}
        rows += [(one, out.get(one.code)) for one in rest]
    return rows


def _ranks(whole: QuerySet[Release], codes: Sequence[str]) -> dict[str, Rank] | None:
    """Give the ranks of some among all of a node, whatever else is asked; None where those are too many."""
    having = whole.filter(state=State.PUBLISHED).exclude(value=None).order_by("value")
    if having.values("pk")[MOST_RANKED : MOST_RANKED + 1]:
        return None
    every = list(having.values_list("code", "value", "low", "high"))
    places = {code: place for place, (code, *_) in enumerate(every)}
    wanted = [code for code in codes if code in places]
    values = [
        (value, Interval(low, high) if low is not None and high is not None else None)
        for _, value, low, high in every
        if value is not None
    ]
    return dict(zip(wanted, ranks(values, [places[code] for code in wanted]), strict=True))
