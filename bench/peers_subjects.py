"""The programs that `bench.peers` measures: how each is set up, started, killed and started again, and what it stores into."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.broker import Broker, publish
from bench.cluster import RabbitCluster
from bench.ingest_subjects import Message, enrolled, packed, variables
from bench.peers_install import Installed
from bench.peers_tables import Counting, Held, Table, counting
from bench.spent import peak_mb, tree, tree_seconds
from tests.postgres import PrivatePostgres

START_SECONDS = 60.0


@dataclass
class World:
    """What all programs of a run share."""

    folder: Path
    cluster: PrivatePostgres
    installed: Installed
    rabbit: RabbitCluster | None = None
    made: int = 0
    """How many programs were set up: each has a folder, a topic and a database of its own."""
    collectors: dict[str, "Collector"] = field(default_factory=dict)

    def number(self) -> int:
        """Give the next program's number."""
        self.made += 1
        return self.made


class Program(ABC):
    """One program with its broker and an empty table; `start` may be called again after `kill`."""

    def __init__(self, world: World, *, postgres: bool, responses: int) -> None:
        self.world = world
        self.number = world.number()
        self.responses = responses
        self.folder = world.folder / f"run-{self.number}"
        self.folder.mkdir()
        self.postgres = postgres
        self.messages: Sequence[Message] = ()
        self.broker: Broker | None = None
        self._consumer: subprocess.Popen[bytes] | None = None
        self.starts = 0

    table: Table
    count: Counting

    @property
    @abstractmethod
    def port(self) -> int:
        """Where its messages go."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """What runs it."""

    @abstractmethod
    def wait_until_it_takes(self) -> None:
        """Wait until what is published would be stored."""

    def environment(self) -> dict[str, str]:
        """What it is told by its environment."""
        return {}

    def others(self) -> list[int]:
        """Give the processes that its answers pass through besides it: the broker's."""
        return [self.broker.pid] if self.broker is not None else []

    def held(self) -> Held:
        """What it has stored."""
        return self.count()

    def progress(self) -> int:
        """How many answers are committed by now; asked often."""
        return self.count().rows

    def start(self) -> None:
        """Start it; a first time, or once it was killed."""
        self.starts += 1
        with (self.folder / "log").open("ab") as log:
            self._consumer = subprocess.Popen(
                self.command(),
                env=os.environ | self.environment(),
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether it still runs by itself."""
        return self._consumer is not None and self._consumer.poll() is None

    def seconds(self) -> tuple[float, float, float]:
        """Give the processor's seconds of everything between the publisher and the disk: the program's, the broker's, the database's."""
        own = tree_seconds(self._consumer.pid) if self._consumer is not None else 0.0
        return own, sum(tree_seconds(pid) for pid in self.others()), self.table.seconds()

    def most_memory(self) -> float:
        """Give the most memory that the program itself has held, in megabytes, all its processes together."""
        return sum(peak_mb(pid) for pid in tree(self._consumer.pid)) if self._consumer is not None else 0.0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it, and all that came from it, in the midst of what it does."""
        one, self._consumer = self._consumer, None
        if one is not None:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, number)
            one.wait(timeout=20)

    def close(self) -> None:
        """End it and its broker."""
        self.kill()
        if self.broker is not None:
            self.broker.__exit__()
        self.table.close()

    def said(self) -> str:
        """What it last wrote into its log."""
        return (self.folder / "log").read_text(errors="replace")[-1500:]


class Collector:
    """A collector of ours, set up once in a run with kiosks for all its turns."""

    def __init__(self, world: World, *, postgres: bool, kiosks: int) -> None:
        folder = world.folder / ("ours-postgres" if postgres else "ours-sqlite")
        folder.mkdir()
        self.table = Table(world.cluster if postgres else None, "ours", folder)
        self.variables = variables(folder, self.table.url)
        self.program = Path(sys.executable).parent / "ikm-collector"
        subprocess.run(
            [self.program, "setup"], env=os.environ | self.variables, check=True, capture_output=True
        )
        self._kiosks = enrolled(self.variables, kiosks)

    def take(self, number: int) -> list[tuple[str, bytes]]:
        """Give kiosks that have sent nothing yet."""
        taken, self._kiosks = self._kiosks[:number], self._kiosks[number:]
        return taken


class Ours(Program):
    """Our listener, with everything that it does in a village: signatures, chain, evidence, sums, signed receipts."""

    KIOSKS = 21

    def __init__(self, world: World, *, postgres: bool, responses: int, batch: int) -> None:
        super().__init__(world, postgres=postgres, responses=responses)
        self._collector = world.collectors["postgres" if postgres else "sqlite"]
        self.table = self._collector.table
        everything = counting(self.table, source="scores_response", identity="CAST(id AS text)")
        first, *kiosks = self._collector.take(self.KIOSKS)
        self._first = packed([first], responses=100, batch=batch)
        self.messages = packed(kiosks, responses=responses, batch=batch)
        self.broker = Broker(inflight=0)
        already = everything()
        before = Held(already.rows + 100, already.different + 100)
        self.count = lambda: everything().since(before)
        self._records = self._through() + 100

    def _through(self) -> int:
        return (self.table.ask("SELECT COALESCE(SUM(through), 0) FROM evidence_stream") or (0,))[0]

    def progress(self) -> int:
        """The records of this turn: answers stand in the same transaction, and this sum is quick to ask for."""
        return self._through() - self._records

    @property
    def port(self) -> int:
        """Where its messages go."""
        if self.broker is None:
            raise AssertionError("it has one from the beginning")
        return self.broker.port

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        return [self._collector.program, "listen"]

    def environment(self) -> dict[str, str]:
        """What it is told by its environment."""
        return self._collector.variables | {"IKM_BROKER_URL": f"mqtt://127.0.0.1:{self.port}"}

    def wait_until_it_takes(self) -> None:
        """Wait for the line that it listens."""
        deadline = time.monotonic() + START_SECONDS
        while (self.folder / "log").read_text().count("listening") < self.starts:
            if time.monotonic() > deadline or not self.is_running:
                raise RuntimeError(self.said())
            time.sleep(0.1)
        time.sleep(0.5)  # its subscription follows the line
        if (
            self.starts == 1
        ):  # a hundred answers before those that are counted, as the others get their probes
            publish(self.port, self._first)
            while self.progress() < 0:
                if time.monotonic() > deadline:
                    raise RuntimeError(self.said())
                time.sleep(0.05)

    def close(self) -> None:
        """End it and its broker; the collector's database is for the next turn as well."""
        self.kill(signal.SIGTERM)
        if self.broker is not None:
            self.broker.__exit__()
