"""The one function behind every door: check, keep, project, commit, and only then give receipts.

A group of messages is one transaction. Whatever cannot be taken is refused under a stable code and counted; it never keeps
the others from being committed, and never comes out as an exception. What does come out (the database is gone) is for the
door to end on: nothing was acknowledged, so nothing is lost.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from collector import clock
from collector.evidence.intake.arrivals import (
    CONFLICT,
    UNEXPECTED,
    Accepted,
    Arrival,
    Message,
    Outcome,
    RefusedMessage,
)
from collector.evidence.intake.decided import Contradicted, Decided, Kept
from collector.evidence.intake.group import take
from collector.trust import keyholder
from survey.record.errors import Malformed
from survey.wire.messages import Receipt, pack_receipts, unpack_batch

log = logging.getLogger(__name__)

_TRIES = 4  # two processes may open the same stream or touch the same tallies; one of them begins again


def accept(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Take a group of messages in one transaction; answers in their order.

    Raises:
        OperationalError: the database failed; nothing of the group was committed.
        KeeperAway: nobody signed the receipts. All is committed; whoever sends it again is answered then.
    """
    return _receipts(_decided([_read(arrival) for arrival in arrivals]))


def _decided(messages: Sequence[Message]) -> list[Decided]:
    try:
        return _transact(messages)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one message surprised us; find out which by taking each alone
        log.exception("a group of %d messages could not be processed; trying each alone", len(messages))
    return [one for message in messages for one in _alone(message)]


def _read(arrival: Arrival) -> Message:
    try:
        return Message(arrival, unpack_batch(arrival.payload), None)
    except Malformed as error:
        return Message(arrival, None, RefusedMessage(error.code, str(error)))
    except Exception:  # whatever one message does to us, the others go on
        log.exception("a message of %d bytes could not be read", len(arrival.payload))
        return Message(arrival, None, UNEXPECTED)


def _alone(message: Message) -> list[Decided]:
    try:
        return _transact([message])
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whatever one message does to us, the others go on
        log.exception("a message of %d bytes could not be processed", len(message.arrival.payload))
        return _transact([replace(message, batch=None, refused=UNEXPECTED)])


def _transact(messages: Sequence[Message]) -> list[Decided]:
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                return take(messages, last_try=attempt == _TRIES)
        except (IntegrityError, OperationalError):
            if attempt == _TRIES:
                raise
            log.warning("a group of %d messages met another process; trying again", len(messages))
            time.sleep(0.02 * attempt)
    raise AssertionError("the loop above returns or raises")


def _receipts(decided: Sequence[Decided]) -> list[Outcome]:
    """Sign one receipt a stream, now that everything is committed."""
    now_ms = clock.now_ms()
    streams = {one.stream.uid_of_kiosk: one.stream for one in decided if not isinstance(one, RefusedMessage)}
    receipts = [
        Receipt(kiosk=one.kiosk, stream=one.uid, through=one.through, link=one.link, at=now_ms)
        for one in streams.values()
    ]
    # One exchange with whoever holds the key, however many streams the group is of; none where there is nothing to sign.
    packed = pack_receipts(receipts, keyholder.held().sign) if receipts else []
    signed = dict(zip(streams, packed, strict=True))
    return [
        one if isinstance(one, RefusedMessage) else _outcome(one, signed[one.stream.uid_of_kiosk])
        for one in decided
    ]


def _outcome(one: Kept | Contradicted, receipt: bytes) -> Outcome:
    if isinstance(one, Contradicted):
        return replace(CONFLICT, kiosk=one.stream.kiosk, receipt=receipt)
    return Accepted(kiosk=one.stream.kiosk, receipt=receipt, new=one.new)
