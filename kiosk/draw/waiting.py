"""Waiting for input without asking for it a hundred times a second.

pygame's own waiting looks for events every millisecond, which an idle kiosk would feel. On the console the kernel's
input devices are watched instead; every program that opens one gets its own copy of the events, so what is read and
thrown away here is still SDL's to deliver.
"""

import contextlib
import os
import select
from pathlib import Path

from hardware.board import screen_connected
from survey.wire.trouble import Trouble, trouble

INPUT_DEVICES = Path("/dev/input")
LOOK_AGAIN_SECONDS = 1.0
"""How often new devices are looked for: a panel plugged in later is heard after this time."""


class InputWatch:
    """Sleeps until a device has input or somebody calls `wake`."""

    def __init__(self, folder: Path = INPUT_DEVICES) -> None:
        self._folder = folder
        self._devices: dict[Path, int] = {}
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    def wait(self, timeout: float) -> bool:
        """Return when there may be input, when woken (then true), or after `timeout` seconds at the latest."""
        self._open_new_devices()
        ready, _, _ = select.select(
            [self._woken, *self._devices.values()], [], [], min(timeout, LOOK_AGAIN_SECONDS)
        )
        for descriptor in ready:
            self._drain(descriptor)
        return self._woken in ready

    def wake(self) -> None:
        """End the waiting; from any thread. A full pipe means that it is ending already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._waker, b".")

    def close(self) -> None:
        """Let go of the devices."""
        for descriptor in (self._woken, self._waker, *self._devices.values()):
            os.close(descriptor)
        self._devices.clear()

    def _open_new_devices(self) -> None:
        for path in self._folder.glob("event*"):
            if path not in self._devices:
                # Not readable: `input_fault` reports it; a device that is gone again is no matter.
                with contextlib.suppress(OSError):
                    self._devices[path] = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def _drain(self, descriptor: int) -> None:
        try:
            while os.read(descriptor, 4096):
                pass
        except BlockingIOError:
            return
        except OSError:
            # ENODEV: unplugged. A descriptor that stays ready for ever would turn the wait into a spin.
            path = next(path for path, held in self._devices.items() if held == descriptor)
            os.close(self._devices.pop(path))


def picture_fault(root: Path = Path("/")) -> Trouble | None:
    """Say why nobody can see what is drawn, or nothing. SDL goes on drawing when the cable is pulled."""
    return trouble("no_picture") if screen_connected(root) is False else None


def input_fault(folder: Path = INPUT_DEVICES) -> Trouble | None:
    """Why no input device can be read, or None.

    Without this check the console shows a picture, hears no touch, and SDL reports no error.
    """
    devices = sorted(folder.glob("event*")) if folder.is_dir() else []
    if not devices:
        return trouble("no_touch_device")
    if not any(os.access(device, os.R_OK) for device in devices):
        return trouble("touch_forbidden")
    return None
