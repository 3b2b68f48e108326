"""What is known of kiosks, gathered for many in as many queries as for one: the console and the pages say it from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.conf import settings

from collector.evidence.models import HeardHead, LostHere, Stream
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.applied import SettingsState, settings_states
from collector.fleet.models import Assignment, Kiosk, KioskKey, KioskState
from survey.wire.health import UplinkHealth, uplink_health_of


@dataclass(frozen=True, slots=True)
class KnownStream:
    """A stream that is held."""

    uid: str
    through: int
    """Records held."""
    awaited: int
    """Records that the kiosk has proven to have written and that have not come."""
    lost: int
    """Records that this collector had and lost."""
    standing: StreamStanding
    received_ms: int
    decided_why: str


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A signed head of which nothing, or another history, is held."""

    uid: str
    seq: int
    another_history: bool


@dataclass(frozen=True, slots=True)
class KnownKiosk:
    """All that is known of a kiosk."""

    kiosk: Kiosk
    stands: tuple[Assignment, ...]
    """Where it stood, the newest first."""
    keys: tuple[KioskKey, ...]
    """The newest first."""
    state: KioskState | None
    health: UplinkHealth | None
    """What it said of itself last; None where it never did."""
    streams: tuple[KnownStream, ...]
    heads: tuple[KnownHead, ...]
    settings: SettingsState

    @property
    def stand(self) -> Assignment | None:
        """Where it stands; None where it never stood anywhere."""
        return self.stands[0] if self.stands else None

    @property
    def zone(self) -> str:
        """The zone of its unit's days."""
        return str(self.stand.unit.time_zone if self.stand is not None else settings.IKM_TIME_ZONE)

    @property
    def revoked(self) -> bool:
        """Whether none of its keys is good any more."""
        return all(key.revoked_at is not None for key in self.keys)

    @property
    def received_ms(self) -> int | None:
        """When something came in last; None where nothing ever did."""
        return max((one.received_ms for one in self.streams), default=None)

    @property
    def awaited(self) -> int:
        """Records proven and not here, in streams that count."""
        return sum(one.awaited for one in self.streams if one.standing in COUNTING)

    @property
    def lost(self) -> int:
        """Records that this collector had and lost."""
        return sum(one.lost for one in self.streams)


def known(kiosks: Iterable[Kiosk]) -> list[KnownKiosk]:
    """Gather what is known of kiosks, in their order."""
    listed = list(kiosks)
    ids = [one.pk for one in listed]
    stands = _by_kiosk(
        Assignment.objects.filter(kiosk__in=ids).order_by("-since").select_related("unit", "place")
    )
    keys = _by_kiosk(KioskKey.objects.filter(kiosk__in=ids).order_by("-enrolled_at", "-pk"))
    states = {one.kiosk_id: one for one in KioskState.objects.filter(kiosk__in=ids)}
    streams = _by_kiosk(Stream.objects.filter(kiosk__in=ids).defer("clock").order_by("pk"))
    lost = _lost(ids)
    heads: dict[int, list[HeardHead]] = {}
    for head in HeardHead.objects.filter(key__kiosk__in=ids).select_related("key").order_by("pk"):
        heads.setdefault(head.key.kiosk_id, []).append(head)
    told = settings_states(ids)
    found = []
    for kiosk in listed:
        own = streams.get(kiosk.pk, [])
        held = {one.uid for one in own}
        state = states.get(kiosk.pk)
        found.append(
            KnownKiosk(
                kiosk=kiosk,
                stands=tuple(stands.get(kiosk.pk, ())),
                keys=tuple(keys.get(kiosk.pk, ())),
                state=state,
                health=uplink_health_of(state.health) if state is not None else None,
                streams=tuple(_stream(one, lost.get(one.pk, 0)) for one in own),
                heads=tuple(KnownHead(one.uid, one.seq, one.uid in held) for one in heads.get(kiosk.pk, ())),
                settings=told[kiosk.pk],
            )
        )
    return found


def _stream(stream: Stream, lost: int) -> KnownStream:
    return KnownStream(
        uid=stream.uid,
        through=stream.through,
        awaited=max(0, stream.heard_seq - stream.through),
        lost=lost,
        standing=StreamStanding(stream.standing),
        received_ms=stream.received_ms,
        decided_why=stream.decided_why,
    )


def _lost(ids: list[int]) -> dict[int, int]:
    """Give how many records of each stream were lost here."""
    found: dict[int, int] = {}
    for stream, first, last in LostHere.objects.filter(stream__kiosk__in=ids).values_list(
        "stream", "first", "last"
    ):
        found[stream] = found.get(stream, 0) + last - first + 1
    return found


class _OfKiosk(Protocol):
    kiosk_id: int


_Row = TypeVar("_Row", bound=_OfKiosk)


def _by_kiosk(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.kiosk_id, []).append(row)
    return found
