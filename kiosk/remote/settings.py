"""Settings from the collector, checked against what this kiosk has: its texts, and its languages.

Their signature was checked by whoever read the message; `survey.settings.keys` says what each key must be.
"""

from collections.abc import Mapping

from kiosk.show.texts import AUTHORITY, catalogue, shipped
from survey.settings import keys as settings
from survey.settings.keys import SettingsContent


def check(content: Mapping[str, object]) -> SettingsContent:
    """Check the content of settings.

    Raises:
        SettingsRefused: a value makes no sense here; nothing of the message may be used.
    """
    return settings.check(
        content,
        texts=catalogue(AUTHORITY),
        languages={language.code for language in shipped() if not language.draft},
    )
