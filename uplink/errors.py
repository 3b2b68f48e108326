"""The errors of `uplink`: three fates of a message, and what can be wrong with the journal or the identity.

The message of an error is for logs and consoles; screens say its `trouble` in their own words.
"""

from datetime import datetime
from typing import ClassVar

from survey.wire.trouble import Code, Trouble, trouble


class UplinkError(Exception):
    """Base of every error this package raises; the message names the remedy where there is one."""

    usually: ClassVar[Code] = "connection_lost"
    """The code of such an error that was raised without a trouble of its own."""

    def __init__(self, message: str, told: Trouble | None = None) -> None:
        super().__init__(message)
        self.trouble = told or trouble(self.usually)


class Unreachable(UplinkError):  # noqa: N818 - named for the fate: later
    """The far side did not answer as it should; the same bytes are tried again later."""


class Refused(UplinkError):  # noqa: N818 - named for the fate: never for these bytes
    """The far side will never take these bytes; `code` is stable and shown to staff."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, trouble("collector_refuses", code=code))
        self.code = code


class TooLarge(Refused):
    """The message is larger than this transport allows; half of it may pass."""

    def __init__(self, message: str) -> None:
        super().__init__("too_large", message)


class IdentityError(UplinkError):
    """The signing key or the enrolment is missing, damaged or already there."""

    usually: ClassVar[Code] = "identity_damaged"


class AlreadyEnrolled(IdentityError):  # noqa: N818 - named for the state
    """There is an enrolment; nothing was changed."""


class WrongCode(IdentityError):  # noqa: N818 - named for what is wrong
    """The code is none, or another collector made it than the one that answers; it was not sent."""


class WrongClock(IdentityError):  # noqa: N818 - likewise
    """This machine's clock is so wrong that no certificate holds; `theirs` is the collector's, in UTC."""

    def __init__(self, message: str, theirs: datetime) -> None:
        super().__init__(message, trouble("clock_unknown"))
        self.theirs = theirs


class JournalError(UplinkError):
    """The journal cannot do what was asked; nothing that was confirmed to be written is affected."""

    usually: ClassVar[Code] = "record_refused"


class JournalFull(JournalError):  # noqa: N818 - named for the state, as above
    """There is no room for another record; what is there stays, and room comes with the next receipts."""

    usually: ClassVar[Code] = "disk_full"


class JournalBroken(JournalError):  # noqa: N818 - named for the state, as above
    """The disk failed; the journal does nothing more until `Journal.reopen` has read it back from the disk."""

    usually: ClassVar[Code] = "disk_fails"


class JournalForeign(JournalError):  # noqa: N818 - named for the state, as above
    """The folder holds another kiosk's journal, or another process has it open."""

    usually: ClassVar[Code] = "journal_foreign"


class AppendOnly(JournalError):  # noqa: N818 - named for the state, as above
    """Records are only appended, and let go of from the oldest; they are never changed."""


class CarryOutError(UplinkError):
    """A stick cannot be written, or what it holds is incomplete or not ours."""

    usually: ClassVar[Code] = "stick_fails"
