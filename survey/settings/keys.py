"""What the collector may set for a kiosk: every key, its check and its default. Both ends use this; nobody else spells a key.

The collector checks before it signs, the kiosk checks again before it uses. One bad value refuses the whole message, under
its key and with a reason: half-applied settings help nobody. Keys that a kiosk's version does not know are left aside and
reported, so that a newer collector can serve an older kiosk; the collector refuses them, for there they are slips of the pen.
`docs/wire-format.md` describes every key; a test holds it to `KEYS`.
"""

import string
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from survey.instrument.definition import load, parse
from survey.instrument.instrument import Instrument, Kind
from survey.record.errors import InstrumentError
from survey.settings.addresses import BROKER, COLLECTOR, read_broker, read_collector
from survey.settings.hours import Hours, read_hours
from survey.settings.offered import SERVICES, read_services
from survey.settings.shown import (
    COUNTERS,
    MENDED,
    PUBLISHED_INDEX,
    STANDARDS,
    Mended,
    SettingsRefused,
    ShownIndex,
    read_counters,
    read_index,
    read_mended,
    read_standards,
)
from survey.settings.stands import Stand, read_stands
from survey.visit.plan import Counter, OfferedService, Standard
from survey.wire.sealing import SEAL_KEY, read_key

INSTRUMENTS = "instruments"
QUESTIONNAIRE = "questionnaire"
TEXTS = "texts"
OPENING_HOURS = "opening_hours"
VOLUME_PERCENT = "volume_percent"
BRIGHTNESS_PERCENT = "brightness_percent"
SUNLIGHT = "sunlight"
LANGUAGES = "languages"
ANSWER_DAYS = "answer_days"
PLACES = "places"
HOURS_BY_STAFF = "hours_by_staff"
KEYS = (
    INSTRUMENTS,
    QUESTIONNAIRE,
    TEXTS,
    OPENING_HOURS,
    VOLUME_PERCENT,
    BRIGHTNESS_PERCENT,
    SUNLIGHT,
    PUBLISHED_INDEX,
    MENDED,
    STANDARDS,
    COUNTERS,
    SERVICES,
    LANGUAGES,
    ANSWER_DAYS,
    PLACES,
    HOURS_BY_STAFF,
    BROKER,
    COLLECTOR,
    SEAL_KEY,
)

DEFAULT_INSTRUMENTS = ("pulse@1", "skm-2017@1")
"""What is asked where nothing else is set: the smiley, and the official nine questions."""

MAX_TEXT_CHARACTERS = 600
MAX_ANSWER_DAYS = 90
MAX_ANSWERS = 4
"""Answers of the smiley: one a button."""


class SettingsContent(NamedTuple):
    """Checked settings; None where the collector leaves it to the configuration and the enrolment."""

    instruments: tuple[Instrument, ...] | None = None
    """The first is the smiley."""
    texts: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """Own words of the interface, by language, then by key."""
    opening_hours: Mapping[str, Hours] | None = None
    """By day of `DAYS`; a day without hours is closed."""
    volume_percent: int | None = None
    brightness_percent: int | None = None
    sunlight: bool | None = None
    """Whether screens are drawn for a place in the sun."""
    published_index: ShownIndex | None = None
    mended: tuple[Mended, ...] = ()
    """What the unit did about what citizens said, the newest first."""
    standards: tuple[Standard, ...] = ()
    """What the unit promises of its services."""
    counters: tuple[Counter, ...] = ()
    """Where which counter is, at a place with many."""
    services: tuple[OfferedService, ...] | None = None
    languages: tuple[str, ...] | None = None
    answer_days: int | None = None
    """Within how many working days the unit's rule has a complaint answered."""
    places: tuple[Stand, ...] = ()
    """Where staff may say that it stands; none where it always stands at the same place."""
    hours_by_staff: bool = True
    """Whether staff may change the opening hours at the kiosk."""
    collector: str = ""
    """Where the collector's pages are from now on; nothing where the enrolment says it."""
    seal_key: bytes | None = None
    """What citizens write, and batches on sticks, are sealed to it from now on."""
    unknown: tuple[str, ...] = ()
    """Keys this version does not know."""


