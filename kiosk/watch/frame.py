"""Tells whoever judges a new version (`packaging/switch`) that a picture was drawn.

READY alone would not do: it says that the program runs, also where nothing can be seen. The file lies in the service's folder
under /run, so it is gone when the service is.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path


def mark_frame(environment: Mapping[str, str] = os.environ) -> None:
    """Leave the mark; nothing where no systemd has made a folder for it."""
    folder = environment.get("RUNTIME_DIRECTORY", "")
    if folder:
        with contextlib.suppress(OSError):  # then it is judged as showing nothing; it goes on serving
            (Path(folder) / "frame").touch()
