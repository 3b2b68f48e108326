"""The facts of the rooms below: enrolments and revocations, assignments, decisions about streams, destructions, questionnaires."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import groupby

from django.conf import settings
from django.db.models import Count, F, Max, Q, Sum

from collector.evidence.models import HeldAttachment, Stream
from collector.evidence.standing import COUNTING
from collector.fleet.instruments import own_files
from collector.fleet.models import Assignment, KioskKey
from collector.local import date_text
from collector.log.sources import Fact, Source
from collector.trust import public
from survey.instrument.definition import parse, shipped_files
from survey.log import facts
from survey.record.errors import InstrumentError

_CHUNK = 2_000


def _enrolments() -> Iterator[Fact]:
    keys = KioskKey.objects.order_by("pk").values_list(
        "public_key", "kiosk__name", "enrolled_at", "archive_from", "archive_until", "kiosk_id"
    )
    homes = _homes()
    for public_key, kiosk, enrolled_at, begins, ends, pk in keys.iterator(_CHUNK):
        archive = [_ms(begins), _ms(ends)] if begins is not None and ends is not None else None
        body = {
            "kiosk": kiosk, "key": bytes(public_key).hex(), "enrolled_ms": _ms(enrolled_at), "archive_ms": archive,
        }  # fmt: skip
        yield from _in_each(f"enrol/{bytes(public_key).hex()}", facts.ENROL, body, homes.get(pk, []))


def _revocations() -> Iterator[Fact]:
    keys = KioskKey.objects.exclude(revoked_at=None).order_by("revoked_at", "pk")
    homes = _homes()
    for public_key, kiosk, revoked_at, pk in keys.values_list(
        "public_key", "kiosk__name", "revoked_at", "kiosk_id"
    ).iterator(_CHUNK):
        body = {"kiosk": kiosk, "key": bytes(public_key).hex(), "revoked_ms": _ms(revoked_at)}
        yield from _in_each(f"revoke/{bytes(public_key).hex()}", facts.REVOKE, body, homes.get(pk, []))


def _homes() -> dict[int, list[str]]:
    """Give the units at which each kiosk ever stood, in the order in which it came there."""
    found: dict[int, list[str]] = {}
    stands = Assignment.objects.order_by("kiosk_id", "since").values_list("kiosk_id", "unit__code")
    for kiosk, unit in stands.iterator(_CHUNK):
        units = found.setdefault(kiosk, [])
        if unit not in units:
            units.append(unit)
    return found


def _in_each(key: str, kind: str, body: dict[str, object], units: Sequence[str]) -> Iterator[Fact]:
    """Give a fact of a kiosk for the thread of each unit where it ever stood: whoever is shown one thread has all of a kiosk that came from another unit."""
    for unit in units or ("",):
        yield Fact(f"{key}/{unit}", kind, partial(dict, body), units=(unit,) if unit else ())


def _assignments() -> Iterator[Fact]:
    stands = Assignment.objects.order_by("kiosk_id", "since").values_list(
        "kiosk__name", "unit__code", "place__code", "since"
    )
    before = ("", "")
    for kiosk, unit, place, since in stands.iterator(_CHUNK):
        left = before[1] if before[0] == kiosk else ""
        body = {"kiosk": kiosk, "unit": unit, "place": place, "since_ms": _ms(since), "from": left}
        yield Fact(
            f"assign/{kiosk}/{_ms(since)}",
            facts.ASSIGN,
            partial(dict, body),
            units=tuple(dict.fromkeys(code for code in (left, unit) if code)),
            stamp=f"{unit}/{place}/{left}",
        )
        before = (kiosk, unit)


def _decisions() -> Iterator[Fact]:
    decided = Stream.objects.exclude(decided_ms=None).order_by("decided_ms")
    for uid, kiosk, standing, at_ms, unit in decided.values_list(
        "uid", "kiosk__name", "standing", "decided_ms", "kiosk__stands__code"
    ).iterator(_CHUNK):
        # Who decided, and why, stands in the trail: the log is for everybody, and an account's name is not.
        body = {"kiosk": kiosk, "stream": uid, "standing": standing, "decided_ms": at_ms}
        units = (unit,) if unit else ()
        yield Fact(
            f"stream/{uid}", facts.STREAM, partial(dict, body), units=units, stamp=f"{standing}/{at_ms}"
        )


def _begun() -> Iterator[Fact]:
    counting = Stream.objects.filter(standing__in=COUNTING).order_by("pk")
    homes = _homes()
    for uid, kiosk, pk in counting.values_list("uid", "kiosk__name", "kiosk_id").iterator(_CHUNK):
        yield from _in_each(
            f"begun/{kiosk}/{uid}", facts.BEGUN, {"kiosk": kiosk, "stream": uid}, homes.get(pk, [])
        )


def _destructions() -> Iterator[Fact]:
    """Give each day's destructions as one: how many of all units together, and a digest over their digests."""
    gone = HeldAttachment.objects.exclude(destroyed_at=None).order_by("destroyed_at", "pk")
    rows = gone.values_list("destroyed_at", "digest").iterator(_CHUNK)
    for day, found in groupby(rows, key=lambda row: date_text(_ms(row[0]), settings.IKM_TIME_ZONE)):
        digests = sorted(digest for _, digest in found)
        digest = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        body = {"day": day, "number": len(digests), "digest": digest}
        yield Fact(f"destroy/{day}", facts.DESTROY, partial(dict, body), stamp=f"{len(digests)}/{digest}")
    for key in public.read(settings.IKM_KEYS).destroyed:
        body = {"sealing_key": key.id, "destroyed_ms": key.destroyed_ms}
        yield Fact(f"destroy-key/{key.id}", facts.DESTROY, partial(dict, body))


