"""The programs that `bench.ingest` measures, and the messages each of them gets: ours, the usual scripts, and programs of your own."""

import argparse
import importlib
import json
import os
import random
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ingest_databases import Databases
from survey.record.response import new_salt
from survey.wire import topics
from tests.collector.fake_kiosk import ELEMENTS, MORNING_MS, FakeKiosk, skm
from tests.postgres import PrivatePostgres

DAY_MS = 86_400_000
PLAIN_TOPIC = "bench/response"
Message = tuple[str, bytes]


@dataclass(frozen=True)
class Subject:
    """One program under test."""

    name: str
    command: Sequence[str]
    messages: Sequence[Message]
    responses: int
    count: Callable[[], int]
    """How many responses are committed by now."""
    ready: str
    """What it prints when it listens."""
    variables: dict[str, str]
    size: Callable[[], int]
    beside: Sequence[str] = ()
    """A program that it needs beside it; its time counts as well."""


class Ours:
    """A collector of our own for each round, with 20 kiosks enrolled."""

    def __init__(
        self, folder: Path, url: str, *, responses: int, batch: int, kiosks: int = 20, keeper: bool = False
    ) -> None:
        self.variables = variables(folder, url)
        here = Path(sys.executable).parent
        self.command = [str(here / "ikm-collector"), "listen"]
        subprocess.run(
            [here / "ikm-collector", "setup"],
            env=os.environ | self.variables,
            check=True,
            capture_output=True,
        )
        self.beside: list[str] = []
        if keeper:
            (folder / "run").mkdir(mode=0o700)
            self.variables["IKM_KEEPER"] = str(folder / "run" / "socket")
            self.beside = [str(here / "ikm-collector"), "keeper"]
        made = enrolled(self.variables, kiosks)
        self.messages = packed(made, responses=responses, batch=batch)
        self.responses = responses // kiosks * kiosks


def variables(folder: Path, url: str) -> dict[str, str]:
    """Give the environment of a collector in a folder, with a database of its own."""
    return {
        "IKM_DATA": str(folder / "data"),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "collector.settings",
        "IKM_LOG_LEVEL": "INFO",
    }


