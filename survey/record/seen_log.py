"""What a kiosk tells of the collector's log in its own records."""

from typing import NamedTuple

from survey.record.fields import Fields
from survey.record.record import ALIVE

_MOST = 200


class SeenLog(NamedTuple):
    """A checkpoint of the collector's log as a kiosk saw it, with the log's own signature: it can be shown to anybody."""

    origin: str
    size: int
    root: str
    """Hexadecimal."""
    signature: str
    """Of the log over the checkpoint, in base64."""

    @classmethod
    def from_fields(cls, value: object) -> "SeenLog":
        """Read it.

        Raises:
            Malformed: it is none (`alive_field`).
        """
        fields = Fields(ALIVE, value if isinstance(value, dict) else {})
        return cls(
            fields.text("origin", limit=_MOST),
            fields.whole("size"),
            fields.text("root", limit=_MOST),
            fields.text("signature", limit=_MOST),
        )
