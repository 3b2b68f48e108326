"""From the start of a process to its first frame, and the memory it then holds: our screens beside a bare window.

Run: python -m bench.first_frame [--rounds 9]

Each row is a fresh Python process on SDL's dummy display that reports when its first frame is up. The bare window imports
pygame, opens a display, fills it and flips; ours makes the idle screen of a visit and shows it through `kiosk.draw.window`.
The goals of the whole kiosk: at most 2.0 x the bare window's time and 1.8 x its memory; this is the screens' part of it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

REPORT = """
import resource
print("READY", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""
BARE = """
import pygame
pygame.display.init()
screen = pygame.display.set_mode((1024, 600))
screen.fill((251, 250, 246))
pygame.display.flip()
"""
OURS = """
from kiosk.show.texts import Texts
from kiosk.show.views import Action, Bar, ChoiceView, Look
from kiosk.draw.window import Window
texts = Texts("id")
words = ("Tidak puas", "Kurang puas", "Puas", "Sangat puas")
options = tuple(Action(f"answer:{n}", word, f"face-{n}", n) for n, word in enumerate(words, start=1))
extras = tuple(Action(name, texts.get(f"action.{name}")) for name in ("complaint", "larger_text", "contrast"))
bar = Bar(left_strong="Balai Desa Sukamaju", left="Kecamatan Palas", note=texts.get("idle.index_none"), actions=extras)
window = Window.open(Look(size=(1024, 600)), title="bench", fullscreen=False)
window.show(ChoiceView(bar, texts.get("idle.title"), texts.get("idle.subtitle"), options))
"""
PROGRAMS = {"bare pygame window": BARE, "our window and idle screen": OURS}


def main() -> None:
    """Start the programs in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in PROGRAMS}
    for _ in range(options.rounds + 1):
        for name, program in PROGRAMS.items():
            found[name].append(first_frame(program))
    bare = [statistics.median(column) for column in zip(*found["bare pygame window"][1:], strict=True)]
    print(f"median of {options.rounds} interleaved starts, the first one of each left out")
    for name, starts in found.items():
        seconds, kilobytes = (statistics.median(column) for column in zip(*starts[1:], strict=True))
        print(
            f"{name:28} {seconds * 1000:7.1f} ms {seconds / bare[0]:5.2f} x"
            f" {kilobytes / 1024:7.1f} MB {kilobytes / bare[1]:5.2f} x"
        )


def first_frame(program: str) -> tuple[float, int]:
    """Give the seconds to the first frame and the resident memory in kilobytes at that moment."""
    environment = os.environ | {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program + REPORT], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - began
    if not line.startswith("READY"):
        raise SystemExit("a program ended before its first frame")
    return seconds, int(line.split()[1])


if __name__ == "__main__":
    main()
