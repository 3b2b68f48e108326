"""Where the peers of `bench.peers` are: a folder of their own outside the project, filled when somebody asks for it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PYTHON = (
    "mqttwarn==0.36.1", "psycopg2-binary==2.9.13", "amqtt==0.12.1", "pika==1.4.4", "psycopg[binary]==3.3.9",
)  # fmt: skip
NODE = ("node-red@4.1.15", "pg@8.23.1", "aedes@1.2.0")


def default_folder() -> Path:
    """Give where they are put where nobody says: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ikm-bench-peers"


@dataclass(frozen=True)
class Installed:
    """What of them is there."""

    folder: Path

    def program(self, name: str) -> Path:
        """Give a program of the Python ones."""
        return self.folder / "python" / "bin" / name

    @property
    def modules(self) -> Path:
        """The folder of the Node ones."""
        return self.folder / "node_modules"

    def missing(self) -> dict[str, str]:
        """Give what is not there, and by what it would be."""
        ours = "python -m bench.peers --install"
        lacking = {name: ours for name in ("mqttwarn", "amqtt") if not self.program(name).exists()}
        lacking |= {
            name: f"sudo apt-get install nodejs npm, then {ours}"
            for name, module in (("Node-RED", "node-red"), ("aedes", "aedes"))
            if shutil.which("node") is None or not (self.modules / module).exists()
        }
        if not list(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin")):
            lacking["RabbitMQ"] = "sudo apt-get install rabbitmq-server"
        elif not list((self.folder / "python").glob("lib/*/site-packages/pika")):
            lacking["RabbitMQ"] = ours
        return lacking


def install(folder: Path) -> None:
    """Fill the folder from the registries of Python and Node; what Debian has is left to the machine's owner."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "python"], check=True)
    subprocess.run([folder / "python" / "bin" / "pip", "install", "--quiet", *PYTHON], check=True)
    if shutil.which("npm") is None:
        print("npm is not installed: Node-RED and aedes are left out", file=sys.stderr)
        return
    (folder / "package.json").write_text("{}\n")
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, *NODE], cwd=folder, check=True)
