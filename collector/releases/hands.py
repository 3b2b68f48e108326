"""Other processes that work beside this one: each is given pieces, and what they make comes back in the order of the pieces.

A process whose parent was killed reads the end of its pipe and ends; what one that died had in hand is made here.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import django

log = logging.getLogger(__name__)

_AHEAD = 2
"""Pieces that a hand is given before its first is fetched: it need not wait for whoever writes."""
Made = TypeVar("Made")


def in_order(
    work: Callable[..., Made], pieces: Sequence[tuple[Any, ...]], *, hands: int
) -> Generator[Made, None, None]:
    """Give `work(*piece)` of each piece, made by so many other processes, or here where there are none.

    `work` is a function of a module, and what it takes and gives can be pickled. Close the iterator to end the processes.
    """
    if hands <= 0:
        yield from (work(*piece) for piece in pieces)
        return
    rest = deque(pieces)
    all_hands = [_Hand(work) for _ in range(min(hands, len(pieces)))]
    try:
        for hand in all_hands * _AHEAD:
            if rest:
                hand.give(rest.popleft())
        for number, piece in enumerate(pieces):
            hand = all_hands[number % len(all_hands)]
            made = hand.fetch()
            if rest:
                hand.give(rest.popleft())
            yield made[0] if made is not None else work(*piece)
    finally:
        for hand in all_hands:
            hand.end()


class _Hand:
    """One other process."""

    def __init__(self, work: Callable[..., object]) -> None:
        context = get_context("spawn")  # a fork would share this process's connection to the database
        self._pipe, theirs = context.Pipe()
        named = (
            work.__module__,
            work.__qualname__,
        )  # a name: what it means can be imported only behind django.setup()
        self._process = context.Process(target=_serve, args=(theirs, *named), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, piece: tuple[Any, ...]) -> None:
        with suppress(OSError):  # it has died, as `fetch` will find
            self._pipe.send(piece)

    def fetch(self) -> tuple[Any] | None:
        """Give what it made of its next piece; None where it died over it."""
        try:
            return (self._pipe.recv(),)
        except (EOFError, OSError):
            log.warning("a process that works out releases has ended; this one does its work")
            return None

    def end(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, module: str, name: str) -> None:
    django.setup()
    work = getattr(import_module(module), name)
    with suppress(EOFError, OSError):  # whoever asked has ended
        while True:
            pipe.send(work(*pipe.recv()))
