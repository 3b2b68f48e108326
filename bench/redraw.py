"""What it costs to bring a screen to the display, beside copying the frame in memory and beside drawing it naively.

Run: python -m bench.redraw [--rounds 15] [--size 1024x600]

On SDL's dummy display, so that no monitor's timing enters; absolute times are this machine's, the ratios are the claim.

* limit: one memory copy of the frame, which a real display driver makes, plus one copy of a prerendered page
* full redraw (ours): the window goes from one prerendered page to another; as the dummy display copies nothing, the same
  copy of the frame is made beside it, so that both sides carry it
* first drawing (ours): the same when the page is not yet prerendered
* naive: fill, rounded rectangles and all texts rendered anew each time, as tutorials do
* step of the pulse (ours): the four cards of an idle screen shine a little more; six times in five seconds
* highlight (ours): an answer is pressed; and the rectangle it repaints, as a share of the frame
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import pygame

from kiosk.draw.fonts import Weight, font
from kiosk.draw.screens import draw
from kiosk.draw.window import Window
from kiosk.rehearsal.samples import samples
from kiosk.show.views import ChoiceView, Look, View


def main() -> None:
    """Measure interleaved, print medians and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--size", default="1024x600")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    look = Look(size=(width, height))
    window = Window.open(look, title="bench", fullscreen=False)
    views = dict(samples("id"))
    idle = views["idle"]
    assert isinstance(idle, ChoiceView)
    cases = workloads(window, idle, views["invitation"], look)
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, work in cases.items():
            found[name].append(timed(work))
    median = {name: statistics.median(times) for name, times in found.items()}
    limit = median["limit: copy of the frame + page"]
    print(f"{width}x{height}, pygame {pygame.version.ver}, median of {options.rounds} interleaved rounds")
    for name, seconds in median.items():
        print(f"{name:34} {seconds * 1000:8.3f} ms {seconds / limit:8.2f} x limit")
    share = highlighted_share(window, idle, look)
    print(f"a highlight repaints {share:.1%} of the frame, its own rectangle only")
    goal = median["full redraw (ours)"] / limit
    print(f"full redraw: {goal:.2f} x the limit (goal: at most 1.5)")
    window.close()


def workloads(  # noqa: C901 - one function a case
    window: Window, idle: ChoiceView, other: View, look: Look
) -> dict[str, Callable[[], None]]:
    """Give each thing to measure as a function that does it twice."""
    frame = bytearray(look.size[0] * look.size[1] * 4)
    copy = bytearray(len(frame))
    page = pygame.Surface(look.size)
    screen = pygame.display.get_surface()
    paper = pygame.Surface(look.size)

    def limit() -> None:
        for _ in range(2):
            copy[:] = frame
            screen.blit(page, (0, 0))

    def full() -> None:
        for view in (other, idle):
            window.show(view)
            copy[:] = frame

    def first() -> None:
        for view in (other, idle):
            draw(paper, view, look)
            pygame.display.update()

    def drawn_naively() -> None:
        for _ in range(2):
            naive(screen, idle)
            pygame.display.update()

    def between(*views: View) -> None:
        for view in views:
            window.show(view)

    return {
        "limit: copy of the frame + page": limit,
        "full redraw (ours)": full,
        "highlight and back (ours)": partial(between, idle._replace(pressed=2), idle),
        "step of the pulse (ours)": partial(between, idle._replace(glow=2), idle._replace(glow=1)),
        "first drawing (ours)": first,
        "naive drawing": drawn_naively,
    }


def naive(screen: pygame.Surface, view: ChoiceView) -> None:
    """Draw a question without keeping anything, and without smooth corners or icons."""
    antialias = True
    width, height = screen.get_size()
    screen.fill((251, 250, 246))
    for text, size, top in ((view.title, 44, 80), (view.subtitle, 24, 140)):
        screen.blit(font(size, Weight.BOLD).render(text, antialias, (20, 33, 61)), (40, top))
    for place, option in enumerate(view.options):
        box = pygame.Rect(40 + place * (width - 60) // 4, 180, (width - 140) // 4, height - 300)
        pygame.draw.rect(screen, (255, 255, 255), box, border_radius=20)
        pygame.draw.rect(screen, (217, 213, 200), box, 3, border_radius=20)
        label = font(28, Weight.SEMIBOLD).render(option.label, antialias, (20, 33, 61))
        screen.blit(label, label.get_rect(center=box.center))


def highlighted_share(window: Window, idle: ChoiceView, look: Look) -> float:
    """Give the share of the frame that a press changes, from the pictures themselves."""
    window.show(idle)
    before = window.picture()
    window.show(idle._replace(pressed=2))
    after = window.picture()
    changed = pygame.mask.from_threshold(after, (0, 0, 0), (1, 1, 1), before)
    changed.invert()
    rects = changed.get_bounding_rects()
    around = rects[0].unionall(rects[1:])
    return around.width * around.height / (look.size[0] * look.size[1])


def timed(work: Callable[[], None]) -> float:
    """Give the seconds of one of the two repetitions in `work`."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / 2


if __name__ == "__main__":
    main()
