"""Reading back what a kiosk wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.record.attachment import Attachment
from uplink.journal.reader import JournalReader


@dataclass(frozen=True)
class Kept:
    """One record of a journal, with its attachments."""

    seq: int
    kind: str
    fields: dict[str, Any]
    attachments: tuple[Attachment, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        return self.fields["body"]


def records(home: Path, kind: str | None = None) -> list[Kept]:
    """Every record in the journal, in order."""
    entries = JournalReader(home / "journal").read(1, most=1_000_000, most_bytes=1 << 30)
    kept = []
    for entry in entries:
        fields = dict(entry)
        attachments = tuple(attachment for _, attachment in entry.opened_attachments())
        kept.append(Kept(entry.seq, str(fields["kind"]), fields, attachments))
    return [record for record in kept if kind in (None, record.kind)]


def questionnaires(home: Path) -> list[Kept]:
    return [record for record in records(home, "response") if record.body["instrument"] != "pulse"]


def pulses(home: Path) -> list[Kept]:
    return [record for record in records(home, "response") if record.body["instrument"] == "pulse"]
