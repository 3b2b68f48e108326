"""Short numbers for what repeats: looked up once a process, made when first met.

A number is remembered beyond its transaction only after the commit, because a transaction that is rolled back takes
its new numbers along. The tables only grow, so that what is remembered stays true in every process.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from collector import statements
from collector.scores.models import Form, Group, Manner
from collector.scores.tallies.keys import LAST_FORM, LAST_GROUP, NO_HOUR
from survey.index.tally import LAYOUT
from survey.instrument.ages import reported
from survey.instrument.profile import AGE, EDUCATION, JOB, SEX, USER
from survey.record.response import CHANNELS

HOUR = "hour"
ENDED = "ended"
LANGUAGE = "language"
PROFILE_DIMENSIONS = (SEX, AGE, EDUCATION, JOB, USER, "disability")
UNKNOWN = "?"
OTHER = "lain"
"""The option of everything beyond the first codes of a dimension: no kiosk can make the tables grow for ever."""

_MOST_CODES = {ENDED: 512}
_MOST_CODES_ELSE = 64
_MOST_REMEMBERED = 20_000
_TRIES = 5
_CODE = re.compile(r"[A-Za-z0-9_.:<>=+-]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ENDINGS = {"finished", "declined", "timeout", "staff", "fault"}

Key = TypeVar("Key", bound=Hashable)
Number = TypeVar("Number")


class Numbers(dict[Key, Number], Generic[Key, Number]):
    """The numbers met in one transaction; those of earlier ones come from `shared`, new ones are made by `make`."""

    def __init__(self, shared: dict[Key, Number], make: Callable[[Key], Number]) -> None:
        super().__init__()
        self._shared = shared
        self._make = make

    def __missing__(self, key: Key) -> Number:
        """Look the number up, or make it."""
        number = self._shared.get(key)
        if number is None:
            number = self._make(key)
            self._remember(key, number)
        self[key] = number
        return number

    def learn(self, keys: Iterable[Key], make_all: Callable[[Sequence[Key]], Mapping[Key, Number]]) -> None:
        """Have the numbers of these keys looked up or made all at once by `make_all`, where they are not known."""
        missing = [key for key in dict.fromkeys(keys) if key not in self and key not in self._shared]
        for key, number in (make_all(missing) if missing else {}).items():
            self._remember(key, number)
            self[key] = number

    def _remember(self, key: Key, number: Number) -> None:
        def remember() -> None:
            if len(self._shared) >= _MOST_REMEMBERED:  # what kiosks write must not fill the memory
                self._shared.clear()
            self._shared[key] = number

        transaction.on_commit(remember)


SeriesKey = tuple[int, int | None, int, int, int]
"""Unit, service, place, kiosk and form."""
MannerKey = tuple[str, str | None, str, str, bool]
"""How it ended, at which element, language, channel, outside hours."""
ProfileKey = tuple[tuple[str, str], ...]
_Statement = tuple[int | str | None, ...]
"""A text and its parameters."""

_series: dict[SeriesKey, int] = {}
_forms: dict[tuple[str, str], int] = {}
_groups: dict[tuple[str, str], int] = {}
_manners: dict[MannerKey, tuple[int, int]] = {}
_profiles: dict[ProfileKey, tuple[int, tuple[int, ...]]] = {}


def forget() -> None:
    """Forget every number: for tests that empty the tables."""
    for shared in (_series, _forms, _groups, _manners, _profiles):
        shared.clear()


class Names:
    """All the short numbers a transaction needs."""

    def __init__(self) -> None:
        self.series = Numbers(_series, _make_series)
        self.forms = Numbers(_forms, _make_form)
        self.groups = Numbers(_groups, _make_group)
        self.manners = Numbers(_manners, self._make_manner)
        self.profiles = Numbers(_profiles, self._make_profile)

    def learn_series(self, keys: Iterable[SeriesKey]) -> None:
        """Look up or make the numbers of many series in a few statements: every kiosk that is new to this process brings some."""
        self.series.learn(keys, _make_all_series)

    def _make_manner(self, key: MannerKey) -> tuple[int, int]:
        ended, ended_at, language, channel, outside = key
        ended = ended if ended in _ENDINGS else OTHER
        where = ended_at if ended != "finished" and ended_at and _CODE.fullmatch(ended_at) else ""
        ending = self.groups[ENDED, f"{ended}:{where}" if where else ended]
        spoken = self.groups[LANGUAGE, language if _LANGUAGE.fullmatch(language) else UNKNOWN]
        names = group_names((ending, spoken))
        channel = channel if channel in CHANNELS else OTHER
        # What the groups call it and not what the kiosk wrote: there are no more manners than groups allow.
        words = (
            names[ending][1],
            names[spoken][1],
            channel,
            "outside" if outside else "",
        )
        manner, _ = Manner.objects.get_or_create(
            text=" ".join(words), defaults={"ending_id": ending, "channel": channel, "outside_hours": outside}
        )
        return manner.pk, ending

    def _make_profile(self, key: ProfileKey) -> tuple[int, tuple[int, ...]]:
        told = dict(key)
        parts: list[str] = []
        groups: list[int] = []
        for dimension in PROFILE_DIMENSIONS:
            code = told.get(dimension)
            if code is not None and dimension == AGE:
                # What was told stays in the evidence: no row and no tally knows a finer band.
                code = reported(code)
            if code is not None and _CODE.fullmatch(code):
                number = self.groups[dimension, code]
                groups.append(number)
                parts.append(str(number))
        text = " ".join(parts)
        return _found_or_made((_PROFILE, text), (_NEW_PROFILE, text)), tuple(groups)


def groups_of_profile(text: str) -> tuple[int, ...]:
    """Give the numbers of the groups a stored profile belongs to."""
    return tuple(int(word) for word in text.split())


def hour_code(hour: int) -> str:
    """Give the code of an hour's group."""
    return f"{hour:02d}" if hour < NO_HOUR else UNKNOWN


