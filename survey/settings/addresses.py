"""Where a kiosk's broker and its collector are, as signed settings say it: one line of text each. Pure."""

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

BROKER = "broker"
COLLECTOR = "collector"
_PORTS = {"mqtts": 8883, "mqtt": 1883}
_MOST = 200


class BrokerAddress(NamedTuple):
    """A broker."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def read_broker(value: object) -> BrokerAddress:
    """Read `mqtts://HOST` or `mqtts://HOST:PORT`.

    Raises:
        ValueError: it is none.
    """
    parts, port = _parts(value, tuple(_PORTS))
    if parts is None or parts.path:
        raise ValueError("broker is an address such as mqtts://broker.example:8883")
    return BrokerAddress(parts.hostname or "", port or _PORTS[parts.scheme], parts.scheme == "mqtts")


def read_collector(value: object) -> str:
    """Read `https://HOST`, with a port or a path where there is one; gives it without a stroke at its end.

    Raises:
        ValueError: it is none.
    """
    parts, _ = _parts(value, ("https", "http"))
    if parts is None:
        raise ValueError("collector is an address such as https://ikm.example.go.id")
    return str(value).rstrip("/")


def is_worse(new: str, enrolled: str) -> bool:
    """Tell whether an address gives up the encryption that the kiosk was enrolled with."""
    return enrolled.startswith(("mqtts:", "https:")) and not new.startswith(("mqtts:", "https:"))


def _parts(value: object, schemes: tuple[str, ...]) -> tuple[SplitResult | None, int | None]:
    """Take an address apart; None where it is none, or carries a name, a password, a question or a mark."""
    if not isinstance(value, str) or len(value) > _MOST or not value.isascii() or not value.isprintable():
        return None, None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return None, None
    plain = parts.scheme in schemes and parts.hostname and "@" not in parts.netloc and " " not in value
    if not plain or parts.query or parts.fragment or port == 0:
        return None, None
    return parts, port
