"""Which answers stay on the near side of a month's border though a later anchor dates them behind it: those of fewer than five people.

A kiosk that does not know the day goes on counting. Whatever was answered before it knew stands in the counter that it tells next, which ends the month
before. Where that concerns fewer than five people of a kiosk, they stay in the period of that counter: a release then rests on what the kiosk has signed, and no
difference between the two tells of a few. Five and more are counted on the day their anchor gives them.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence

from survey.index.sampling import SMALLEST_GROUP
from survey.record.clock import Moment, Point, Stamped, anchor_of


def stays(
    start: Point,
    records: Sequence[Stamped],
    moments: Sequence[Moment],
    answered: Mapping[int, Hashable],
    month_begins: Callable[[int], int | None],
) -> dict[int, int]:
    """Give the time at which answers stay, by their numbers: the last millisecond before the border.

    `records` follow `start` and have these `moments` (`survey.record.clock.times`); `answered` has the visit of each that is an answer, `month_begins` gives when
    the local month of a moment began. Like times, it depends on no grouping: what an anchor settles is all there when it comes.
    """
    found: dict[int, int] = {}
    anchor, latest, boot, certain_ms = start.anchor, start.up_ms, start.boot, start.end_ms
    waiting: list[tuple[int, int]] = []
    for record, moment in zip(records, moments, strict=True):
        shown = anchor_of(record)
        if record.boot != boot:
            anchor, latest, boot = None, 0, record.boot
        if anchor is None and shown is None:
            latest = max(latest, record.up_ms)
            waiting.append((record.seq, moment.at_ms))
            continue
        if anchor is None and shown is not None:
            found |= _over(waiting, answered, certain_ms, month_begins(shown[1]))
            waiting = []
        anchor, latest = shown or anchor, max(latest, record.up_ms)
        if anchor is not None:
            certain_ms = anchor[1] + latest - anchor[0]
    return found


def _over(
    waiting: Sequence[tuple[int, int]],
    answered: Mapping[int, Hashable],
    certain_ms: int,
    border_ms: int | None,
) -> dict[int, int]:
    if border_ms is None or certain_ms >= border_ms:
        return {}
    over = [seq for seq, at_ms in waiting if seq in answered and at_ms >= border_ms]
    people = {answered[seq] for seq in over}
    return dict.fromkeys(over, border_ms - 1) if len(people) < SMALLEST_GROUP else {}
