"""`ikm-collector serve`."""

import secrets
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.complaints import retention
from collector.console.command import CollectorCommand
from collector.console.serving import PatientWorker, Server
from collector.errors import CollectorError
from collector.trust.keys import write_secret


class Command(CollectorCommand):
    """Serve pages, API and the kiosks' HTTP door."""

    help = "Serve the pages, the API and the kiosks' HTTP door. Put a proxy with TLS before it, or let it listen on loopback."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
        parser.add_argument("--workers", type=int, default=2, help="processes (2)")
        parser.add_argument("--threads", type=int, default=8, help="requests a process handles at once (8)")

    def run(self, options: dict[str, Any]) -> str | None:
        """Serve until stopped."""
        _check_free(options["host"], options["port"])
        _ensure_session_key(settings.IKM_OWN)
        retention.replay(clock.now())  # before any page opens
        host = f"[{options['host']}]" if ":" in options["host"] else options["host"]
        self.stdout.write(f"serving http://{host}:{options['port']}/ until stopped")
        self.stdout.flush()
        Server(
            {
                "bind": f"{options['host']}:{options['port']}",
                "workers": options["workers"],
                "threads": options["threads"],
                "worker_class": PatientWorker,
                "worker_tmp_dir": None,
                "loglevel": "warning",
                "proc_name": "ikm-collector",
                "max_requests": 0,
                "control_socket_disable": True,
                "limit_request_line": 4094,
                "timeout": 60,
            }
        ).run()
        return None


def _ensure_session_key(folder: Path) -> None:
    """Make the key of sessions and forms where it is missing: it is the pages' own, and nobody else reads it.

    Raises:
        CollectorError: it cannot be written.
    """
    path = folder / "django.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if write_secret(path, lambda: secrets.token_urlsafe(48).encode()):
            settings.SECRET_KEY = path.read_text()
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error


def _check_free(host: str, port: int) -> None:
    """Say in one sentence what gunicorn would say in ten lines and as many seconds.

    Raises:
        CollectorError: nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CollectorError("port_taken", host=host, port=port, reason=error.strerror) from error
