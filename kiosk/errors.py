"""The errors of `kiosk`: what stops the program, each with its remedy, and the exit code that goes with it."""

EXIT_FAULT = 1
"""Something failed while running; the service manager restarts the program."""
EXIT_USAGE = 2
"""The command or a file it was given is wrong; restarting helps nothing."""
EXIT_CONFIGURATION = 78
"""EX_CONFIG of sysexits.h: the configuration or the enrolment must be mended first."""


class KioskError(Exception):
    """Base of every error this package raises; the message is one sentence with the remedy."""

    exit_code = EXIT_FAULT


class ConfigurationError(KioskError):
    """The configuration file is missing, unreadable or holds a bad key or value."""

    exit_code = EXIT_CONFIGURATION


class NotEnrolled(KioskError):  # noqa: N818 - named for the state
    """The kiosk has no identity yet."""

    exit_code = EXIT_CONFIGURATION


class ReplayError(KioskError):
    """A file of responses cannot be played as visitors."""

    exit_code = EXIT_USAGE
