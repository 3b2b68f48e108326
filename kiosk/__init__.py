"""The program on the device: wiring, frame loop, screens and staff tools."""

import os

# pygame greets on standard output when it is imported, which would stand in the way of `status --json`.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
