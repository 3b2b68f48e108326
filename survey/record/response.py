"""A response: what one visitor answered to one instrument, as it stands in a record's body."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey.record.errors import Malformed
from survey.record.record import whole

MAX_ANSWERS = 64


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
    profile: Mapping[str, str] = field(default_factory=dict)
    language: str = "id"
    channel: str = "button"
    """How it was answered: `button`, `touch`, `mixed`."""
    duration_s: int = 0
    outside_hours: bool = False

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
        if self.profile:
            body["profile"] = dict(self.profile)
        if self.outside_hours:
            body["outside_hours"] = True
        return body


def from_body(body: Mapping[str, object]) -> Response:
    """Read a response from a record's body; fields a newer version added are ignored.

    Raises:
        Malformed: a field is missing or of another type (`response_field`).
    """
    answers = body.get("answers")
    if not isinstance(answers, dict) or len(answers) > MAX_ANSWERS:
        raise Malformed("response_field", f"answers is an object of at most {MAX_ANSWERS} elements")
    for key in answers:
        whole(answers, key, lowest=0, code="response_field")
    profile = body.get("profile", {})
    if not isinstance(profile, dict) or not all(isinstance(value, str) for value in profile.values()):
        raise Malformed("response_field", "profile is an object of texts")
    return Response(
        instrument=_text(body, "instrument"),
        version=_text(body, "version"),
        answers=answers,
        complete=_flag(body, "complete"),
        visit=whole(body, "visit", lowest=0, code="response_field"),
        ended=_text(body, "ended"),
        ended_at=_text(body, "ended_at") if "ended_at" in body else None,
        service=_text(body, "service") if "service" in body else None,
        profile=profile,
        language=_text(body, "language"),
        channel=_text(body, "channel"),
        duration_s=whole(body, "duration_s", lowest=0, code="response_field"),
        outside_hours=_flag(body, "outside_hours") if "outside_hours" in body else False,
    )


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or len(value) > 64:
        raise Malformed("response_field", f"{key} is a text of at most 64 characters")
    return value


def _flag(body: Mapping[str, object], key: str) -> bool:
    value = body.get(key)
    if not isinstance(value, bool):
        raise Malformed("response_field", f"{key} is true or false")
    return value
