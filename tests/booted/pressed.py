"""Runs inside a box: the real kiosk, whose simulated buttons are pressed by writing their numbers into a pipe."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hardware.simulator import SimulatedPanel
from kiosk.__main__ import main

PIPE = Path("/run/ikm-kiosk/press")


def watch_pipe(panel: SimulatedPanel, wake: Callable[[], None]) -> None:
    """Stands in for `wake_with`, which the kiosk calls once when all is ready: begin to listen for fingers then."""
    panel._wake = wake
    threading.Thread(target=fingers, args=(panel,), daemon=True).start()


def fingers(panel: SimulatedPanel) -> None:
    PIPE.unlink(missing_ok=True)
    os.mkfifo(PIPE)
    while True:
        for number in PIPE.read_text().split():  # waits for a writer, and for its end
            panel.move(int(number), down=True, at=time.monotonic())
            time.sleep(0.1)
            panel.move(int(number), down=False, at=time.monotonic())
            time.sleep(0.2)


SimulatedPanel.wake_with = watch_pipe  # type: ignore[method-assign]  # the one thing here that no real kiosk does
sys.exit(main())
