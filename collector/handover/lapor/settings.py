"""Whether the adapter is on, and with what: from the environment, off without an address (`docs/handover.md` lists the variables)."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from collector.errors import CollectorError
from collector.handover.lapor.line import Timeouts

JSON, XML = "json", "xml"
_SEND_PATHS = {JSON: "", XML: "/api/stream/addstream"}
"""The one path that is known; for the others whoever switches the adapter on has the documentation."""
_AT_HOME = ("localhost", "127.0.0.1", "::1")


class Settings(NamedTuple):
    """An adapter that is on."""

    dialect: str
    send_url: str
    poll_url: str
    """Empty where nobody knows how to ask: states come by file then."""
    token_file: Path
    timeouts: Timeouts

    def token(self) -> str:
        """Give the token; it is read each time, so that a new one needs no restart.

        Raises:
            CollectorError: it cannot be read (`lapor_token`).
        """
        try:
            token = self.token_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CollectorError("lapor_token", path=self.token_file) from error
        if not token or not token.isprintable():
            raise CollectorError("lapor_token", path=self.token_file)
        return token


def in_force() -> Settings:
    """Give the adapter's settings.

    Raises:
        CollectorError: it is off (`lapor_off`), or its settings make no sense (`lapor_settings`).
    """
    base = settings.IKM_LAPOR_URL.rstrip("/")
    if not base:
        raise CollectorError("lapor_off")
    dialect = settings.IKM_LAPOR_DIALECT
    parts = urlsplit(base)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _AT_HOME)
    send_path = settings.IKM_LAPOR_SEND_PATH or _SEND_PATHS.get(dialect, "")
    poll_path = settings.IKM_LAPOR_POLL_PATH
    for name, good in (
        ("IKM_LAPOR_URL", secure),
        ("IKM_LAPOR_DIALECT", dialect in _SEND_PATHS),
        ("IKM_LAPOR_SEND_PATH", send_path.startswith("/")),
        ("IKM_LAPOR_POLL_PATH", poll_path.startswith("/") or not poll_path),
        ("IKM_LAPOR_TOKEN_FILE", bool(settings.IKM_LAPOR_TOKEN_FILE)),
    ):
        if not good:
            raise CollectorError("lapor_settings", name=name)
    return Settings(
        dialect=dialect,
        send_url=base + send_path,
        poll_url=base + poll_path if poll_path else "",
        token_file=Path(settings.IKM_LAPOR_TOKEN_FILE),
        timeouts=Timeouts(5, settings.IKM_LAPOR_TIMEOUT_S),
    )
