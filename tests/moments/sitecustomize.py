"""Python under libfaketime (on PYTHONPATH of `install.sh test`'s last step): `time.sleep` in a way that it does not break.

libfaketime 0.9.10 counts the absolute moments of `clock_nanosleep` from the faked date even on the monotonic clock; Python's
sleep uses those, and fails with EINVAL. Waiting for nothing by `select` is the same, and left alone.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
