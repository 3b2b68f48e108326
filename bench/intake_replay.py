"""Play a day that `bench.intake` recorded through the listener's steps, with the code on the path; prints what it took as JSON, and a digest of each table.

Only what the listener has shown for long is used, so that older code can be played too.
"""

import argparse
import cProfile
import gc
import hashlib
import json
import os
import pickle
import pstats
import socket
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402 - models load after setup
from django.db import connection  # noqa: E402 - the same
from paho.mqtt.client import MQTTMessage  # noqa: E402 - the same
from paho.mqtt.enums import MQTTErrorCode  # noqa: E402 - the same

from collector import clock  # noqa: E402 - the same
from collector.console.management.commands import listen  # noqa: E402 - the same
from collector.evidence.doors.mqtt import BrokerAddress, Listener  # noqa: E402 - the same
from collector.evidence.intake.accept import accept  # noqa: E402 - the same

Step = tuple[int, list[tuple[str, bytes]]]
_OTHERS = ("django_", "auth_", "sessions")


class Broker:
    """In the place of paho's client: gives the messages of one step after another."""

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._far.send(b"!")  # there is always something to read
        self.waiting: deque[MQTTMessage] = deque()
        self.on_message: Callable[[Any, Any, MQTTMessage], object] = lambda *_: None
        self.receipts = 0

    def socket(self) -> socket.socket:
        """Give the connection."""
        return self._near

    def loop_read(self) -> MQTTErrorCode:
        """Give one message."""
        if self.waiting:
            self.on_message(self, None, self.waiting.popleft())
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def loop_misc(self) -> MQTTErrorCode:
        """Have nothing to do."""
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def want_write(self) -> bool:
        """Have nothing to write."""
        return False

    def publish(self, _topic: str, _payload: bytes, **_: object) -> None:
        """Take a receipt."""
        self.receipts += 1

    def ack(self, *_: object) -> None:
        """Take an acknowledgement."""


class _Counting:
    """Counts statements."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., object], *asked: object) -> object:
        """Let one pass."""
        self.number += 1
        return execute(*asked)


class Listening(Listener):
    """The listener, with such a broker."""

    def _make_client(self, name: str) -> Any:  # noqa: ARG002 - as the listener makes one
        broker = Broker()
        broker.on_message = self._arrived
        return broker


def main() -> None:
    """Play it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("day", type=Path)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--grown", action="store_true")
    options = parser.parse_args()
    steps = pickle.loads(options.day.read_bytes())
    gc.collect()
    gc.freeze()
    gc.disable()
    profile = cProfile.Profile()
    if options.grown:
        tracemalloc.start(12)
    if options.profile:
        profile.enable()
    played = _play(steps, watch=options.grown)
    profile.disable()
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(60)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(110)
    print(json.dumps(played | {"load": round(os.getloadavg()[0], 1), "tables": _tables()}))


def _play(steps: list[Step | None], *, watch: bool) -> dict[str, object]:
    """Have the listener take every step, and give what it took; `watch`: print what its memory grew by."""
    moment = [0]
    clock.now_ms = lambda: moment[0]
    listener = Listening(
        BrokerAddress.parse_all("mqtt://nowhere", version="5"),
        accept=accept,
        hear_states=listen.hear,
        housekeep=list,
    )
    broker: Any = listener._client  # noqa: SLF001 - only what the listener has shown for long is used
    memory, messages, calm = [], 0, None
    asked: list[tuple[int, float]] = []
    counting = _Counting()
    connection.execute_wrappers.append(counting)
    at_first, begun = _megabytes(), time.process_time()
    for number, step in enumerate(steps):
        if step is None:
            continue
        moment[0], group = step
        broker.waiting.extend(_message(*one) for one in group)
        messages += len(group)
        while broker.waiting or listener._states:  # noqa: SLF001 - the same
            statements, before = counting.number, time.process_time()
            listener.step(timeout=0)
            asked.append((counting.number - statements, time.process_time() - before))
        steps[number] = None
        if number % max(1, len(steps) // 8) == 0:
            memory.append(round(_megabytes() - at_first, 1))
            calm = tracemalloc.take_snapshot() if watch and calm is None and number else calm
    seconds = time.process_time() - begun
    for one in tracemalloc.take_snapshot().compare_to(calm, "lineno")[:25] if calm else ():
        print(one)
    return {
        "seconds": round(seconds, 2),
        "us a message": round(seconds / messages * 1e6),
        "receipts": broker.receipts,
        "statements": counting.number,
        "most in a step": max(number for number, _ in asked),
        "longest step": round(max(took for _, took in asked), 2),
        "MB at first": round(at_first, 1),
        "grown MB": memory,
    }


def _message(topic: str, payload: bytes) -> MQTTMessage:
    message = MQTTMessage(topic=topic.encode())
    message.payload = payload
    return message


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _tables() -> dict[str, str]:
    """Give a digest of each table's rows, every column of them, in the order of their keys."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table  # noqa: SLF001 - Django documents _meta
            if table.startswith(_OTHERS):
                continue
            digest, rows = hashlib.sha256(), 0
            order = ", ".join(one.column for one in model._meta.pk_fields)  # noqa: SLF001 - the same
            cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
            for row in cursor:
                rows += 1
                digest.update(
                    repr([bytes(one) if isinstance(one, memoryview) else one for one in row]).encode()
                )
            found[table] = f"{rows} {digest.hexdigest()[:16]}"
    return found


if __name__ == "__main__":
    main()
