"""The MQTT topics, under one root, so that a broker's access rules can be written once."""

ROOT = "ikm/v1"


def up(kiosk: str) -> str:
    """Where a kiosk publishes batches."""
    return f"{ROOT}/{kiosk}/up"


def down(kiosk: str) -> str:
    """Where the collector publishes receipts, retained."""
    return f"{ROOT}/{kiosk}/down"


def state(kiosk: str) -> str:
    """Where a kiosk's birth, health and last will are retained."""
    return f"{ROOT}/{kiosk}/state"


def settings(kiosk: str) -> str:
    """Where the collector publishes signed settings, retained."""
    return f"{ROOT}/{kiosk}/settings"


def tickets(kiosk: str) -> str:
    """Where the collector publishes how the complaints at the kiosk's unit stand, retained."""
    return f"{ROOT}/{kiosk}/tickets"


def log(kiosk: str) -> str:
    """Where the collector publishes how far its log is, retained."""
    return f"{ROOT}/{kiosk}/log"


def kiosk_of(topic: str) -> str:
    """Give the kiosk a topic of ours belongs to, or an empty text."""
    parts = topic.split("/")
    return parts[2] if len(parts) == 4 and topic.startswith(f"{ROOT}/") else ""
