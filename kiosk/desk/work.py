"""What takes time at the desk runs in a thread of its own, and is looked for by the frame loop."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from survey.wire.trouble import Trouble

log = logging.getLogger(__name__)

Made = TypeVar("Made")


class Work(Generic[Made]):
    """One piece of work; `done` is set last of all."""

    def __init__(self, name: str, do: Callable[[], Made], *, fails: Callable[[Exception], Trouble]) -> None:
        self.done = False
        self.made: Made | None = None
        self.trouble: Trouble | None = None
        """Why nothing was made."""
        self._do = do
        self._fails = fails
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        try:
            self.made = self._do()
        except Exception as error:  # noqa: BLE001 - whatever it is, staff is told so instead of waiting for ever
            log.warning("at the desk: %s", error)
            self.trouble = self._fails(error)
        finally:
            self.done = True