def check(
    content: Mapping[str, object],
    *,
    texts: Mapping[str, str] | None = None,
    languages: Collection[str] | None = None,
) -> SettingsContent:
    """Check the content of settings.

    `texts` is the interface's own catalogue and `languages` are those it has; only a kiosk knows them. Without them texts
    and languages are checked by their shape alone.

    Raises:
        SettingsRefused: a value makes no sense; nothing of the message may be used.
    """
    given = {key: value for key, value in content.items() if value is not None}
    definitions = _definitions(given.get(QUESTIONNAIRE, []))
    if BROKER in given:  # the process with the network follows it by itself
        _address(given, BROKER, read_broker)
    return SettingsContent(
        instruments=_instruments(given, definitions) if INSTRUMENTS in given else None,
        texts=_texts(given[TEXTS], texts) if TEXTS in given else {},
        opening_hours=opening_hours(given[OPENING_HOURS]) if OPENING_HOURS in given else None,
        volume_percent=_percent(given, VOLUME_PERCENT),
        brightness_percent=_percent(given, BRIGHTNESS_PERCENT),
        sunlight=_flag(given, SUNLIGHT, default=False) if SUNLIGHT in given else None,
        published_index=read_index(given[PUBLISHED_INDEX]) if PUBLISHED_INDEX in given else None,
        mended=read_mended(given[MENDED]) if MENDED in given else (),
        standards=read_standards(given[STANDARDS]) if STANDARDS in given else (),
        counters=read_counters(given[COUNTERS]) if COUNTERS in given else (),
        services=_services(given, definitions) if SERVICES in given else None,
        languages=_languages(given[LANGUAGES], languages) if LANGUAGES in given else None,
        answer_days=_working_days(given[ANSWER_DAYS]) if ANSWER_DAYS in given else None,
        places=_places(given[PLACES]) if PLACES in given else (),
        hours_by_staff=_flag(given, HOURS_BY_STAFF, default=True),
        collector=str(_address(given, COLLECTOR, read_collector)) if COLLECTOR in given else "",
        seal_key=_seal_key(given[SEAL_KEY]) if SEAL_KEY in given else None,
        unknown=tuple(sorted(set(given) - set(KEYS))),
    )


def opening_hours(content: object, *, where: str = OPENING_HOURS) -> Mapping[str, Hours]:
    """Read opening hours: an object of days, each a list of `["08:00", "16:00"]`.

    Raises:
        SettingsRefused: a day is unknown, or its times are none, or out of order; `where` is what the message calls them.
    """
    try:
        return read_hours(content, where=where)
    except ValueError as error:
        raise SettingsRefused(OPENING_HOURS, str(error)) from error


def _working_days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_ANSWER_DAYS:
        raise SettingsRefused(ANSWER_DAYS, f"answer_days is a whole number from 1 to {MAX_ANSWER_DAYS}")
    return value


def _instruments(
    given: Mapping[str, object], definitions: Mapping[str, Instrument]
) -> tuple[Instrument, ...]:
    names = _list_of_texts(given[INSTRUMENTS], INSTRUMENTS)
    found = [_named(name, definitions, key=INSTRUMENTS) for name in names]
    if not found or found[0].kind is not Kind.PULSE or len(found[0].questions[0].options) > MAX_ANSWERS:
        raise SettingsRefused(
            INSTRUMENTS, f"the first instrument is the smiley, with at most {MAX_ANSWERS} answers"
        )
    if any(instrument.kind is Kind.PULSE for instrument in found[1:]):
        raise SettingsRefused(INSTRUMENTS, "only the first instrument may be a smiley")
    return tuple(found)


def _named(name: str, definitions: Mapping[str, Instrument], *, key: str) -> Instrument:
    found = definitions.get(name)
    try:
        return found or load(*name.split("@", 1))
    except (KeyError, TypeError) as error:
        raise SettingsRefused(key, f"instrument {name!r} is unknown to this version") from error


