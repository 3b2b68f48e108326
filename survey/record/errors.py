"""The errors of `survey`: one base class, and one class per thing that can be wrong."""


class SurveyError(Exception):
    """Base of every error this package raises."""


class Malformed(SurveyError):  # noqa: N818 - named for what the bytes are, as `Refused` and `Unreachable` are
    """Bytes from outside that cannot be read as what they claim to be.

    `code` is stable and goes into refusals, logs and tables; the message is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InstrumentError(SurveyError):
    """An instrument file breaks a rule; says which file, key and value, and what to write instead."""

    def __init__(self, *, file: str, key: str, value: object, remedy: str) -> None:
        super().__init__(f"{file}: {key} = {value!r}: {remedy}")
        self.file = file
        self.key = key
        self.value = value
        self.remedy = remedy


class NothingAnswered(SurveyError):  # noqa: N818 - named for what happened
    """There is no answer to make a number of; an index of nobody does not exist and is not zero."""