def group_names(numbers: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    """Give dimension and code of groups."""
    rows = Group.objects.filter(pk__in=set(numbers)).values_list("pk", "dimension", "code")
    return {number: (dimension, code) for number, dimension, code in rows}


# Every kiosk that is new brings some of these: see `collector.statements`.
_PROFILE = "SELECT id FROM scores_profile WHERE text = %s"
_NEW_PROFILE = "INSERT INTO scores_profile (text) VALUES (%s) ON CONFLICT DO NOTHING RETURNING id"
_GROUP = "SELECT id FROM scores_group WHERE dimension = %s AND code = %s"
_SERIES = (
    "SELECT unit_id, service_id, place_id, kiosk_id, form_id, id FROM scores_series WHERE kiosk_id {among}"
)
_NEW_SERIES = (
    "INSERT INTO scores_series (unit_id, service_id, place_id, kiosk_id, form_id) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)


def _make_series(key: SeriesKey) -> int:
    return _make_all_series([key])[key]


def _make_all_series(keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
    found = _series_among(keys)
    new = [key for key in keys if key not in found]
    if new:
        with connection.cursor() as cursor:
            cursor.executemany(_NEW_SERIES, new)
        found |= _series_among(new)  # also what another process has made meanwhile
    return {key: found[key] for key in keys}


def _series_among(keys: Sequence[SeriesKey]) -> dict[SeriesKey, int]:
    """Give the series of these keys that are there, and the others of their kiosks."""
    rows = statements.rows(_SERIES, statements.several({kiosk for _, _, _, kiosk, _ in keys}))
    return {
        (unit, service, place, kiosk, form): int(number) for unit, service, place, kiosk, form, number in rows
    }


def _found_or_made(looked_up: _Statement, made: _Statement) -> int:
    # The third asking is for what another process has made meanwhile.
    for text, *parameters in (looked_up, made, looked_up):
        if found := statements.rows(str(text), *parameters):
            return int(found[0][0])
    raise IntegrityError("a name that is neither there nor can be made")


def _make_form(key: tuple[str, str]) -> int:
    number = _numbered(Form, {"instrument": key[0], "version": key[1]}, layout=LAYOUT)
    if number > LAST_FORM:
        raise OverflowError("no more than 511 versions of instruments can be counted")
    return number


def _numbered(model: type[Form] | type[Group], key: Mapping[str, str], **more: object) -> int:
    """Give the number of a name; a new one gets the next after the highest, for a database's own counter loses one with every rollback."""
    for attempt in range(_TRIES):
        found = model.objects.filter(**key).first()
        if found is not None:
            return int(found.pk)
        highest = model.objects.aggregate(highest=Max("pk"))["highest"] or 0
        try:
            with transaction.atomic():
                return int(model.objects.create(pk=highest + 1, **key, **more).pk)
        except IntegrityError:  # another process was quicker
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("the loop above returns or raises")


def _make_group(key: tuple[str, str]) -> int:
    dimension, code = key
    found = statements.rows(_GROUP, dimension, code)
    if not found:
        if code != OTHER and Group.objects.filter(dimension=dimension).count() >= _MOST_CODES.get(
            dimension, _MOST_CODES_ELSE
        ):
            code = OTHER
        number = _numbered(Group, {"dimension": dimension, "code": code})
    else:
        number = int(found[0][0])
    if number > LAST_GROUP:
        raise OverflowError("no more than 2047 groups can be counted")
    return number
