"""Back-off: longer each time, capped, and never in step."""

import random
from collections import Counter

from uplink.forwarder.backoff import Backoff


def test_waits_grow_to_the_cap_and_begin_anew() -> None:
    class Latest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    backoff = Backoff(first_seconds=5.0, cap_seconds=60.0, chance=Latest())
    assert [backoff.next_wait() for _ in range(6)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    backoff.succeeded()
    assert backoff.next_wait() == 5.0
    for _ in range(2_000):
        assert backoff.next_wait() <= 60.0


def test_ten_thousand_kiosks_do_not_come_back_in_the_same_second() -> None:
    chance = random.Random(1)
    seconds = Counter(
        int(Backoff(first_seconds=5.0, cap_seconds=300.0, chance=chance).spread(20.0)) for _ in range(10_000)
    )
    assert len(seconds) == 20
    assert max(seconds.values()) < 650
    later = Counter()
    for _ in range(10_000):
        backoff = Backoff(first_seconds=5.0, cap_seconds=300.0, chance=chance)
        later[int(sum(backoff.next_wait() for _ in range(6)))] += 1
    assert max(later.values()) < 200
