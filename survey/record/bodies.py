"""What stands in a record, by kind: one value a kind, written by the kiosk and read by the collector through the same class.

`response`, `complaint` and `tally` have modules of their own; the small ones are here. `docs/wire-format.md` describes every field;
a test holds it to these classes. What has its ordinary value is left out of a body: bytes cost money on a mobile network.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from survey.record.complaint import Addition, Complaint
from survey.record.fields import Fields
from survey.record.predecessors import Chain, chain_from_fields, chain_to_list
from survey.record.record import (
    ADDITION,
    ALIVE,
    BOOT,
    CARRIED,
    CLOCK,
    COMPLAINT,
    MAX_LINE_BYTES,
    RESPONSE,
    SETTINGS,
    STAFF,
    TALLY,
)
from survey.record.response import Response
from survey.record.staff import Staff
from survey.record.tally import TallyTold

ALIVE_EVERY_SECONDS = 900
"""How often a kiosk in service writes an `alive` record; service minutes are counted by it."""
_MAX_SIGNATURE = 88
MAX_REASON = 300
"""Longest sentence of a refusal."""


class Body(Protocol):
    """What every body can do; `from_body` of the class reads what this writes."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        ...


UNCERTAIN = "uncertain"


class Boot(NamedTuple):
    """`boot`: the program has started; the first record of every start, and so of every stream."""

    software: str
    """Version of the program."""
    hardware: str = ""
    """The machine's kind, as `aarch64`."""
    predecessors: Chain = ()
    """The streams before this one, the nearest first; empty says that there is none under this key. The same in every boot of a stream."""
    uncertain: bool = False
    """Whether the run before ended without a word: records that it wrote in its last seconds may be gone, and nothing tells."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body; the predecessors are always named, were it by an empty list."""
        before = chain_to_list(self.predecessors)
        body: dict[str, object] = {
            "software": self.software,
            "hardware": self.hardware,
            "predecessors": before,
        }
        return body | {UNCERTAIN: True} if self.uncertain else body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Boot":
        """Read it.

        Raises:
            Malformed: a field is of another type (`boot_field`).
        """
        fields = Fields(BOOT, body)
        return cls(
            software=fields.text("software"),
            hardware=fields.text_or("hardware", ""),
            predecessors=chain_from_fields(fields, "predecessors"),
            uncertain=fields.flag_or(UNCERTAIN, default=False),
        )


class ClockNews(NamedTuple):
    """`clock`: what became known of the wall clock; its record anchors the times of the boot."""

    source: str
    """`ntp` or `receipt`."""
    reason: str
    """`sync` (it became trusted) or `jump` (it was set)."""
    was_ms: int | None = None
    """For a jump: what the clock showed, extrapolated to now, in milliseconds since 1970 UTC."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {"source": self.source, "reason": self.reason}
        return body if self.was_ms is None else body | {"was_ms": self.was_ms}

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "ClockNews":
        """Read it.

        Raises:
            Malformed: a field is of another type (`clock_field`).
        """
        fields = Fields(CLOCK, body)
        return cls(
            source=fields.text("source"),
            reason=fields.text("reason"),
            was_ms=fields.optional_whole("was_ms", lowest=-(2**53)),
        )


DARK = "dark"
"""What an `alive` record says is shown where no screen shows anything: that is no time in service."""
IN_TRAINING = "training"
"""What it says of a kiosk on which staff trains: what is pressed then counts for nothing, and so does the time."""
MOST_TROUBLES = 16


class Alive(NamedTuple):
    """`alive`: every `ALIVE_EVERY_SECONDS`, what the screen shows and what was counted since the last one."""

    screen: str
    """The step of the visit that is shown (`survey.visit.state.Step`), or `DARK`."""
    open: bool = True
    """Whether the unit is open by the hours the kiosk knows."""
    presses: int = 0
    """Presses and touches that were taken."""
    visits: int = 0
    asked: int = 0
    """Invitations to the questionnaire shown."""
    answered: int = 0
    """Complete questionnaires."""
    rejected: Mapping[str, int] = MappingProxyType({})
    """Presses that were not taken, by reason."""
    stuck: tuple[int, ...] = ()
    """Buttons that do not come up."""
    troubles: tuple[str, ...] = ()
    """Codes of what is wrong, most serious first; no more than `MOST_TROUBLES` are told."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "screen": self.screen,
            "open": self.open,
            "presses": self.presses,
            "visits": self.visits,
            "asked": self.asked,
            "answered": self.answered,
            "rejected": dict(sorted(self.rejected.items())),
        }
        lists = {"stuck": list(self.stuck), "troubles": list(self.troubles[:MOST_TROUBLES])}
        return body | {name: entries for name, entries in lists.items() if entries}

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Alive":
        """Read it.

        Raises:
            Malformed: a field is of another type (`alive_field`).
        """
        fields = Fields(ALIVE, body)
        return cls(
            screen=fields.text("screen"),
            open=fields.flag_or("open", default=True),
            presses=fields.whole_or("presses", 0),
            visits=fields.whole_or("visits", 0),
            asked=fields.whole_or("asked", 0),
            answered=fields.whole_or("answered", 0),
            rejected=fields.counts("rejected", most=32),
            stuck=fields.wholes("stuck", most=16),
            troubles=fields.texts("troubles", most=MOST_TROUBLES),
        )


