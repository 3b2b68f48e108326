"""The one function behind every door: check, keep, project, commit, and only then give receipts.

A group of messages is one transaction. Whatever cannot be taken is refused under a stable code and counted; it never keeps
the others from being committed, and never comes out as an exception. What does come out (the database is gone) is for the
door to end on: nothing was acknowledged, so nothing is lost.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
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
from collector.evidence.intake.group import Contradicted, Decided, take
from collector.trust import keys
from survey.record.errors import Malformed
from survey.wire.messages import Receipt, pack_receipt, unpack_batch

log = logging.getLogger(__name__)

_TRIES = 4  # two processes may open the same stream or touch the same tallies; one of them begins again


def accept(arrivals: Sequence[Arrival]) -> list[Outcome]:
    """Take a group of messages in one transaction; answers in their order.

    Raises:
        OperationalError: the database failed; nothing of the group was committed.
    """
    messages = [_read(arrival) for arrival in arrivals]
    try:
        return _receipts(_transact(messages))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one message surprised us; find out which by taking each alone
        log.exception("a group of %d messages could not be processed; trying each alone", len(messages))
    return [outcome for message in messages for outcome in _receipts(_alone(message))]


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
    collector = keys.load(settings.IKM_KEYS)
    now_ms = clock.now_ms()
    signed: dict[tuple[str, str], bytes] = {}
    outcomes: list[Outcome] = []
    for one in decided:
        if isinstance(one, RefusedMessage):
            outcomes.append(one)
            continue
        stream = one.stream
        key = (stream.kiosk, stream.uid)
        if key not in signed:
            receipt = Receipt(
                kiosk=stream.kiosk, stream=stream.uid, through=stream.through, link=stream.link, at=now_ms
            )
            signed[key] = pack_receipt(receipt, collector.sign)
        if isinstance(one, Contradicted):
            outcomes.append(replace(CONFLICT, kiosk=stream.kiosk, receipt=signed[key]))
        else:
            outcomes.append(Accepted(kiosk=stream.kiosk, receipt=signed[key], new=one.new))
    return outcomes
