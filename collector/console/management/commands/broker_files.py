"""`ikm-collector broker-files`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.fleet import revoked
from collector.people.trail import console_user
from collector.trust import certificates, keyholder, keys
from collector.trust.kinds import Errand
from survey.wire import topics

_CONFIG = """\
# For /etc/mosquitto/conf.d, beside Debian's own file, which keeps the broker's state and its log.
# Every client shows a certificate, and its name decides what it may do.
listener 8883
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
require_certificate true
crlfile {folder}/crl.pem
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/acl
autosave_interval 60
max_connections 100000
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
pattern read {topics.tickets("%u")}
pattern read {topics.log("%u")}

user collector
topic read {topics.up("+")}
topic readwrite {topics.state("+")}
topic write {topics.down("+")}
topic write {topics.settings("+")}
topic write {topics.tickets("+")}
topic write {topics.log("+")}
"""

_NEXT = """\
now, as root: cp {folder}/mosquitto.conf /etc/mosquitto/conf.d/ikm.conf && systemctl restart mosquitto
and for the collector: IKM_BROKER_URL=mqtts://{host}:8883"""


class Command(CollectorCommand):
    """Write what a Mosquitto broker needs."""

    help = "Write certificates, access rules and a configuration for Debian's Mosquitto, with TLS, into a folder. Repeated, it renews the certificate."

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
            certificates.certify_server(
                keyholder.held(),
                settings.IKM_KEYS,
                name=options["host"],
                target=folder,
                errand=Errand(console_user(), "the broker's certificate"),
            )
            errand = Errand(console_user(), "the list of ended certificates for the broker")
            keys.replace_public(folder / "crl.pem", revoked.signed_list(errand))
            keys.write_public(folder / "acl", _ACL)
            keys.write_public(folder / "mosquitto.conf", _CONFIG.format(folder=folder))
            for name in ("server.key", "acl"):  # the broker has given up its rights when it reads them
                keys.lend(folder / name, "mosquitto")
        except OSError as error:
            raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
        return _NEXT.format(folder=folder, host=options["host"])
