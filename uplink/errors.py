"""The errors of `uplink`: three fates of a message, and what can be wrong with the journal or the identity."""


class UplinkError(Exception):
    """Base of every error this package raises; the message names the remedy where there is one."""


class Unreachable(UplinkError):  # noqa: N818 - named for the fate: later
    """The far side did not answer as it should; the same bytes are tried again later."""


class Refused(UplinkError):  # noqa: N818 - named for the fate: never for these bytes
    """The far side will never take these bytes; `code` is stable and shown to staff."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TooLarge(Refused):
    """The message is larger than this transport allows; half of it may pass."""

    def __init__(self, message: str) -> None:
        super().__init__("too_large", message)


class IdentityError(UplinkError):
    """The signing key or the enrolment is missing, damaged or already there."""


class JournalError(UplinkError):
    """The journal cannot do what was asked; nothing that was confirmed to be written is affected."""


class JournalFull(JournalError):  # noqa: N818 - named for the state, as above
    """There is no room for another record; what is there stays, and room comes with the next receipts."""


class JournalBroken(JournalError):  # noqa: N818 - named for the state, as above
    """The disk failed; the journal does nothing more until `Journal.reopen` has read it back from the disk."""


class JournalForeign(JournalError):  # noqa: N818 - named for the state, as above
    """The folder holds another kiosk's journal, or another process has it open."""


class AppendOnly(JournalError):  # noqa: N818 - named for the state, as above
    """Records are only appended, and let go of from the oldest; they are never changed."""


class CarryOutError(UplinkError):
    """A stick cannot be written, or what it holds is incomplete or not ours."""
