"""A stream's first batch: does it belong to the one lineage of its key? And what a decision on one that does not brings.

Looked at once a stream, when it is opened; every later batch goes by what was found then.
"""

import logging

from collector import clock
from collector.errors import CollectorError
from collector.evidence.intake import heads, ledger, projecting, rebuild, timing
from collector.evidence.models import Stream
from collector.evidence.standing import COUNTING, StreamStanding, ToldPredecessor, told_by
from collector.fleet.models import KioskKey
from survey.record.chain import first_link, stated_link

log = logging.getLogger(__name__)


def open_stream(
    *, kiosk_id: int, key_id: int, uid: str, first_line: bytes | None, now_ms: int, state: bytes
) -> tuple[Stream, bool]:
    """Make the row of a stream that is not held yet, with its standing; tells also whether it is the first of its key.

    Call it inside the group's transaction.
    """
    KioskKey.objects.select_for_update().get(pk=key_id)  # two processes must not open two streams at once
    told = told_by(first_line)
    alone = not Stream.objects.filter(key_id=key_id).exists()
    before = _followed(key_id, told) if told is not None and not alone else None
    fits = (
        alone
        or before is not None
        or not Stream.objects.filter(key_id=key_id, standing__in=COUNTING).exists()
        or _awaited(key_id, uid) is not None
    )
    stream = Stream.objects.create(
        kiosk_id=kiosk_id,
        key_id=key_id,
        uid=uid,
        through=0,
        link=b"",
        opened_ms=now_ms,
        received_ms=now_ms,
        clock=state,
        standing=StreamStanding.COUNTED if fits else StreamStanding.FOREIGN,
        before_uid=told.uid if told is not None else "",
        before_seq=told.seq if told is not None else 0,
        before_link=told.link if told is not None else b"",
    )
    heads.adopt(stream)
    if fits and not alone:
        _join(stream, before)
    return stream, alone


def count_what_fits_now(key_id: int, *, last_try: bool = True) -> list[Stream]:
    """Count the streams of a key that were foreign and fit since another one came in before them; gives them."""
    counted: list[Stream] = []
    found = True
    while found:
        found = False
        waiting = Stream.objects.filter(key_id=key_id, standing=StreamStanding.FOREIGN)
        for stream in waiting.exclude(before_uid="").select_related("key").order_by("pk"):
            before = _followed(key_id, _told(stream))
            if before is None:
                continue
            Stream.objects.filter(pk=stream.pk).update(standing=StreamStanding.COUNTED)
            _join(stream, before)
            _project(stream, last_try=last_try)
            counted.append(stream)
            found = True
    return counted


def learn_predecessor(stream_id: int, line: bytes | None) -> bool:
    """Take note of whom a foreign stream follows, from a boot, where its first record is lost; tells whether it was news.

    A first record that is held has had its say.
    """
    waiting = Stream.objects.filter(pk=stream_id, standing=StreamStanding.FOREIGN, before_uid="")
    told = told_by(line)
    if told is None or not waiting.exists():
        return False
    if any(stated_link(first) is None for first in ledger.lines(stream_id, last=1)):
        return False
    waiting.update(before_uid=told.uid, before_seq=told.seq, before_link=told.link)
    return True


def decide(stream: Stream, standing: StreamStanding, *, who: str, why: str) -> int:
    """Let a stream that did not fit count, or not; gives how many records are projected by that.

    Call it inside a transaction; noting it in the trail is the caller's.

    Raises:
        CollectorError: it counts already, or was refused already.
    """
    stream = Stream.objects.select_for_update(of=("self",)).select_related("key").get(pk=stream.pk)
    if stream.standing in COUNTING or stream.standing == standing:
        raise CollectorError("stream_decided", stream=stream.uid[:8], standing=stream.standing)
    Stream.objects.filter(pk=stream.pk).update(
        standing=standing, decided_by=who[:150], decided_why=why[:300], decided_ms=clock.now_ms()
    )
    if standing not in COUNTING:
        return 0
    number = _project(stream)
    return number + sum(one.through for one in count_what_fits_now(stream.key_id))


def _told(stream: Stream) -> ToldPredecessor:
    return ToldPredecessor(stream.before_uid, stream.before_seq, bytes(stream.before_link), "")


def _followed(key_id: int, told: ToldPredecessor) -> Stream | None:
    """Give the end of the key's lineage, where it is the stream that was named and stood where it was said to stand."""
    end = (
        Stream.objects.filter(key_id=key_id, uid=told.uid, standing__in=COUNTING, followed_seq=None)
        .select_related("key")
        .first()
    )
    if (
        end is None or told.seq > end.through
    ):  # what is missing between may still come; an audit names it until then
        return end
    start = first_link(stream=end.uid, public_key=bytes(end.key.public_key))
    return end if ledger.link_after(end.pk, told.seq, start=start) in (told.link, None) else None


def _awaited(key_id: int, uid: str) -> Stream | None:
    """Give the stream of the lineage that names this one, which has not come in before, as the one it follows."""
    return Stream.objects.filter(key_id=key_id, before_uid=uid, standing__in=COUNTING).first()


def _join(stream: Stream, before: Stream | None) -> None:
    """Note which stream goes on where another one ended."""
    if before is not None:
        Stream.objects.filter(pk=before.pk).update(followed_seq=stream.before_seq)
    after = _awaited(stream.key_id, stream.uid)
    if after is not None:
        stream.followed_seq = after.before_seq
        stream.save(update_fields=["followed_seq"])


def _project(stream: Stream, *, last_try: bool = True) -> int:
    """Project all of a stream that was only kept until now; gives how many records."""
    number = 0
    for part in rebuild.replay_stream(stream):
        problems = projecting.replace([], part.records, last_try=last_try)
        projecting.note([*part.set_aside, *problems])
        number += len(part.records)
        Stream.objects.filter(pk=stream.pk).update(clock=timing.dump(part.clock))
    return number
