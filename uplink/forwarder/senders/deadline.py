"""A deadline for a whole exchange, whatever it hangs on: a resolver, a handshake, an answer that drips byte by byte.

The exchange is made in a thread of its own, for nothing else ends a resolver that hangs. One that is given up is left to end by
itself; while too many of them hang, no further one is begun.
"""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
_MOST_HANGING = 4


class Deadline(Generic[Answer]):
    """Makes exchanges, one at a time, each within so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._hanging: list[threading.Thread] = []

    def run(self, exchange: Callable[[], Answer]) -> Answer:
        """Give what `exchange` gives, or raise what it raises.

        Raises:
            TimeoutError: it took too long, or too many before it still hang.
        """
        self._hanging = [thread for thread in self._hanging if thread.is_alive()]
        if len(self._hanging) >= _MOST_HANGING:
            raise TimeoutError("earlier exchanges still hang")
        done: queue.SimpleQueue[tuple[Answer | None, Exception | None]] = queue.SimpleQueue()

        def work() -> None:
            try:
                done.put((exchange(), None))
            except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
                done.put((None, error))

        thread = threading.Thread(target=work, name="exchange", daemon=True)
        thread.start()
        try:
            answer, error = done.get(timeout=self._seconds)
        except queue.Empty:
            self._hanging.append(thread)
            raise TimeoutError(f"no whole answer within {self._seconds:g} s") from None
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]  # without an error there is one
