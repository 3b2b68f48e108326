"""The Chromium that tests look at pages with."""

import shutil


def chromium() -> str:
    """Give the path of Debian's Chromium: of the one that has no windows, where there is one, because it takes half of the other's time.

    Raises:
        FileNotFoundError: there is none; the message says what to install.
    """
    for name in ("chromium-headless-shell", "chromium"):
        if (program := shutil.which(name)) is not None:
            return program
    raise FileNotFoundError("this needs Debian's Chromium: apt install chromium-headless-shell (or chromium)")
