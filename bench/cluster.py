"""Three RabbitMQ nodes on this machine, with the MQTT plugin and quorum queues: what `docs/growing.md` describes, to try it.

    python -m bench.cluster          start it, print where it listens, and wait for Ctrl-C

Needs Debian's package `rabbitmq-server`. Everything lies in a temporary folder, listens on loopback, and ends with the program.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
mqtt.listeners.tcp.1 = 127.0.0.1:{mqtt}
mqtt.allow_anonymous = true
mqtt.vhost = /
mqtt.exchange = amq.topic
# With the default, a session is gone for as long as the node is that keeps it.
mqtt.durable_queue_type = quorum
# How many messages may wait for the collector's acknowledgement: it commits groups.
mqtt.prefetch = 1000
cluster_formation.peer_discovery_backend = classic_config
{nodes}
cluster_partition_handling = pause_minority
loopback_users = none
"""
NODES = 3
_START_SECONDS = 240


class RabbitCluster:
    """Three nodes, or another number; `ports` are their MQTT ports, by number of the node, and `amqp_ports` those of AMQP."""

    def __init__(self, nodes: int = NODES) -> None:
        found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))
        if not found:
            raise SystemExit(
                "RabbitMQ is not installed; install it with: sudo apt-get install rabbitmq-server"
            )
        self._programs = found[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="ikm-rabbit-"))
        self._epmd = _free()
        self._numbers = [(_free(), _free(), _free()) for _ in range(nodes)]
        self.ports = [mqtt for _, mqtt, _ in self._numbers]
        self.amqp_ports = [amqp for amqp, _, _ in self._numbers]
        self._nodes: list[subprocess.Popen[bytes] | None] = [None] * nodes
        (self._folder / ".erlang.cookie").write_text("only-for-this")
        (self._folder / ".erlang.cookie").chmod(0o400)

    def __enter__(self) -> Self:
        for number in range(len(self._nodes)):
            self.start(number)
        for number in range(len(self._nodes)):
            self.wait(number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(len(self._nodes)):
            self.kill(number)
        subprocess.run(["epmd", "-port", str(self._epmd), "-kill"], capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, number: int) -> None:
        """Start a node; `wait` waits until it serves."""
        home = self._folder / f"node-{number}"
        home.mkdir(exist_ok=True)
        amqp, mqtt, _ = self._numbers[number]
        nodes = "\n".join(
            f"cluster_formation.classic_config.nodes.{one} = ikm{one}@localhost"
            for one in range(1, len(self._nodes) + 1)
        )
        (home / "rabbitmq.conf").write_text(CONFIG.format(amqp=amqp, mqtt=mqtt, nodes=nodes))
        (home / "plugins").write_text("[rabbitmq_mqtt].\n")
        with (home / "log").open("ab") as log:
            self._nodes[number] = subprocess.Popen(
                [self._programs / "rabbitmq-server"],
                env=self._environment(number),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, number: int) -> None:
        """Wait until a node takes MQTT connections."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.ports[number]), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise SystemExit((self._folder / f"node-{number}" / "log").read_text()[-4000:]) from None
                time.sleep(0.5)
            else:
                return

    def kill(self, number: int) -> None:
        """Take a node's power away."""
        node, self._nodes[number] = self._nodes[number], None
        if node is not None:
            os.killpg(node.pid, signal.SIGKILL)
            node.wait()

    def pid(self, number: int) -> int:
        """Give the number of a node's process, from which all others of it come."""
        node = self._nodes[number]
        if node is None:
            raise AssertionError(f"node {number} is not running")
        return node.pid

    def leader(self, queue: str) -> str:
        """Give the node that leads a queue, such as `ikm2@localhost`."""
        alive = next(number for number, node in enumerate(self._nodes) if node is not None)
        done = subprocess.run(
            [self._programs / "rabbitmqctl", "-q", "list_queues", "name", "type", "leader"],
            env=self._environment(alive),
            capture_output=True,
            text=True,
            check=True,
        )
        for line in done.stdout.splitlines():
            name, kind, leader, *_ = [*line.split("\t"), "", ""]
            if name == queue:
                if kind != "quorum":
                    raise AssertionError(f"{queue} is a {kind} queue")
                return leader
        raise AssertionError(done.stdout)

    def _environment(self, number: int) -> dict[str, str]:
        home = self._folder / f"node-{number}"
        amqp, _, between = self._numbers[number]
        return os.environ | {
            "HOME": str(self._folder),
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"ikm{number + 1}@localhost",
            "RABBITMQ_NODE_PORT": str(amqp),
            "RABBITMQ_DIST_PORT": str(between),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        }


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Start it and wait; told to end, it ends its nodes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with RabbitCluster() as cluster:
        print("MQTT 3.1.1 at " + " ".join(f"mqtt://127.0.0.1:{port}" for port in cluster.ports))
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
