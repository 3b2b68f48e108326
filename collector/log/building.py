"""Building the log: what is not in it yet goes in, in one step, and a signed checkpoint says so.

The collector signs no two histories: the row that says how far the log is, is locked, and where a checkpoint that was given out says more than that
row (the database was set back to a backup), nothing is signed any more until a new log is begun that names it (`begin_anew`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from collector import clock
from collector.errors import CollectorError
from collector.local import date_text
from collector.log import heads, keeping, sources
from collector.log.models import (
    KeptCheckpoint,
    KioskNews,
    KioskSaw,
    LoggedFact,
    LoggedPolicy,
    LogState,
    NightHeads,
    ThreadLeaf,
)
from collector.log.sources import Fact
from collector.trust import keyholder, public
from collector.trust.kinds import LOG_PREFIX
from survey.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from survey.log.facts import BEGIN, HEAD, WITNESSES, Leaf, Place
from survey.log.tiles import grow

MOST_FACTS = 20_000
"""So many go in at a time; what is left goes in with the next checkpoint."""
_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Built:
    """What building came to."""

    facts: int
    """Leaves that are new, heads among them."""
    size: int
    note: str
    """The newest checkpoint."""
    is_whole: bool
    """Whether nothing was left for the next one."""


def is_due() -> bool:
    """Tell whether there may be something that should not wait: a night has begun, or a source has moved."""
    state = LogState.objects.filter(pk=1).first()
    return state is None or state.day != _today() or dict(state.marks) != sources.marks()


def begins_a_night() -> bool:
    """Tell whether the next step adds a night's heads."""
    state = LogState.objects.filter(pk=1).first()
    return state is None or state.day != _today()


def build() -> Built:
    """Add what is missing, with the heads of the night where they are not in it yet; gives the newest checkpoint.

    Raises:
        CollectorError: the log that was given out is longer than the one known here (`log_behind`), its files cannot be
            read or written, or nothing can be signed.
    """
    while not (built := _step()).is_whole:
        pass
    return built


def latest() -> KeptCheckpoint | None:
    """Give the newest checkpoint; None where there is no log yet."""
    return KeptCheckpoint.objects.order_by("-size").first()


def named() -> dict[str, object] | None:
    """Give the newest checkpoint as releases, verdicts and bundles name it: the log's state before them."""
    found, state = latest(), LogState.objects.filter(pk=1).first()
    if found is None or state is None:
        return None
    return {"origin": state.origin, "size": found.size, "root": bytes(found.root).hex()}


def _step() -> Built:
    with transaction.atomic():
        state, _ = LogState.objects.get_or_create(pk=1, defaults={"origin": _origin()})
        state = LogState.objects.select_for_update().get(pk=1)
        _check_not_behind(state)
        night = state.day != _today()
        marks = sources.marks()
        moved = [
            name for name, mark in marks.items() if state.marks.get(name) != mark or (night and not mark)
        ]
        found = list(islice(sources.missing(moved), MOST_FACTS + 1))
        is_whole = len(found) <= MOST_FACTS
        added = _Adding(state)
        added.begin()
        added.facts(found[:MOST_FACTS])
        if is_whole:
            state.marks = dict(state.marks) | {name: marks[name] for name in moved}
            if night:
                added.night(_today())
        note = added.done()
    keeping.write_checkpoint(note)
    return Built(len(added.entries), state.size, note, is_whole)