class SettingsTold(NamedTuple):
    """`settings`: what became of a version of the collector's settings on this kiosk."""

    version: int
    applied: bool
    key: str = ""
    """Where it was refused: the key that made no sense."""
    refused: str = ""
    """Where it was refused: why, for people."""
    unknown: tuple[str, ...] = ()
    """Keys that this version of the program does not know; the others were applied."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {"version": self.version, "applied": self.applied}
        if self.refused:
            body |= {"key": self.key, "refused": self.refused[:MAX_REASON]}
        return body | {"unknown": list(self.unknown)} if self.unknown else body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "SettingsTold":
        """Read it.

        Raises:
            Malformed: a field is of another type (`settings_field`).
        """
        fields = Fields(SETTINGS, body)
        return cls(
            version=fields.whole("version"),
            applied=fields.flag("applied"),
            key=fields.text_or("key", ""),
            refused=fields.text_or("refused", "", limit=MAX_REASON),
            unknown=fields.texts("unknown", most=64),
        )


class Carried(NamedTuple):
    """`carried`: a record of a former stream, word for word, which the collector may never have received there.

    With the link before it and the kiosk's signature it proves its own place. A collector that holds the same record under
    its former number counts it once.
    """

    stream: str
    """The stream it was written in."""
    prev: str
    """The link before it there, in base64 without padding."""
    signature: str
    """The kiosk's signature of the head it made there, in base64 without padding."""
    line: str
    """The record's line, unchanged: its number and kind are in it."""
    attached: Mapping[str, str] = MappingProxyType({})
    """What its body says of attachments; they travel beside this record, under this record's number."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "stream": self.stream,
            "prev": self.prev,
            "signature": self.signature,
            "line": self.line,
        }
        return body | {"attached": dict(sorted(self.attached.items()))} if self.attached else body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Carried":
        """Read it.

        Raises:
            Malformed: a field is of another type (`carried_field`).
        """
        fields = Fields(CARRIED, body)
        return cls(
            stream=fields.text("stream"),
            prev=fields.text("prev"),
            signature=fields.text("signature", limit=_MAX_SIGNATURE),
            line=fields.text("line", limit=MAX_LINE_BYTES),
            attached=fields.words("attached", most=8),
        )


BODIES: Mapping[str, type] = MappingProxyType(
    {
        BOOT: Boot,
        CLOCK: ClockNews,
        RESPONSE: Response,
        COMPLAINT: Complaint,
        ADDITION: Addition,
        ALIVE: Alive,
        STAFF: Staff,
        SETTINGS: SettingsTold,
        CARRIED: Carried,
        TALLY: TallyTold,
    }
)
"""The class of each kind's body. A collector keeps records of kinds it does not know as evidence, and goes on."""
