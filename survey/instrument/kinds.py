"""Which index an instrument leads to, and how its scale is put on another."""

from enum import StrEnum


class Kind(StrEnum):
    """Which index an instrument leads to; the formulas of one kind are refused for the others."""

    SKM = "skm"
    """PermenPAN-RB 14/2017: the IKM, `survey.index.indices`."""
    PERCEPTION = "perception"
    """PermenPAN-RB 90/2021: IPKP and IPAK, `survey.index.perception`."""
    F03 = "f03"
    """PermenPAN-RB 29/2022: the users' form of PEKPPP, `survey.index.pekppp`."""
    PULSE = "pulse"
    """One smiley; a share, never an IKM, `survey.index.pulse`."""
    SHARES = "shares"
    """Questions of an office's own that lead to no index: the share of each answer, `survey.index.shares`."""


NO_INDEX = frozenset({Kind.PULSE, Kind.SHARES})
"""Kinds whose answers are counted and never made one number."""


class ScaleMapping(StrEnum):
    """How an answer on another scale is put on the 4-point scale of the thresholds; no source at hand settles it."""

    PROPORTIONAL = "m/6*4"
    """Value times 4 over the highest value: 5.4 of 6 becomes 3.60. The likelier one."""
    STRETCHED = "1+(m-1)*3/5"
    """The lowest value to 1 and the highest to 4: 5.4 of 6 becomes 3.64."""