def _questionnaires() -> Iterator[Fact]:
    for entry in [*shipped_files(), *own_files()]:
        content = entry.read_bytes()
        name = _name_in(content)
        if not name:
            continue  # asked of nobody; `ikm-collector instruments check` names what is wrong with it
        digest = hashlib.sha256(content).hexdigest()
        body = {"instrument": name, "sha256": digest}
        yield Fact(f"instrument/{name}", facts.INSTRUMENT, partial(dict, body), stamp=digest)


@lru_cache(maxsize=64)
def _name_in(content: bytes) -> str:
    """Give the name of a questionnaire, and nothing where it is none; each step of the log asks again."""
    try:
        return parse(content.decode(), file="").name
    except (InstrumentError, UnicodeDecodeError):
        return ""


def _fleet() -> Iterator[Fact]:
    yield from _enrolments()
    yield from _revocations()
    yield from _assignments()


def _streams() -> Iterator[Fact]:
    yield from _begun()
    yield from _decisions()


def _streams_mark() -> str:
    found = Stream.objects.aggregate(newest=Max("pk"), decided=Max("decided_ms"))
    return f"{found['newest']} {found['decided']} {Assignment.objects.aggregate(newest=Max('pk'))['newest']}"


def _fleet_mark() -> str:
    keys = KioskKey.objects.aggregate(newest=Max("pk"), revoked=Count("pk", filter=~Q(revoked_at=None)))
    # Where a kiosk stood can be corrected in place: the sum says that it was.
    stands = Assignment.objects.aggregate(newest=Max("pk"), where=Sum(F("unit_id") * 7919 + F("place_id")))
    return f"{keys['newest']} {keys['revoked']} {stands['newest']} {stands['where']}"


def _ms(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment is not None else 0


SOURCES = (
    Source("fleet", _fleet_mark, _fleet),
    Source("streams", _streams_mark, _streams),
    Source("destructions", lambda: "", _destructions),
    Source("questionnaires", lambda: "", _questionnaires),
)
"""What waits for the night has no mark."""