class _Adding:
    """The leaves of one step; belongs to the transaction that holds the state's row."""

    def __init__(self, state: LogState) -> None:
        self.entries: list[bytes] = []
        self._state = state
        self._now_ms = clock.now_ms()
        self._threads: dict[str, Place] = {}

    def begin(self, after: str = "") -> None:
        """Begin the log where it has no leaf; `after` is the checkpoint of the log that it goes on from."""
        if self._state.size == 0:
            self._add(BEGIN, {"origin": self._state.origin, "after": after}, {})

    def facts(self, found: Sequence[Fact]) -> None:
        """Add facts."""
        self._threads |= _ends({code for fact in found for code in fact.units})
        logged, threads = [], []
        for fact in found:
            of = {}
            for code in fact.units:
                before = self._threads.get(code, Place(0, -1))
                of[code] = Place(before.nth + 1, before.before)
            number = self._add(fact.kind, fact.body(), of)
            for code, place in of.items():
                self._threads[code] = Place(place.nth, number)
                threads.append(ThreadLeaf(unit=code, nth=place.nth, number=number))
            logged.append(LoggedFact(key=fact.key, stamp=fact.stamp, number=number))
            if fact.kind == WITNESSES:
                LoggedPolicy.objects.create(number=number, text=str(fact.body()["policy"]))
        LoggedFact.objects.bulk_create(
            logged,
            batch_size=_ROWS,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["stamp", "number"],
        )
        ThreadLeaf.objects.bulk_create(threads, batch_size=_ROWS)

    def night(self, day: str) -> None:
        """Add each kiosk's head."""
        found = heads.of_night(day)
        first = self._state.size + len(self.entries)
        for one in found.heads:
            self._add(HEAD, {"day": day, "kiosk": one.kiosk, "head": one.commitment()}, {})
        NightHeads.objects.create(day=day, first=first, secret=found.secret, content=found.content)
        self._state.day = day

    def done(self) -> str:
        """Write the tiles, sign, and note how far the log is; gives the checkpoint."""
        state = self._state
        if self.entries:
            grown = grow(state.size, self.entries, keeping.read)
            keeping.write(grown.files)
            state.size, state.root = grown.size, grown.root
        state.save()
        kept = KeptCheckpoint.objects.filter(size=state.size).first()
        if kept is None:
            point = Checkpoint(state.origin, state.size, bytes(state.root))
            key = public.read(settings.IKM_KEYS).signing
            note = sign_checkpoint(point, public_key=key, sign=keyholder.sign).note.message()
            kept = KeptCheckpoint.objects.create(
                size=state.size, root=state.root, note=note, made_at=clock.now()
            )
        return kept.note

    def _add(self, kind: str, body: Mapping[str, object], of: Mapping[str, Place]) -> int:
        self.entries.append(Leaf(kind, self._now_ms, body, of).to_bytes())
        return self._state.size + len(self.entries) - 1


def begin_anew(before: SignedCheckpoint) -> str:
    """Begin a new log whose first leaf names the newest checkpoint that is known of; everything is logged in it once more.

    For a collector that was set back: it cannot go on in a log of which it has lost the end, and two histories under one name are a fork.
    """
    origin, _, number = before.point.origin.rpartition("/")
    with transaction.atomic():
        LogState.objects.filter(pk=1).delete()
        for model in (KeptCheckpoint, LoggedFact, ThreadLeaf, NightHeads, LoggedPolicy, KioskNews):
            model.objects.all().delete()
        name = f"{origin}/{int(number) + 1}" if number.isdecimal() else f"{_origin()}"
        state = LogState.objects.create(pk=1, origin=name)
        lying = (
            keeping.given_out()
        )  # what was restored may lie further back than a log that only kiosks know of
        keeping.put_aside(lying.point.origin if lying is not None else before.point.origin)
        added = _Adding(state)
        added.begin(before.note.message())
        note = added.done()
    keeping.write_checkpoint(note)
    return note


def _ends(units: Iterable[str]) -> dict[str, Place]:
    """Give where units' threads end."""
    found: dict[str, Place] = {}
    for some in _portions(sorted(units)):
        ends = (
            ThreadLeaf.objects.filter(unit__in=some)
            .values("unit")
            .annotate(nth=Max("nth"), number=Max("number"))
        )
        found |= {one["unit"]: Place(one["nth"], one["number"]) for one in ends}
    return found


def _portions(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[at : at + _ROWS] for at in range(0, len(codes), _ROWS))


def _check_not_behind(state: LogState) -> None:
    found = keeping.given_out()
    given = found.point if found is not None else None
    if given is None or (given.origin == state.origin and given.size <= state.size):
        # The files may have been set back with the database: kiosks show what they saw, signed by this log.
        seen = KioskSaw.objects.filter(origin=state.origin).aggregate(size=Max("size"))["size"] or 0
        if seen <= state.size:
            return
        given = Checkpoint(state.origin, seen, b"")
    raise CollectorError("log_behind", given=given.size, known=state.size, origin=given.origin)


def _origin() -> str:
    return f"{LOG_PREFIX.decode()}{urlsplit(settings.IKM_PUBLIC_URL).hostname or 'localhost'}/1"


def _today() -> str:
    return date_text(clock.now(), settings.IKM_TIME_ZONE)
