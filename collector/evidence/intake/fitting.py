"""Streams that did not fit the one lineage of their key when they were opened: what lets them in later, and what a decision on one brings.

Every batch of theirs is kept; they count from then on.
"""

import logging

from django.db.models import Exists, OuterRef, Q, QuerySet

from collector import clock, statements
from collector.errors import CollectorError
from collector.evidence.intake import joining, ledger, projecting, rebuild, timing
from collector.evidence.intake.joining import Joint
from collector.evidence.models import NamedBefore, Stream
from collector.evidence.standing import COUNTING, StreamStanding, told_by
from survey.record.chain import stated_link

log = logging.getLogger(__name__)

_KEY = "SELECT id FROM fleet_kioskkey WHERE id = %s"


def count_what_fits_now(key_id: int, *, last_try: bool = True) -> list[Stream]:
    """Count the streams of a key that were foreign and fit since another one came in beside them; gives them.

    Call it where nothing waits to be projected: what is may change.
    """
    _lock(key_id)
    counted: list[Stream] = []
    found = True
    while found:
        found = False
        for stream in _waiting(key_id):
            joint = joining.joint_of(key_id, stream.uid, joining.noted(stream))
            if joint is None:
                continue
            _let_in(stream, joint, StreamStanding.COUNTED, last_try=last_try)
            counted.append(stream)
            found = True
    return counted


def learn_predecessors(stream_id: int, uid: str, line: bytes | None) -> bool:
    """Take note of whom a foreign stream follows, from a boot, where its first record is lost; tells whether it was news.

    A first record that is held has had its say.
    """
    waiting = Stream.objects.filter(pk=stream_id, standing=StreamStanding.FOREIGN, named=None)
    told = told_by(line, uid=uid)
    if not told or not waiting.exists():
        return False
    if any(stated_link(first) is None for first in ledger.lines(stream_id, last=1)):
        return False
    joining.note([(stream_id, told)])
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
    decided = {"decided_by": who[:150], "decided_why": why[:300], "decided_ms": clock.now_ms()}
    Stream.objects.filter(pk=stream.pk).update(**decided)
    if standing not in COUNTING:
        Stream.objects.filter(pk=stream.pk).update(standing=standing)
        return 0
    after = joining.follower_of(stream.key_id, stream.uid)
    number = _let_in(stream, Joint(None, 0, after), standing)
    return number + sum(one.through for one in count_what_fits_now(stream.key_id))


def _lock(key_id: int) -> None:
    """Keep other processes from the lineage of a key: two must not give two streams one place."""
    statements.rows(statements.locking(_KEY), key_id)


def _counting(key_id: int) -> QuerySet[Stream]:
    return Stream.objects.filter(key_id=key_id, standing__in=COUNTING)


def _waiting(key_id: int) -> QuerySet[Stream]:
    """Give the foreign streams of a key that name another one or are named: whoever has the key can make many that do neither."""
    names = NamedBefore.objects.filter(
        Q(stream=OuterRef("pk")) | Q(uid=OuterRef("uid"), stream__key_id=key_id)
    )
    foreign = Stream.objects.filter(Exists(names), key_id=key_id, standing=StreamStanding.FOREIGN)
    return foreign.select_related("key").order_by("pk")


def _let_in(stream: Stream, joint: Joint, standing: StreamStanding, *, last_try: bool = True) -> int:
    """Count a stream that was only kept until now; gives how many of its records are projected by that."""

    def change() -> None:
        Stream.objects.filter(pk=stream.pk).update(standing=standing)
        joining.join(stream, joint)

    if joint.after is None:
        change()
    else:  # what comes after it may have carried its records over, and counted them until now
        rebuild.project_changed(list(_counting(stream.key_id).select_related("key").order_by("pk")), change)
    return _project(stream, last_try=last_try)


def _project(stream: Stream, *, last_try: bool = True) -> int:
    """Project all of a stream that was only kept until now; gives how many records."""
    number = 0
    for part in rebuild.replay_stream(stream):
        problems = projecting.replace([], part.records, last_try=last_try)
        projecting.note([*part.set_aside, *problems])
        number += len(part.records)
        Stream.objects.filter(pk=stream.pk).update(clock=timing.dump(part.clock))
    return number
