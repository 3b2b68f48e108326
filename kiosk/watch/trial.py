"""Whether this version is on trial (`packaging/switch`), so that the screen can say what the short darkness is for."""

from pathlib import Path

NOTE = Path("/var/lib/ikm-kiosk-switch/trial")


def on_trial(note: Path = NOTE) -> str:
    """Give the version that is being tried; nothing where none is."""
    try:
        return note.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
