"""What an audit says of a stream beside the faults of its records: codes with values, and which verdict each breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.words.catalogue import say


class Verdict(StrEnum):
    """What an audit and a bundle are judged by."""

    INTEGRITY = "integrity"
    COMPLETENESS = "completeness"
    LINEAGE = "lineage"
    """Whether what is counted is one life of each key."""
    TIMES = "times"
    """Whether the moments of the records can be true."""


class RemarkCode(StrEnum):
    """What can be said of a stream."""

    FOREIGN_STREAM = "foreign_stream"
    FOREIGN_COUNTED = "foreign_counted"
    STREAM_ACCEPTED = "stream_accepted"
    STREAM_REFUSED = "stream_refused"
    FOLLOWS = "follows"
    GOES_BACK = "goes_back"
    OUTLIVED = "outlived"
    NONE_RECEIVED = "none_received"
    BEGINNING_LOST = "beginning_lost"
    """Its first record is not held and no later boot is: whom it follows is not known."""
    BEFORE_ENROLMENT = "before_enrolment"
    CLOCK_BACKWARDS = "clock_backwards"
    BOOTS_OVERLAP = "boots_overlap"
    OUTSIDE_ARCHIVE = "outside_archive"
    TALLY_DIFFERS = "tally_differs"
    UNCERTAIN_END = "uncertain_end"
    """Told by a stream that follows: this one may have gone on for a few seconds behind what is known."""
    UNCERTAIN_ENDS = "uncertain_ends"
    """Told by its own boots: runs of the kiosk ended without a word."""


_BREAKS = {
    RemarkCode.FOREIGN_STREAM: Verdict.LINEAGE,
    RemarkCode.FOREIGN_COUNTED: Verdict.LINEAGE,
    RemarkCode.OUTLIVED: Verdict.LINEAGE,
    RemarkCode.NONE_RECEIVED: Verdict.COMPLETENESS,
    RemarkCode.BEGINNING_LOST: Verdict.COMPLETENESS,
    RemarkCode.BEFORE_ENROLMENT: Verdict.TIMES,
    RemarkCode.CLOCK_BACKWARDS: Verdict.TIMES,
    RemarkCode.BOOTS_OVERLAP: Verdict.TIMES,
    RemarkCode.OUTSIDE_ARCHIVE: Verdict.TIMES,
    RemarkCode.TALLY_DIFFERS: Verdict.INTEGRITY,
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that is said of a stream."""

    code: RemarkCode
    values: tuple[tuple[str, object], ...] = ()

    @property
    def breaks(self) -> Verdict | None:
        """The verdict that does not hold for it; None where it is merely told."""
        return _BREAKS.get(self.code)

    def sentence(self, language: str) -> str:
        """Say it."""
        return say(f"remark.{self.code.value}", language, **dict(self.values))


def remark(code: RemarkCode, **values: object) -> Remark:
    """Make a remark."""
    return Remark(code, tuple(values.items()))


def broken(remarks: Iterable[Remark], verdict: Verdict) -> bool:
    """Tell whether any of these breaks a verdict."""
    return any(one.breaks is verdict for one in remarks)


def uncertain_ends(after: Sequence[int]) -> tuple[Remark, ...]:
    """Say behind which records runs of the kiosk ended without a word; how much they wrote in their last seconds nobody knows."""
    if not after:
        return ()
    return (remark(RemarkCode.UNCERTAIN_ENDS, times=len(after), last=after[-1], after=list(after)),)
