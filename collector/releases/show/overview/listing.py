"""The rows of a list, found by the database: as many queries for 84,000 units as for three.

Rows with what they are sorted by come first, in its order; those without it behind them, by name. Only the releases of one page are read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet

from collector.releases.models import Release
from collector.releases.show.overview.asked import BY_NAME, COLUMNS, NOT_OUT, STATES, Asked
from collector.releases.states import State
from collector.scores.ask import lookups
from survey.index.doubt import Interval
from survey.index.periods import Period
from survey.index.ranks import Rank, ranks
from survey.instrument.instrument import Instrument

ROWS, ROWS_OF_DATA = 30, 1_000
MOST_RANKED = 1_000
"""Where more have a number, places say nothing: among the units of a country hardly two neighbours can be told apart."""
_FEW = 5_000
_HEAVY = ("content", "basis", "breakdown")
_OF = "FROM releases_release r WHERE r.subject = %s AND r.instrument = %s AND r.period = %s AND r.newest"
_ALL = (
    f"WITH RECURSIVE found(state) AS (SELECT min(r.state) {_OF} UNION ALL"  # noqa: S608 - this module's own words
    f" SELECT (SELECT min(r.state) {_OF} AND r.state > found.state) FROM found WHERE found.state IS NOT NULL)"
    f" SELECT found.state, (SELECT count(*) {_OF} AND r.state = found.state),"
    f" (SELECT count(*) {_OF} AND r.value IS NULL), (SELECT count(*) {_OF} AND r.change IS NULL) FROM found WHERE found.state IS NOT NULL"
)
"""From one state to the next in the index; how many stand in each, and of all together how many have no value, and no change."""


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


class _Counted(NamedTuple):
    """How many releases of a list there are."""

    states: Mapping[str, int]
    """In each state."""
    valued: int
    """With a number."""
    changed: int
    """With a change against the period before."""


class _Some(NamedTuple):
    """Members of a node, and what is out of them."""

    members: QuerySet[Any]
    few: int | None
    """How many there are; None where they are more than a few, or were not looked up."""
    releases: QuerySet[Release]


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
    whole = _among(node.members, anywhere) if node.narrowed else _Some(node.members, None, anywhere)
    chosen = whole
    if ask.words:
        chosen = _among(node.members.filter(_called(node.subject, ask.words)), anywhere)
    every = chosen.members.count() if chosen.few is None else chosen.few
    if node.narrowed or ask.words:
        counted = _counted(chosen.releases, few=chosen.few is not None)
    else:
        counted = _all_counted((node.subject, instrument.id, period.identifier))
    parts = _parts(chosen.members, chosen.releases, ask, every=every, counted=counted)
    page = Paginator(range(parts.total), ROWS_OF_DATA if ask.form else ROWS).get_page(ask.page)
    rows = _rows(node, anywhere, parts, list(page.object_list), with_content=not ask.form)
    is_ranked = _has_at_most(MOST_RANKED, whole.releases) if ask.words else counted.valued <= MOST_RANKED
    found = _ranks(whole.releases, [member.code for member, _ in rows]) if is_ranked else {}
    return Listing(
        rows=[
            Row(
                member=member,
                release=release,
                rank=found.get(member.code),
                units=None if node.subject == "unit" else node.sizes.get(member.code, 0),
            )
            for member, release in rows
        ],
        page=page,
        total=parts.total,
        every=every,
        states=_states(counted, every),
        ranked=is_ranked,
    )


def _among(members: QuerySet[Any], anywhere: QuerySet[Release]) -> _Some:
    """Look members up once: few are asked for by their codes from then on, so that the database goes from each to its release."""
    codes = list(members.order_by().values_list("code", flat=True)[: _FEW + 1])
    if len(codes) > _FEW:
        return _Some(members, None, anywhere.filter(code__in=members.values("code")))
    plain = members.model._default_manager.filter(code__in=codes)  # noqa: SLF001 - Django's own
    return _Some(plain, len(codes), anywhere.filter(code__in=codes))


def _has_at_most(most: int, releases: QuerySet[Release]) -> bool:
    """Tell whether so many have a number, and no more; never reads further than that."""
    return releases.order_by().filter(value__isnull=False)[: most + 1].count() <= most


def _called(subject: str, words: str) -> Q:
    named = Q(name__icontains=words) | Q(code__icontains=words)
    return named | Q(region__code__startswith=words) if subject == "unit" else named


def _counted(releases: QuerySet[Release], *, few: bool) -> _Counted:
    """Count; of few each by its code, of many all of a period in the index."""
    if few:
        one_by_one = list(releases.order_by().values_list("state", "value", "change"))
        return _Counted(
            states=Counter(state for state, _, _ in one_by_one),
            valued=sum(value is not None for _, value, _ in one_by_one),
            changed=sum(change is not None for *_, change in one_by_one),
        )
    found = list(
        releases.order_by()
        .values_list("state")
        .annotate(number=Count("pk"), valued=Count("value"), changed=Count("change"))
    )
    return _Counted(
        states={state: number for state, number, _, _ in found},
        valued=sum(valued for _, _, valued, _ in found),
        changed=sum(changed for *_, changed in found),
    )


def _all_counted(of: tuple[str, str, str]) -> _Counted:
    """Count all of a kind of subject, a questionnaire and a period: each state's stretch of the index, and those without a number or a change.

    Grouping would have each row of a country compared with the one before, which takes four times as long.
    """
    found = lookups.rows(_ALL, of * 5)
    states = {state: number for state, number, _, _ in found}
    no_value, no_change = next(((value, change) for *_, value, change in found), (0, 0))
    total = sum(states.values())
    return _Counted(states=states, valued=total - no_value, changed=total - no_change)


def _states(counted: _Counted, every: int) -> dict[str, int]:
    found = {state: counted.states.get(state, 0) for state in STATES}
    found[NOT_OUT] = every - sum(found.values())
    return {state: number for state, number in found.items() if number}


def _parts(
    members: QuerySet[Any], releases: QuerySet[Release], ask: Asked, *, every: int, counted: _Counted
) -> _Parts:
    by_name = members.order_by("name", "code")
    if ask.state == NOT_OUT:  # nothing is out of them that a filter could look at
        others = by_name.none() if ask.filters else by_name.exclude(code__in=releases.values("code"))
        return _Parts(releases.none(), others, 0, 0 if ask.filters else every - sum(counted.states.values()))
    chosen = releases.filter(**ask.filters)
    if ask.state:
        chosen = chosen.filter(state=ask.state)
    is_filtered = bool(ask.filters or ask.state)
    total = chosen.count() if is_filtered else every
    if ask.sort == BY_NAME:
        others = by_name.filter(code__in=chosen.values("code")) if is_filtered else by_name
        return _Parts(releases.none(), others, 0, total)
    sign, column = ask.sort[: -len(ask.sort.lstrip("-"))], COLUMNS[ask.sort.lstrip("-")]
    having = chosen.filter(**{f"{column}__isnull": False}).order_by(
        f"{sign}{column}",
        f"{sign}code",  # one way through the index; backwards the same list
    )
    first = counted.changed if column == "change" else counted.valued
    if is_filtered:
        first = having.count()
        others = by_name.filter(code__in=chosen.filter(**{column: None}).values("code"))
    else:
        others = by_name.exclude(code__in=having.order_by().values("code"))
    return _Parts(having, others, first, total)


def _rows(
    node: Node, anywhere: QuerySet[Release], parts: _Parts, places: Sequence[int], *, with_content: bool
) -> list[tuple[Member, Release | None]]:
    """Give the members and releases at some places of a list."""
    light = _HEAVY[1:] if with_content else _HEAVY
    start, stop = (places[0], places[-1] + 1) if places else (0, 0)
    releases: list[Release] = []
    if start < parts.first:
        # Their numbers first, out of the index alone: skipping to the middle of a country would read each release on the way.
        numbers = list(parts.sorted.values_list("pk", flat=True)[start : min(stop, parts.first)])
        by_number = Release.objects.defer(*light).in_bulk(numbers)
        releases = [by_number[number] for number in numbers if number in by_number]
    found = node.members.model._default_manager.filter(code__in=[one.code for one in releases])  # noqa: SLF001 - Django's own
    members = {one.code: one for one in found}
    rows: list[tuple[Member, Release | None]] = [
        (members[one.code], one) for one in releases if one.code in members
    ]
    if stop > parts.first:
        rest = list(parts.others[max(0, start - parts.first) : stop - parts.first])
        found = anywhere.defer(*light).filter(code__in=[one.code for one in rest])
        out = {release.code: release for release in found}
        rows += [(one, out.get(one.code)) for one in rest]
    return rows


def _ranks(whole: QuerySet[Release], codes: Sequence[str]) -> dict[str, Rank]:
    """Give the ranks of some among all of a node, whatever else is asked."""
    having = whole.filter(state=State.PUBLISHED, value__isnull=False).order_by()
    every = list(having.values_list("code", "value", "low", "high"))
    places = {code: place for place, (code, *_) in enumerate(every)}
    wanted = [code for code in codes if code in places]
    values = [
        (value, Interval(low, high) if low is not None and high is not None else None)
        for _, value, low, high in every
        if value is not None
    ]
    return dict(zip(wanted, ranks(values, [places[code] for code in wanted]), strict=True))
