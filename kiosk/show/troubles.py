"""The words for a trouble, in the language of whoever reads the screen."""

from typing import cast

from kiosk.show.texts import Texts
from survey.wire.trouble import VALUES, Code, Trouble


def trouble_words(told: Trouble, texts: Texts) -> str:
    """Give a sentence for staff; a code that only another version knows is shown as it is."""
    key = f"trouble.{told.code}"
    if not texts.has(key):
        return texts.get("trouble.unknown", code=told.code)
    # Status files are written by another process: a value that is missing there is no reason to stop a screen.
    expected = dict.fromkeys(VALUES.get(cast("Code", told.code), ()), "?")
    return texts.get(key, **(expected | dict(told.values)))
