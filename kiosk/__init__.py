"""The program on the device: wiring, frame loop, screens and staff tools."""

import os

__version__ = (
    "0.1.0"  # here as well as in pyproject.toml: reading a package's metadata takes longer than a frame
)

# pygame greets on standard output when it is imported, which would stand in the way of `status --json`.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
