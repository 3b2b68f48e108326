"""`ikm-collector web-files`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.people.trail import console_user
from collector.trust import certificates, keyholder, keys
from collector.trust.kinds import Errand

_CONFIG = """\
# nginx before the collector: TLS ends here. For another certificate, change the two paths.
# Nobody needs more than this, also where a whole office goes out by one address.
limit_req_zone $binary_remote_addr zone=ikm_asked:10m rate=30r/s;
limit_conn_zone $binary_remote_addr zone=ikm_open:10m;
server {{
    listen 443 ssl;
    server_name {host};
    ssl_certificate {folder}/server.crt;
    ssl_certificate_key {folder}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    client_max_body_size 4m;
    proxy_set_header Host $host;
    # The collector believes this header: whatever a stranger sends in it is replaced.
    proxy_set_header X-Forwarded-Proto https;
    proxy_read_timeout 75s;
    limit_req zone=ikm_asked burst=300 nodelay;
    limit_conn ikm_open 100;
    server_tokens off;
    # Addresses of pages hold one-time links and tickets, and a log has who asked for them beside.
    access_log off;
    error_log /var/log/nginx/error.log crit;
    location / {{
        proxy_pass http://127.0.0.1:{port};
    }}
    # Packages for kiosks: public files, signed by a key of their own (packaging/repository).
    location /apt/ {{
        alias /var/lib/ikm-packages/;
    }}
    # Officers send photos of what was done.
    location ~ ^(/en)?/meja/ {{
        client_max_body_size 9m;
        proxy_pass http://127.0.0.1:{port};
    }}
}}
"""
_NEXT = """\
now, as root: cp {folder}/nginx.conf /etc/nginx/sites-enabled/ikm.conf && systemctl reload nginx
and for the collector: IKM_PUBLIC_URL=https://{host}"""


class Command(CollectorCommand):
    """Write what an nginx before the pages needs."""

    help = (
        "Write a certificate of the collector's own authority and a configuration for an nginx with TLS before the pages "
        "and the kiosks' HTTPS door into a folder. Repeated, it renews the certificate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument("out", type=Path, metavar="FOLDER", help="where the files go")
        parser.add_argument(
            "--host", required=True, help="the name or address by which kiosks and people reach it"
        )
        parser.add_argument("--port", type=int, default=8000, help="where `serve` listens")

    def run(self, options: dict[str, Any]) -> str | None:
        """Write the files."""
        folder: Path = options["out"].resolve()
        host: str = options["host"]
        try:
            certificates.certify_server(
                keyholder.held(),
                settings.IKM_KEYS,
                name=host,
                target=folder,
                errand=Errand(console_user(), "the certificate of the proxy before the pages"),
            )
            text = _CONFIG.format(folder=folder, host=host, port=options["port"])
            keys.write_public(folder / "nginx.conf", text)
        except OSError as error:
            raise CollectorError("not_writable", path=folder, reason=error.strerror) from error
        return _NEXT.format(folder=folder, host=host)
