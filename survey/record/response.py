"""A response: what one visitor answered to one instrument, as it stands in a record's body."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from survey.record.fields import Fields
from survey.record.record import RESPONSE

MAX_ANSWERS = 64
TYPED = "petugas"
"""The channel of what staff typed in from paper: no hand of a respondent pressed anything."""
CHANNELS = frozenset({"button", "touch", "mixed", TYPED})
SALT_BYTES = 16


def new_salt(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Give a fresh salt; `random(n)` gives n random bytes."""
    return base64.b64encode(random(SALT_BYTES)).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Response:
    """One visitor's answers, under element keys, never under question numbers."""

    instrument: str
    version: str
    answers: Mapping[str, int]
    complete: bool
    """Whether every element of the instrument was answered; only complete responses enter an index."""
    visit: int
    """Number of the visit in its boot; the pulse and the questionnaire of one visit share it."""
    ended: str = "finished"
    """How the visit ended: `finished`, `declined`, `timeout`, `staff`."""
    ended_at: str | None = None
    """The element that was on the screen when the visit broke off."""
    service: str | None = None
    unit: str = ""
    """The unit that the service belongs to, where that is another one than the kiosk's own: tallies are told apart by it."""
    place: str = ""
    """The code of the place where it was given, where staff has moved the kiosk between its unit's places; else it is where the collector says."""
    profile: Mapping[str, str] = field(default_factory=dict)
    language: str = "id"
    channel: str = "button"
    """How it was answered: `button`, `touch`, `mixed`, or `petugas` where staff typed it in from paper."""
    duration_s: int = 0
    """Seconds it took; 0 where nobody saw how long, as with what was typed in."""
    outside_hours: bool = False
    salt: str = ""
    """Sixteen fresh random bytes in base64: nobody can guess the record back from its link, which may become public."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body; what has its ordinary value is left out."""
        body: dict[str, object] = {
            "instrument": self.instrument,
            "version": self.version,
            "answers": dict(self.answers),
            "complete": self.complete,
            "visit": self.visit,
            "ended": self.ended,
            "language": self.language,
            "channel": self.channel,
            "duration_s": self.duration_s,
        }
        if self.ended_at is not None:
            body["ended_at"] = self.ended_at
        if self.service is not None:
            body["service"] = self.service
        if self.unit:
            body["unit"] = self.unit
        if self.place:
            body["place"] = self.place
        if self.profile:
            body["profile"] = dict(self.profile)
        if self.outside_hours:
            body["outside_hours"] = True
        if self.salt:
            body["salt"] = self.salt
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Response":
        """Read a response from a record's body; fields a newer version added are ignored.

        Raises:
            Malformed: a field is missing or of another type (`response_field`).
        """
        fields = Fields(RESPONSE, body)
        return cls(
            instrument=fields.text("instrument"),
            version=fields.text("version"),
            answers=fields.counts("answers", most=MAX_ANSWERS),
            complete=fields.flag("complete"),
            visit=fields.whole("visit"),
            ended=fields.text("ended"),
            ended_at=fields.optional_text("ended_at"),
            service=fields.optional_text("service"),
            unit=fields.text_or("unit", ""),
            place=fields.text_or("place", ""),
            profile=fields.words("profile", most=MAX_ANSWERS),
            language=fields.text("language"),
            channel=fields.text("channel"),
            duration_s=fields.whole("duration_s"),
            outside_hours=fields.flag_or("outside_hours", default=False),
            salt=fields.text_or("salt", ""),
        )
