"""One kiosk's word about itself, as the door of the heartbeats hears it."""

from collector.evidence.doors import heartbeat


def hear(kiosk: str, payload: bytes, *, now_ms: int) -> str | None:
    """Have the collector hear a state message; gives a refusal's code where it cannot be taken, else None."""
    return heartbeat.hear_all({kiosk: payload}, now_ms=now_ms).refused.get(kiosk)
