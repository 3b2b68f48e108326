"""Telling every kiosk how far the log is, once a night: each remembers, and a log that went another way is caught by it.

A kiosk says how far it has seen the log, and by which leaf it knows whom to demand cosignatures of; the proof goes on from there, and no checkpoint is told that its
policy would not believe. Most have seen the same, so proofs are made once a size.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from collector import clock
from collector.errors import CollectorError
from collector.fleet.endings import without_good_key
from collector.fleet.models import Kiosk, KioskState
from collector.log import building, keeping, witnesses
from collector.log.models import KeptCheckpoint, KioskNews, KioskSaw, LoggedPolicy, LogState
from collector.trust import keyholder
from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from survey.log.facts import read_leaf
from survey.log.following import AT_ENROLMENT, Heard, Proven
from survey.log.note import read_note
from survey.log.policy import Policy, read_policy
from survey.log.tree import inclusion_path, proof
from survey.log.witnessing import Offer
from survey.record.errors import Malformed
from survey.wire.health import uplink_health_of
from survey.wire.log_news import LOG_NEWS_PREFIX, LogNews, log_news_text, seal_log_news

_AT_ONCE = 1_000
_LOOKED_BACK = 50
"""Checkpoints that are looked through for one that a kiosk's policy believes."""
PUBLISHED_AT_ONCE = 500


class _Knows(NamedTuple):
    """What a kiosk knows, as far as it has said so."""

    origin: str = ""
    size: int = 0
    policy: int = AT_ENROLMENT


def tell_all() -> int:
    """Make the news of the newest checkpoint for every kiosk in use that has none of it yet; gives for how many."""
    kept, number, last = building.latest(), 0, 0
    if kept is None:
        return 0
    telling = _Telling()
    waiting = Kiosk.objects.filter(in_use=True).exclude(log_news__size__gte=kept.size).order_by("pk")
    while some := list(waiting.filter(pk__gt=last).values_list("pk", "name")[:_AT_ONCE]):
        last = some[-1][0]
        number += telling.tell(some)
    return number


def tell(kiosk: str) -> bytes | None:
    """Make the news for one kiosk, by what it has shown just now, and give them: for the stick that goes back to it."""
    found = Kiosk.objects.filter(name=kiosk).values_list("pk", "name").first()
    if found is None or building.latest() is None:
        return None
    _Telling().tell([found], again=True)
    return in_force(kiosk)


