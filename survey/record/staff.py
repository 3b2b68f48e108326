"""What a `staff` record says: something was done at the staff's desk, or the kiosk did by itself what else staff would."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from survey.record.fields import Fields
from survey.record.record import STAFF

OPENED = "opened"
CLOSED = "closed"
LOCKED = "locked"
TESTED = "test"
RESTARTED = "restart"
EXPORTED = "export"
EXPORT_FAILED = "export_failed"
SENT = "sent"
ASSISTING = "assist"
HOURS_SET = "hours"
PLACE_SET = "place"
WIFI_JOINED = "wifi"
TRAINING = "training"
TRAINING_ENDED = "training_ended"
CASE_OPENED = "case_opened"
CASE_CHECKED = "case_checked"
WRONG_PIN = "wrong_pin"
STORAGE_RESTORED = "storage_restored"
STAFF_ACTIONS = frozenset(
    {
        OPENED, CLOSED, LOCKED, TESTED, RESTARTED, EXPORTED, EXPORT_FAILED, SENT, ASSISTING, HOURS_SET, PLACE_SET, WIFI_JOINED,
        TRAINING, TRAINING_ENDED, CASE_OPENED, CASE_CHECKED, WRONG_PIN, STORAGE_RESTORED,
    }
)  # fmt: skip
"""What staff, and the kiosk by itself, can do (`Staff.action`)."""
WITHOUT_STAFF = frozenset({WRONG_PIN, STORAGE_RESTORED, CASE_OPENED, TRAINING_ENDED})
"""Actions that anybody can do, or the kiosk by itself: they prove nobody of the staff at the kiosk."""


class Staff(NamedTuple):
    """`staff`: something was done at the staff's desk, or the kiosk did by itself what else staff would."""

    action: str
    """One of `STAFF_ACTIONS`; a newer version may know more."""
    records: int | None = None
    """For `export`: how many records went onto the stick; for `sent`: how many waited, which the collector now has."""
    buttons: tuple[int, ...] = ()
    """For `test`: the buttons that were tried and work."""
    touch: bool | None = None
    """For `test`: whether a touch arrived."""
    code_read: bool | None = None
    """For `test`: whether somebody's telephone read the code on the screen; None where nobody tried."""
    place: str = ""
    """For `place`: the code of the place it stands at from now on."""
    hours: Mapping[str, str] = MappingProxyType({})
    """For `hours`: the hours from now on by day, as `08:00-12:00 13:00-15:00`; a day that is missing is closed."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {"action": self.action}
        if self.records is not None:
            body["records"] = self.records
        if self.touch is not None:
            body |= {"buttons": list(self.buttons), "touch": self.touch}
        if self.code_read is not None:
            body["code_read"] = self.code_read
        if self.place:
            body["place"] = self.place
        return body | {"hours": dict(sorted(self.hours.items()))} if self.hours else body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "Staff":
        """Read it.

        Raises:
            Malformed: a field is of another type (`staff_field`).
        """
        fields = Fields(STAFF, body)
        return cls(
            action=fields.text("action"),
            records=fields.optional_whole("records"),
            buttons=fields.wholes("buttons", most=16),
            touch=fields.flag("touch") if body.get("touch") is not None else None,
            code_read=fields.flag("code_read") if body.get("code_read") is not None else None,
            place=fields.text_or("place", ""),
            hours=fields.words("hours", most=7),
        )
