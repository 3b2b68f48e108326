"""What can be wrong with the fleet, in words for the person who asked."""


class CollectorError(Exception):
    """Base of this package's errors; the message says what to do."""


class NotSetUp(CollectorError):  # noqa: N818 - named for the state, as `Refused` is
    """`ikm-collector setup` has not been run here, or by another user."""


class EnrolmentRefused(CollectorError):  # noqa: N818 - it is a refusal
    """A kiosk's enrolment cannot be accepted; `code` is stable and goes to the kiosk."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
