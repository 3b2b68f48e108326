"""The errors of `kiosk`: what stops the program, each with its remedy, and the exit code that goes with it."""

from enum import StrEnum
from typing import NamedTuple

from survey.wire.trouble import Trouble

EXIT_FAULT = 1
"""Something failed while running; the service manager restarts the program."""
EXIT_USAGE = 2
"""The command or a file it was given is wrong; restarting helps nothing."""
EXIT_CONFIGURATION = 78
"""EX_CONFIG of sysexits.h: the configuration or the enrolment must be mended first."""


class Obstacle(StrEnum):
    """What keeps a kiosk from going into service until somebody does something; the screen has words for each."""

    NOT_ENROLLED = "not_enrolled"
    NOT_MOUNTED = "not_mounted"
    CONFIGURATION = "configuration"
    NO_BUTTONS = "no_buttons"
    JOURNAL = "journal"
    IDENTITY = "identity"
    REVOKED = "revoked"
    # Why the newest try to enrol did not succeed.
    NO_ANSWER = "no_answer"
    WRONG_CLOCK = "wrong_clock"
    WRONG_CODE = "wrong_code"
    CODE_REFUSED = "code_refused"
    WRONG_FILE = "wrong_file"
    ENROLMENT_FAILS = "enrolment_fails"


class Tried(NamedTuple):
    """What became of the newest try to enrol: its obstacle, the console's sentence, and what to type against it."""

    obstacle: Obstacle
    message: str
    command: str = ""


class KioskError(Exception):
    """Base of every error this package raises; the message is one sentence with the remedy."""

    exit_code = EXIT_FAULT
    obstacle: Obstacle | None = None
    """Why the screen waits instead, where there is one."""

    def __init__(self, message: str, told: Trouble | None = None) -> None:
        super().__init__(message)
        self.trouble = told


class ConfigurationError(KioskError):
    """The configuration file is missing, unreadable or holds a bad key or value."""

    exit_code = EXIT_CONFIGURATION
    obstacle = Obstacle.CONFIGURATION


class NotEnrolled(KioskError):  # noqa: N818 - named for the state
    """The kiosk has no identity yet; `tried` says how it went where somebody tried to give it one."""

    exit_code = EXIT_CONFIGURATION

    def __init__(self, message: str, tried: Tried | None = None) -> None:
        super().__init__(message if tried is None else f"{message}: {tried.message}")
        self.tried = tried
        self.obstacle = Obstacle.NOT_ENROLLED if tried is None else tried.obstacle


class NotMounted(KioskError):  # noqa: N818 - named for the state
    """The partition with the kiosk's folder is not there."""

    obstacle = Obstacle.NOT_MOUNTED


class NoButtons(KioskError):  # noqa: N818 - named for the state
    """There are no pins, and nobody asked for simulated ones."""

    obstacle = Obstacle.NO_BUTTONS


class IdentityUnreadable(KioskError):  # noqa: N818 - named for the state
    """The signing key or the enrolment is there, and no use."""

    obstacle = Obstacle.IDENTITY


class Revoked(KioskError):  # noqa: N818 - named for the state
    """The collector has ended this kiosk's key: it takes nothing more, so visitors are not asked; what is kept stays."""

    exit_code = EXIT_CONFIGURATION
    obstacle = Obstacle.REVOKED


class JournalShut(KioskError):  # noqa: N818 - named for the state
    """The journal cannot be opened; nothing of it was changed."""

    obstacle = Obstacle.JOURNAL


class ReplayError(KioskError):
    """A file of responses cannot be played as visitors."""

    exit_code = EXIT_USAGE
