"""Settings from the collector: checked completely before any of them is used. Pure.

Their signature was checked by whoever read the message; here it is only asked whether the content makes sense on this
version. One bad value refuses the whole message, with a reason that the collector shows: half-applied settings help nobody.
Keys this version does not know are left aside and reported, so that a newer collector can serve an older kiosk.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kiosk.config import Hours, opening_hours
from kiosk.errors import ConfigurationError
from kiosk.remote.applied import Remote
from kiosk.show.surroundings import PublishedLabel
from kiosk.show.texts import catalogue, shipped
from survey.instrument.definition import load, parse
from survey.instrument.instrument import Instrument, Kind
from survey.record.errors import InstrumentError
from survey.visit.plan import OfferedService

KEYS = frozenset(
    {
        "instruments",
        "questionnaire",
        "texts",
        "opening_hours",
        "volume_percent",
        "brightness_percent",
        "published_index",
        "services",
        "languages",
    }
)
MAX_SERVICES = 200
MAX_TEXT_CHARACTERS = 600
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VALUE = re.compile(r"\d{1,3}\.\d{2}")


class SettingsRefused(ValueError):  # noqa: N818 - named for what the kiosk does
    """The settings cannot be used; the message is the reason the collector shows."""


def check(version: int, content: Mapping[str, object]) -> Remote:
    """Check the content of settings.

    Raises:
        SettingsRefused: a value makes no sense here; nothing of the message may be used.
    """
    definitions = _definitions(content.get("questionnaire"))
    return Remote(
        version=version,
        instruments=_with(content, "instruments", lambda value: _instruments(value, definitions)),
        texts=_with(content, "texts", _texts) or {},
        hours=_with(content, "opening_hours", _hours),
        volume_percent=_with(content, "volume_percent", _percent("volume_percent")),
        brightness_percent=_with(content, "brightness_percent", _percent("brightness_percent")),
        published=_with(content, "published_index", _published),
        services=_with(content, "services", _services),
        languages=_with(content, "languages", _languages),
        unknown=tuple(sorted(set(content) - KEYS)),
    )


def _with(content: Mapping[str, object], key: str, read: Callable[[Any], Any]) -> Any:
    return read(content[key]) if content.get(key) is not None else None


def _definitions(value: object) -> dict[str, Instrument]:
    """Read questionnaires that travel with the settings, as TOML texts."""
    if value is None:
        return {}
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise SettingsRefused("questionnaire is a list of TOML texts")
    found = {}
    for number, text in enumerate(texts, start=1):
        try:
            instrument = parse(text, file=f"questionnaire {number}")
        except InstrumentError as error:
            raise SettingsRefused(str(error)) from error
        found[instrument.name] = instrument
    return found


def _instruments(value: object, definitions: Mapping[str, Instrument]) -> tuple[Instrument, ...]:
    names = _texts_in(value, "instruments")
    found = []
    for name in names:
        instrument = definitions.get(name)
        if instrument is None:
            try:
                instrument = load(*name.split("@", 1))
            except (KeyError, TypeError) as error:
                raise SettingsRefused(f"instrument {name!r} is unknown to this version") from error
        found.append(instrument)
    if not found or found[0].kind is not Kind.PULSE or len(found[0].questions[0].options) > 4:
        raise SettingsRefused("the first instrument is the smiley, with at most four answers")
    if any(instrument.kind is Kind.PULSE for instrument in found[1:]):
        raise SettingsRefused("only the first instrument may be a smiley")
    return tuple(found)


def _texts(value: object) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict):
        raise SettingsRefused("texts is an object of keys")
    found: dict[str, dict[str, str]] = {}
    for key, translations in value.items():
        original = catalogue("id").get(key)
        if original is None:
            raise SettingsRefused(f"there is no text {key!r} here")
        if not isinstance(translations, dict):
            raise SettingsRefused(f"texts.{key} is an object of languages")
        for language, text in translations.items():
            if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT_CHARACTERS:
                raise SettingsRefused(f"texts.{key}.{language} has 1 to {MAX_TEXT_CHARACTERS} characters")
            if not _placeholders(text) <= _placeholders(original):
                raise SettingsRefused(f"texts.{key}.{language} names a value that this text does not have")
            found.setdefault(language, {})[key] = text
    return found


def _placeholders(text: str) -> set[str]:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SettingsRefused(f"the text {text[:40]!r} has a stray brace") from error
    if any(not name.isidentifier() for name in names):
        raise SettingsRefused(f"the text {text[:40]!r} has a brace that names nothing")
    return names


def _hours(value: object) -> Mapping[str, Hours]:
    try:
        return opening_hours(value, where="opening_hours")
    except ConfigurationError as error:
        raise SettingsRefused(str(error)) from error


def _percent(key: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
            raise SettingsRefused(f"{key} is a whole number from 0 to 100")
        return value

    return read


def _published(value: object) -> PublishedLabel:
    if not isinstance(value, dict):
        raise SettingsRefused("published_index is an object")
    number, category, n, period = (value.get(key) for key in ("value", "category", "n", "period"))
    if not isinstance(number, str) or not _VALUE.fullmatch(number):
        raise SettingsRefused("published_index.value is a text with two decimals, as 84.12")
    if category not in ("A", "B", "C", "D"):
        raise SettingsRefused("published_index.category is A, B, C or D")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise SettingsRefused("published_index.n says how many responses: an index is never shown without it")
    if not isinstance(period, str) or not 0 < len(period) <= 40:
        raise SettingsRefused("published_index.period is a text")
    return PublishedLabel(period=period, value=number, category=category, n=n)


def _services(value: object) -> tuple[OfferedService, ...]:
    if not isinstance(value, list) or len(value) > MAX_SERVICES:
        raise SettingsRefused(f"services is a list of at most {MAX_SERVICES}")
    services = []
    for entry in value:
        code, name = (entry.get("code"), entry.get("name")) if isinstance(entry, dict) else (None, None)
        if not isinstance(code, str) or not _CODE.fullmatch(code) or not isinstance(name, str) or not name:
            raise SettingsRefused("a service has a code of letters and digits, and a name")
        services.append(OfferedService(code=code, name=name))
    if len({service.code for service in services}) != len(services):
        raise SettingsRefused("two services have the same code")
    return tuple(services)


def _languages(value: object) -> tuple[str, ...]:
    names = _texts_in(value, "languages")
    known = {language.code for language in shipped()}
    for name in names:
        if name not in known:
            raise SettingsRefused(f"language {name!r} has no catalogue here")
    if not names:
        raise SettingsRefused("languages names at least one")
    return tuple(dict.fromkeys(names))


def _texts_in(value: object, key: str) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise SettingsRefused(f"{key} is a list of texts")
    return value
