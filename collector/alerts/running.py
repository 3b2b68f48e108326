"""The processes that alert: each works out what changed, and sends what waits. Several of them share the work."""

import logging
import secrets
from contextlib import ExitStack
from threading import Event, Thread

from django.db import connection

from collector import clock
from collector.alerts import changing, outbox, pinging
from collector.alerts.morning import rounds
from collector.jobs import alive
from collector.notify import notify

log = logging.getLogger(__name__)
TURN_S = 15.0
_SEND_TURN_S = 1.0
_ROUND_TURN_S = 60.0


def once() -> tuple[int, int]:
    """Work out what changed, and send what can be sent; gives how many changes and messages."""
    token = secrets.token_hex(16)
    with alive.living(token):
        now = clock.now()
        made = changing.turn(now) + rounds.turn(now)
        outbox.give_back_of_the_dead()
        return made, outbox.send_waiting(token)


def run(stop: Event, *, hands: int) -> None:
    """Alert until stopped; a receiver that does not answer holds one hand, and never the looking."""
    with ExitStack() as stack:
        tokens = [secrets.token_hex(16) for _ in range(hands)]
        for token in tokens:
            stack.enter_context(alive.living(token))
        threads = [Thread(target=_send, args=(token, stop), daemon=True) for token in tokens]
        threads += [Thread(target=one, args=(stop,), daemon=True) for one in (pinging.run, _rounds)]
        for one in threads:
            one.start()
        notify("READY=1")
        while not stop.is_set():
            changing.turn(clock.now())
            outbox.give_back_of_the_dead()
            if not all(one.is_alive() for one in threads):
                raise RuntimeError("a thread has ended")  # systemd starts all anew
            notify("WATCHDOG=1")
            stop.wait(TURN_S)
        for one in threads:
            one.join()


def _rounds(stop: Event) -> None:
    """Do the morning round when it is due: of a whole country it takes longer than a turn may, and meanwhile the looking goes on."""
    try:
        while not stop.is_set():
            rounds.turn(clock.now())
            stop.wait(_ROUND_TURN_S)
    finally:
        connection.close()


def _send(token: str, stop: Event) -> None:
    try:
        while not stop.is_set():
            outbox.send_waiting(token)
            stop.wait(_SEND_TURN_S)
    finally:
        connection.close()
