"""The peers that `bench.peers` sets up: each writes the files of `bench.peers_programs` into its folder and runs what was installed."""

import json
import random
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench import peers_programs as programs
from bench.broker import Broker, publish
from bench.cluster import RabbitCluster
from bench.ingest_subjects import answers
from bench.peers_subjects import START_SECONDS, Program, World
from bench.peers_tables import PROBE, Table, counting
from tests.world import until_it_listens


def flat(number: int, *, array: int) -> list[bytes]:
    """Give the messages of the others: an answer as a flat JSON object, or so many of them in a list."""
    chance = random.Random(2)
    made = [
        {
            "id": f"{chance.getrandbits(128):032x}", "unit": "sukamaju", "kiosk": f"k-{at % 20:04d}", "service": "ktp",
            "at": 1_793_584_800_000 + at * 1000, "instrument": "skm-2017@1", "duration_s": 40, "channel": "button",
            "language": "id", **dict(zip(programs.ELEMENTS, answers(chance), strict=True)),
        }
        for at in range(number)
    ]  # fmt: skip
    if array == 1:
        return [json.dumps(one).encode() for one in made]
    return [json.dumps(made[at : at + array]).encode() for at in range(0, number, array)]


class Peer(Program):
    """A program of another kind, at a Mosquitto that queues without limit unless it brings its own broker."""

    own_broker = False
    has_key = False
    has_raw = False

    def __init__(self, world: World, *, postgres: bool = True, responses: int, array: int = 1) -> None:
        super().__init__(world, postgres=postgres, responses=responses)
        self.topic = f"bench/response/{self.number}"
        payloads = flat(responses, array=array)
        self.messages = [(self.topic, payload) for payload in payloads]
        self._probe = json.loads(flat(1, array=1)[0])
        self.table = Table(world.cluster if postgres else None, f"run{self.number}", self.folder)
        if postgres:
            self.table.run(programs.create(key=self.has_key, raw=self.has_raw))
        self.count = counting(self.table)
        if not self.own_broker:
            self.broker = Broker(inflight=0)
        self._free = _free()

    @property
    def port(self) -> int:
        """Where its messages go."""
        return self.broker.port if self.broker is not None else self._free

    def environment(self) -> dict[str, str]:
        """What it is told by its environment."""
        return self.table.variables | {"PORT": str(self.port), "TOPIC": self.topic}

    def wait_until_it_takes(self) -> None:
        """Publish probes until one of this start is stored: only then a program is known to listen, whatever its log says."""
        begun, name, probe = time.monotonic(), f"{PROBE}-{time.monotonic_ns()}-", 0
        while time.monotonic() < begun + START_SECONDS:
            if not self.is_running:
                raise RuntimeError(self.said())
            probe += 1
            with suppress(OSError):
                publish(
                    self.port, [(self.topic, json.dumps(self._probe | {"id": f"{name}{probe}"}).encode())]
                )
            for _ in range(4):
                time.sleep(0.1)
                if self.probes(name):
                    time.sleep(0.5)
                    return
        raise RuntimeError(f"nothing was stored in {START_SECONDS:.0f} s\n{self.said()}")

    def probes(self, name: str) -> int:
        """Give how many probes of this name are stored."""
        return (self.table.ask(f"SELECT COUNT(*) FROM response WHERE id LIKE '{name}%'") or (0,))[0]