def _services(
    given: Mapping[str, object], definitions: Mapping[str, Instrument]
) -> tuple[OfferedService, ...]:
    found = read_services(given[SERVICES], partial(_named, definitions=definitions, key=SERVICES))
    instruments = given.get(INSTRUMENTS)
    if isinstance(instruments, list) and len(instruments) == 1 and any(one.form for one in found):
        raise SettingsRefused(
            INSTRUMENTS, "a course asks where the kiosk asks: name a questionnaire beside the smiley"
        )
    return found


def _definitions(value: object) -> dict[str, Instrument]:
    """Read questionnaires that travel with the settings, as TOML texts."""
    found: dict[str, Instrument] = {}
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise SettingsRefused(QUESTIONNAIRE, "questionnaire is a list of TOML texts")
    for number, text in enumerate(texts, start=1):
        try:
            instrument = parse(text, file=f"questionnaire {number}")
        except InstrumentError as error:
            raise SettingsRefused(QUESTIONNAIRE, str(error)) from error
        # Answers are counted by this name: no other words go under that of a form that ships, or under one that is taken.
        if found.setdefault(instrument.name, _as_shipped(instrument)) != instrument:
            raise SettingsRefused(
                QUESTIONNAIRE,
                f"{instrument.name} is the name of another questionnaire: give yours its own id",
            )
    return found


def _as_shipped(instrument: Instrument) -> Instrument:
    try:
        return load(instrument.id, instrument.version)
    except KeyError:
        return instrument


def _texts(value: object, known: Mapping[str, str] | None) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict):
        raise SettingsRefused(TEXTS, "texts is an object of keys")
    found: dict[str, dict[str, str]] = {}
    for key, translations in value.items():
        if known is not None and key not in known:
            raise SettingsRefused(TEXTS, f"there is no text {key!r} here")
        if not isinstance(translations, dict):
            raise SettingsRefused(TEXTS, f"texts.{key} is an object of languages")
        for language, text in translations.items():
            if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT_CHARACTERS:
                raise SettingsRefused(
                    TEXTS, f"texts.{key}.{language} has 1 to {MAX_TEXT_CHARACTERS} characters"
                )
            placeholders = _placeholders(text)
            if known is not None and not placeholders <= _placeholders(known[key]):
                raise SettingsRefused(
                    TEXTS, f"texts.{key}.{language} names a value that this text does not have"
                )
            found.setdefault(language, {})[key] = text
    return found


def _placeholders(text: str) -> set[str]:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SettingsRefused(TEXTS, f"the text {text[:40]!r} has a stray brace") from error
    if any(not name.isidentifier() for name in names):
        raise SettingsRefused(TEXTS, f"the text {text[:40]!r} has a brace that names nothing")
    return names


def _percent(given: Mapping[str, object], key: str) -> int | None:
    if key not in given:
        return None
    value = given[key]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
        raise SettingsRefused(key, f"{key} is a whole number from 0 to 100")
    return value


def _places(value: object) -> tuple[Stand, ...]:
    try:
        return read_stands(value)
    except ValueError as error:
        raise SettingsRefused(PLACES, str(error)) from error


def _flag(given: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = given.get(key, default)
    if not isinstance(value, bool):
        raise SettingsRefused(key, f"{key} is true or false")
    return value


def _address(given: Mapping[str, object], key: str, read: Callable[[object], object]) -> object:
    try:
        return read(given[key])
    except ValueError as error:
        raise SettingsRefused(key, str(error)) from error


def _languages(value: object, known: Collection[str] | None) -> tuple[str, ...]:
    names = _list_of_texts(value, LANGUAGES)
    for name in names:
        if known is not None and name not in known:
            raise SettingsRefused(LANGUAGES, f"language {name!r} has no catalogue here")
    if not names:
        raise SettingsRefused(LANGUAGES, "languages names at least one")
    return tuple(dict.fromkeys(names))


def _seal_key(value: object) -> bytes:
    key = read_key(value)
    if key is None:
        raise SettingsRefused(SEAL_KEY, "seal_key is a key of 32 bytes in hexadecimal")
    return key


def _list_of_texts(value: object, key: str) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise SettingsRefused(key, f"{key} is a list of texts")
    return value