def enrolled(environment: dict[str, str], kiosks: int) -> list[tuple[str, bytes]]:
    """Enrol kiosks by the collector's own functions, in a process that has its settings; gives their names and private keys."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.ingest_kiosks", str(kiosks)],
        env=os.environ | environment | {"IKM_KEEPER": ""},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return [(name, bytes.fromhex(key)) for name, key in zip(made[::2], made[1::2], strict=True)]


def packed(made: Sequence[tuple[str, bytes]], *, responses: int, batch: int) -> list[Message]:
    """Give the batches of kiosks with so many responses between them, as they publish them, one kiosk after the other in turn."""
    chance = random.Random(1)
    yesterday_ms = (time.time_ns() // 1_000_000) - DAY_MS
    columns = []
    for name, key in made:
        kiosk = FakeKiosk.with_key(name, key)
        kiosk.clock_ms = yesterday_ms
        for number in range(responses // len(made)):
            body = skm(*answers(chance), visit=number, salt=new_salt(chance.randbytes))
            kiosk.record("response", body, after_ms=chance.randrange(120_000))
        batches = range(1, kiosk.last + 1, batch)
        columns.append(
            [(topics.up(name), kiosk.batch(first, min(kiosk.last, first + batch - 1))) for first in batches]
        )
    return [message for row in zip(*columns, strict=True) for message in row]


def answers(chance: random.Random) -> list[int]:
    """Give nine answers as an ordinary office gets them."""
    return chance.choices((1, 2, 3, 4), (1, 5, 70, 24), k=9)


def plain(number: int, *, array: int = 1) -> list[Message]:
    """Give the messages the others get."""
    chance = random.Random(2)
    responses = [
        {
            "id": f"{chance.getrandbits(128):032x}",
            "unit": "sukamaju",
            "kiosk": f"k-{at % 20:04d}",
            "service": "ktp",
            "at": MORNING_MS + at * 1000,
            "instrument": "skm-2017@1",
            "duration_s": 40,
            "channel": "button",
            "language": "id",
            "answers": dict(zip(ELEMENTS, answers(chance), strict=True)),
        }
        for at in range(number)
    ]
    if array == 1:
        return [(PLAIN_TOPIC, json.dumps(one).encode()) for one in responses]
    return [(PLAIN_TOPIC, json.dumps(responses[at : at + array]).encode()) for at in range(0, number, array)]


def subjects(options: argparse.Namespace, folder: Path, cluster: PrivatePostgres | None) -> list[Subject]:
    """Make every program of a round, each with a database of its own."""
    databases = Databases(folder, cluster)
    found = []
    for name, number, batch, keeper in (
        ("ours, batches of 100", options.responses, 100, False),
        ("ours, batches of 100, keeper", options.responses, 100, True),
        ("ours, one a message", options.singles, 1, False),
        ("ours, one a message, keeper", options.singles, 1, True),
    ):
        if keeper and not options.keeper:
            continue
        if options.only and options.only not in name:
            continue
        place = folder / f"ours-{batch}-{keeper:d}"
        place.mkdir()
        url = databases.new(f"ours{batch}{'k' * keeper}")
        ours = Ours(
            place, url if cluster else f"sqlite:///{url}", responses=number, batch=batch, keeper=keeper
        )
        found.append(
            Subject(
                name=name,
                command=ours.command,
                messages=ours.messages,
                responses=ours.responses,
                count=databases.counter(url, "SELECT COALESCE(SUM(through), 0) FROM evidence_stream"),
                ready="listening",
                variables=ours.variables,
                size=databases.sizer(url),
                beside=ours.beside,
            )
        )
    kinds = (
        [("paho + psycopg", "postgres"), ("paho + Django create()", "django")]
        if cluster
        else [
            ("paho + sqlite3", "sqlite"),
            ("paho + sqlite3 WAL", "wal"),
            ("paho + Django create()", "django"),
        ]
    )
    # The slow ones get fewer messages: their rate does not depend on how many there are.
    slow = {"sqlite", "django"} if options.slow_fsync == 0 else {"sqlite", "django", "wal", "postgres"}
    for name, kind in kinds:
        number = options.singles // 3 if kind in slow else options.singles
        if options.slow_fsync:
            number = min(number, 1_000)
        for array in (1, 100) if options.arrays else (1,):
            url = databases.new(f"{kind}{array}")
            command = [
                sys.executable,
                "-m",
                "bench.ingest_peers",
                kind,
                "--port",
                "{port}",
                "--topic",
                "{topic}",
            ]
            found.append(
                Subject(
                    name=name if array == 1 else f"{name}, arrays of 100",
                    command=[*command, "--database", url],
                    messages=plain(number if array == 1 else number * 5, array=array),
                    responses=number if array == 1 else number * 5,
                    count=databases.counter(url, "SELECT COUNT(*) FROM response"),
                    ready="READY",
                    variables={},
                    size=databases.sizer(url),
                )
            )
    for peer in options.peer:
        name, _, command = peer.partition("=")
        url = databases.new(f"peer{len(found)}")
        payloads = _payloads(options)
        found.append(
            Subject(
                name=name,
                command=[part.replace("{database}", url) for part in shlex.split(command)],
                messages=[(options.topic, payload) for payload in payloads],
                responses=options.singles,
                count=databases.counter(url, options.count),
                ready="READY",
                variables={},
                size=databases.sizer(url),
            )
        )
    return found


def _payloads(options: argparse.Namespace) -> list[bytes]:
    if not options.payloads:
        return [payload for _, payload in plain(options.singles)]
    module, _, function = options.payloads.partition(":")
    return list(getattr(importlib.import_module(module), function)(options.singles))