class Mqttwarn(Peer):
    """mqttwarn with its own service for the database."""

    has_raw = True

    def __init__(self, world: World, *, postgres: bool = True, responses: int) -> None:
        super().__init__(world, postgres=postgres, responses=responses)
        if not postgres:
            self.count = counting(self.table, identity="json_extract(payload, '$.id')")

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        ini = self.folder / "mqttwarn.ini"
        values = self.table.variables
        ini.write_text(
            programs.MQTTWARN.format(
                port=self.port,
                topic=self.topic,
                service="postgres" if self.postgres else "sqlite",
                host=values.get("PGHOST", ""),
                user=values.get("PGUSER", ""),
                database=self.table.name,
                file=self.table.file,
            )
        )
        return [self.world.installed.program("mqttwarn"), "--config-file", ini]

    def probes(self, name: str) -> int:
        """Give how many probes of this name are stored."""
        if self.postgres:
            return super().probes(name)
        query = f"SELECT COUNT(*) FROM response WHERE payload LIKE '%{name}%'"
        return (self.table.ask(query) or (0,))[0]


class NodeRed(Peer):
    """Node-RED: an MQTT node and a function node with the pool of `pg`."""

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        modules = self.world.installed.modules
        (self.folder / "settings.js").write_text(
            programs.NODE_RED_SETTINGS.format(modules=json.dumps(str(modules)), http=self._free)
        )
        flow = programs.node_red_flow(port=self.port, topic=self.topic)
        (self.folder / "flows.json").write_text(json.dumps(flow))
        return ["node", modules / "node-red" / "red.js", "--userDir", self.folder]


class Aedes(Peer):
    """aedes, whose program is the broker and stores what is published."""

    own_broker = True
    is_careful = False

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        script = self.folder / "broker.mjs"
        script.write_text(programs.AEDES)
        with suppress(FileExistsError):
            (self.folder / "node_modules").symlink_to(self.world.installed.modules)
        return ["node", script]

    def environment(self) -> dict[str, str]:
        """What it is told by its environment."""
        return super().environment() | ({"CAREFUL": "1"} if self.is_careful else {})


class CarefulAedes(Aedes):
    """aedes that acknowledges what it has stored."""

    is_careful = True


class Amqtt(Peer):
    """amqtt's broker, and a consumer with amqtt's client."""

    own_broker = True

    def __init__(self, world: World, *, responses: int, array: int = 1) -> None:
        super().__init__(world, responses=responses, array=array)
        config = self.folder / "broker.yaml"
        config.write_text(programs.AMQTT_BROKER.format(port=self.port))
        said = self.folder / "broker.log"
        with said.open("ab") as log:
            self._broker = subprocess.Popen(
                [world.installed.program("amqtt"), "-c", config], stdout=log, stderr=log
            )
        until_it_listens(self.port, self._broker, said)

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        script = self.folder / "consumer.py"
        script.write_text(programs.AMQTT_CONSUMER)
        return [self.world.installed.program("python"), script]

    def others(self) -> list[int]:
        """Give the broker's processes."""
        return [self._broker.pid]

    def close(self) -> None:
        """End it and its broker."""
        super().close()
        self._broker.kill()
        self._broker.wait(timeout=20)


class Rabbit(Peer):
    """RabbitMQ with its MQTT plugin, and a consumer with pika that acknowledges what it has committed."""

    own_broker = True
    group = 1

    @property
    def _node(self) -> RabbitCluster:
        if self.world.rabbit is None:
            raise AssertionError("it is started before its first turn")
        return self.world.rabbit

    @property
    def port(self) -> int:
        """Where its messages go."""
        return self._node.ports[0]

    def command(self) -> Sequence[str | Path]:
        """What runs it, with the files it needs written."""
        script = self.folder / "consumer.py"
        script.write_text(programs.PIKA)
        return [self.world.installed.program("python"), script]

    def environment(self) -> dict[str, str]:
        """What it is told by its environment."""
        own = {"PORT": str(self._node.amqp_ports[0]), "GROUP": str(self.group)}
        return super().environment() | own | ({"CONFLICT": " ON CONFLICT DO NOTHING"} if self.has_key else {})

    def others(self) -> list[int]:
        """Give the broker's processes."""
        return [self._node.pid(0)]


class CarefulRabbit(Rabbit):
    """The same, with a key in the table and a commit for a hundred answers."""

    has_key = True
    group = 100


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
