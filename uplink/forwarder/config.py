"""What can be set of the uplink; every value has a default that suits a village with a mobile connection.

The defaults stand here and nowhere else: the classes of this package take what they need without any.
"""

from pathlib import Path
from typing import NamedTuple


class UplinkConfig(NamedTuple):
    """Settings of the uplink process. The kiosk's configuration file fills it from its `[uplink]` table."""

    mqtt_version: int = 5
    """5, or 3 for brokers that know only MQTT 3.1.1."""
    keep_alive_seconds: int = 900
    """How long a silent connection may stay silent; every ping costs about 200 bytes."""
    connect_seconds: float = 10.0
    """How long connecting may take, on either transport."""
    max_message_bytes: int = 200_000
    """The longest message over MQTT; a broker may name a lower limit of its own."""
    window: int = 4
    """Batches under way at once over MQTT."""
    max_batch_records: int = 1_000
    patience_seconds: float = 10.0
    """How long a receipt may take before the records are sent again; it doubles each time."""
    patience_cap_seconds: float = 600.0
    """How long it grows at most."""
    lazy_seconds: float = 3_600.0
    """Records nobody waits for (`alive`, `staff`) go along with answers, or after this time."""
    report_seconds: float = 3_600.0
    """How often health is reported."""
    mqtt_failures_before_https: int = 3
    mqtt_again_seconds: float = 600.0
    """How often MQTT is tried while HTTPS serves."""
    https_message_bytes: int = 1_000_000
    """The longest batch over HTTPS; a collector or proxy that takes less says so."""
    https_read_seconds: float = 20.0
    """How long an answer over HTTPS may pause."""
    https_deadline_seconds: float = 30.0
    """How long an exchange over HTTPS may take in all, from the resolver to the last byte."""
    https_settings_seconds: float = 300.0
    """How often the settings are asked for while HTTPS serves; over MQTT they come by themselves."""
    reconnect_first_seconds: float = 5.0
    reconnect_cap_seconds: float = 300.0
    usb_folders: tuple[Path, ...] = ()
    """Mount points to look for a stick at; `/media/*` style patterns are allowed in the last part."""


class Pace(NamedTuple):
    """How fast the courier goes; `UplinkConfig` explains each and holds the defaults."""

    max_batch_records: int
    patience_seconds: float
    patience_cap_seconds: float
    lazy_seconds: float
    report_seconds: float
    failures_before_fallback: int
    return_seconds: float
    reconnect_first_seconds: float
    reconnect_cap_seconds: float
