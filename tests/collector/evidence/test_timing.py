"""A stream's clock is stored with it and comes back as it was."""

from collector.evidence.intake.timing import dump, load
from survey.record.clock import Stamped, times, unknown_clock


def test_a_state_survives_being_stored() -> None:
    records = [
        Stamped(1, 1, 0, 1_000, sync=True, received_ms=9_000),
        Stamped(2, 2, 5, 7, sync=False, received_ms=9_000),
    ]
    _, state = times(unknown_clock(enrolled_ms=1_000), records)
    assert load(dump(state)) == state