class _Telling:
    """One round of telling; what is the same for many kiosks is made once."""

    def __init__(self) -> None:
        self._origin = LogState.objects.get(pk=1).origin
        self._first = read_leaf(keeping.entry(self._newest().size, 0))
        self._changes = list(LoggedPolicy.objects.order_by("number"))
        self._believed: dict[int, SignedCheckpoint | None] = {}
        self._made: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def tell(self, kiosks: Sequence[tuple[int, str]], *, again: bool = False) -> int:
        """Tell some what they were not told yet, or `again`; gives how many there was something to tell."""
        known = _known([pk for pk, _ in kiosks])
        told = dict(
            KioskNews.objects.filter(kiosk__in=[pk for pk, _ in kiosks]).values_list("kiosk_id", "size")
        )
        made: list[tuple[int, int, bytes]] = []
        for pk, name in kiosks:
            knows = known.get(pk, _Knows())
            signed = self._checkpoint(knows)
            if signed is not None and (again or told.get(pk) != signed.point.size):
                heard = self._heard(knows, signed)
                made.append((pk, signed.point.size, log_news_text(LogNews(name, heard))))
        signatures = keyholder.held().sign([LOG_NEWS_PREFIX + text for _, _, text in made])
        KioskNews.objects.bulk_create(
            [
                KioskNews(kiosk_id=pk, size=size, message=seal_log_news(text, signature))
                for (pk, size, text), signature in zip(made, signatures, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["kiosk"],
            update_fields=["size", "message", "published_at"],
        )
        return len(made)

    def _heard(self, knows: _Knows, signed: SignedCheckpoint) -> Heard:
        size = signed.point.size
        if knows.origin not in ("", self._origin):
            return self._second(knows, signed)
        old = knows.size if knows.size <= size else 0
        change = self._changes[-1] if self._changes else None
        told = change is not None and change.number != knows.policy and change.number < size
        return Heard(
            Offer(old, self._consistency(old, size), signed),
            change=_proven(change.number, size) if told and change is not None else None,
        )

    def _second(self, knows: _Knows, signed: SignedCheckpoint) -> Heard:
        """Tell a kiosk that saw the log before this one how this one goes on from it."""
        before: tuple[bytes, ...] = ()
        try:
            named = read_checkpoint(str(self._first.body.get("after", "")).encode()).point
            if named.origin == knows.origin and knows.size < named.size:
                before = keeping.consistency(knows.size, named.size, of=named.origin)
        except (Malformed, CollectorError):
            pass  # its files are gone: whoever saw exactly that checkpoint follows, and the others say so
        change = self._changes[-1] if self._changes else None
        size = signed.point.size
        told = change is not None and change.number < size
        return Heard(
            Offer(0, (), signed),
            change=_proven(change.number, size) if told and change is not None else None,
            first=_proven(0, size),
            before=before,
        )

    def _checkpoint(self, knows: _Knows) -> SignedCheckpoint | None:
        """Give the newest checkpoint that a kiosk's policy believes."""
        own = knows.policy if knows.origin in ("", self._origin) else AT_ENROLMENT
        if own not in self._believed:
            self._believed[own] = self._looked_up(own)
        return self._believed[own]

    def _looked_up(self, number: int) -> SignedCheckpoint | None:
        policy = next((read_policy(one.text) for one in self._changes if one.number == number), None)
        policy = policy or witnesses.policy()
        for one in KeptCheckpoint.objects.order_by("-size")[:_LOOKED_BACK]:
            if policy is None or _believes(policy, one):
                return read_checkpoint(one.note.encode())
        return None

    def _consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        if (old, size) not in self._made:
            self._made[old, size] = keeping.consistency(old, size)
        return self._made[old, size]

    @staticmethod
    def _newest() -> KeptCheckpoint:
        kept = building.latest()
        if kept is None:
            raise CollectorError("log_none")
        return kept


def _believes(policy: Policy, kept: KeptCheckpoint) -> bool:
    return policy.judge(read_note(kept.note.encode()), witnesses.check).is_witnessed


def _proven(number: int, size: int) -> Proven:
    hashes = proof(inclusion_path(number, size), keeping.subtree(size))
    return Proven(number, keeping.entry(size, number), tuple(hashes))


def _known(kiosks: Iterable[int]) -> dict[int, _Knows]:
    """Give what kiosks know: as they say in their states, or as they have shown, whichever is newer."""
    wanted = list(kiosks)
    found = {}
    for pk, health in KioskState.objects.filter(kiosk__in=wanted).values_list("kiosk_id", "health"):
        read = uplink_health_of(health)
        if read is not None:
            found[pk] = _Knows(read.log_origin, read.log_size, read.log_policy)
    for pk, seen in _shown(wanted):
        said = found.get(pk)
        if said is None or (said.origin in ("", seen.origin) and said.size < seen.size):
            found[pk] = _Knows(seen.origin, seen.size, said.policy if said is not None else AT_ENROLMENT)
    return found


def _shown(kiosks: Sequence[int]) -> Iterator[tuple[int, Checkpoint]]:
    for one in KioskSaw.objects.filter(kiosk__in=kiosks):
        yield one.kiosk_id, Checkpoint(one.origin, one.size, bytes(one.root))


def unpublished() -> list[tuple[int, str, bytes]]:
    """Give `(id, kiosk name, message)` of some of the news that no broker holds yet."""
    waiting = KioskNews.objects.filter(published_at=None).exclude(kiosk__in=without_good_key())
    return [
        (one.pk, one.kiosk.name, bytes(one.message))
        for one in waiting.select_related("kiosk").order_by("pk")[:PUBLISHED_AT_ONCE]
    ]


def mark_published(ids: Iterable[int]) -> None:
    """Note that the broker holds these."""
    KioskNews.objects.filter(pk__in=list(ids)).update(published_at=clock.now())


def in_force(kiosk: str) -> bytes | None:
    """Give what a kiosk is told, or None where it is told nothing yet."""
    found = KioskNews.objects.filter(kiosk__name=kiosk).first()
    return bytes(found.message) if found is not None else None


def alarms() -> dict[str, list[str]]:
    """Give the kiosks that say they do not follow the log, by why: `fork`, `uncosigned`, `other_log`."""
    found: dict[str, list[str]] = {}
    told = KioskState.objects.filter(health__log_fork=True).order_by("kiosk__name")
    if names := list(told.values_list("kiosk__name", flat=True)):
        found["fork"] = names
    for why in ("uncosigned", "other_log"):
        refused = KioskState.objects.filter(health__log_refused=why).order_by("kiosk__name")
        if names := list(refused.values_list("kiosk__name", flat=True)):
            found[why] = names
    return found
