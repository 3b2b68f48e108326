"""`ikm-collector broker-files`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.trust import ca
from survey.wire import topics

_CONFIG = """\
# Mosquitto for satisfaction kiosks: every client shows a certificate, and its name decides what it may do.
listener 8883
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/acl
persistence true
autosave_interval 60
max_connections 12000
max_packet_size 1048576
max_inflight_messages 0
max_queued_messages 100000
max_queued_bytes 268435456
persistent_client_expiration 1d
set_tcp_nodelay true
"""
_ACL = f"""\
pattern write {topics.up("%u")}
pattern write {topics.state("%u")}
pattern read {topics.down("%u")}
pattern read {topics.settings("%u")}

user collector
topic read {topics.up("+")}
topic read {topics.state("+")}
topic write {topics.down("+")}
topic write {topics.settings("+")}
"""


class Command(CollectorCommand):
    """Write what a Mosquitto broker needs."""

    help = (
        "Write certificates, access rules and a configuration for a Mosquitto broker with TLS into a folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("out", type=Path, metavar="FOLDER", help="where the files go")
        parser.add_argument(
            "--host", required=True, help="the name or address by which kiosks reach the broker"
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Write the files."""
        folder: Path = options["out"].resolve()
        try:
            ca.certify_server(settings.IKM_KEYS, name=options["host"], target=folder)
            (folder / "acl").write_text(_ACL)
            (folder / "mosquitto.conf").write_text(_CONFIG.format(folder=folder))
        except OSError as error:
            raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
        return f"{folder}/mosquitto.conf; set IKM_BROKER_URL=mqtts://{options['host']}:8883 for the collector"
