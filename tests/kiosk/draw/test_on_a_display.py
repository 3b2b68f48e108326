"""The window on a real display server: Xvfb shows it, xdotool is the finger and the keyboard."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.integration

PROGRAM = """
import signal
from kiosk.rehearsal.samples import samples
from kiosk.show.views import Look
from kiosk.draw.window import Window

signal.alarm(30)  # whatever goes wrong, the test ends
window = Window.open(Look(size=(1024, 600)), title="display", fullscreen=False, driver="x11")
window.show(dict(samples("id"))["idle"])
print("READY", window.driver, flush=True)
while True:
    for event in window.events(5.0):
        print(type(event).__name__, getattr(event, "name", getattr(event, "button", "")), flush=True)
"""


@pytest.fixture
def display() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x600x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


def test_clicks_and_keys_arrive_once_each(display: str) -> None:
    environment = os.environ | {"DISPLAY": display, "PYTHONUNBUFFERED": "1"}
    environment.pop("SDL_VIDEODRIVER", None)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "READY x11\n"
        for action in (
            ["mousemove", "600", "300", "click", "1"],
            ["keydown", "2"],
            ["keyup", "2"],
            ["key", "F4"],
        ):
            subprocess.run(["xdotool", *action], env=environment, check=True)
        heard = [window.stdout.readline().strip() for _ in range(6)]
        window.terminate()

    assert heard == [
        "Touched answer:3",
        "Lifted answer:3",
        "ButtonKey 2",
        "ButtonKey 2",
        "ButtonKey 4",
        "ButtonKey 4",
    ]
