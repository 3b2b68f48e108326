"""The errors of `hardware`: one base class, and what a technician can do about each."""


class HardwareError(Exception):
    """Base of every error this package raises."""


class NoPins(HardwareError):  # noqa: N818 - named for what is the matter, as the errors of the other rooms are
    """The machine has no usable GPIO pins, or somebody else holds them; the message names the remedy."""


class PanelFault(HardwareError):  # noqa: N818 - as above
    """The panel worked and works no longer: its events stopped arriving. Restarting is the remedy."""
