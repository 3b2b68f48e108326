"""Rule sets: within how many days what is due, counted how, and where that is written. Data with a source and a date, never code.

What is shipped stands in `rules.toml`; an agency may have its own, as rows that are only added. A ticket keeps the set of its arrival.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from collector import clock
from collector.complaints.models import RuleSet, Stop
from collector.errors import CollectorError
from collector.fleet import setting
from collector.fleet.models import Agency, Kiosk, Unit
from collector.people import trail
from survey.record.complaint import BY_CODE
from survey.settings.keys import MAX_ANSWER_DAYS

SHIPPED = Path(__file__).with_name("rules.toml")
WORKING, CALENDAR = "working days", "days"
ARRIVAL, COMPLETE = "arrival", "complete"
MOST_DAYS = 400
_SPANS = ("verify", "acknowledge", "silence", "reopen", "stop")


class Span(NamedTuple):
    """A number of days, and where it is written."""

    days: int
    unit: str
    """`WORKING` or `CALENDAR`."""
    source: str
    unverified: bool
    start: str = ARRIVAL
    """Counted from the arrival, or from when the complaint is complete: at the latest the last day for verifying it."""


class Rules(NamedTuple):
    """A rule set, read."""

    version: str
    guideline: str
    stated_on: date
    classes: Mapping[str, Span]
    arrival: str
    by_topic: Mapping[str, str]
    verify: Span
    acknowledge: Span
    silence: Span
    reopen: Span
    stop: Span
    stops: tuple[str, ...]
    """The reasons for which the clock stands still."""

    def class_of(self, topics: list[str]) -> str:
        """Give the class of a complaint that nobody has read yet; of several topics the one that is due first."""
        named = [self.by_topic[topic] for topic in topics if topic in self.by_topic]
        return min(named, key=lambda name: self.classes[name].days) if named else self.arrival


def read(content: Mapping[str, Any]) -> Rules:
    """Read a rule set.

    Raises:
        CollectorError: something is missing or makes no sense (`rules_field`).
    """
    try:
        classes = {str(name): _span(f"classes.{name}", span) for name, span in content["classes"].items()}
        spans = {name: _span(name, content[name]) for name in _SPANS}
        arrival, topics = content["arrival"]["class"], dict(content["arrival"].get("topics", {}))
        stated_on = content["stated_on"]
        rules = Rules(
            version=_text(content, "version", 40),
            guideline=_text(content, "guideline", 300),
            stated_on=stated_on if isinstance(stated_on, date) else date.fromisoformat(stated_on),
            classes=classes,
            arrival=arrival,
            by_topic=topics,
            stops=tuple(content["stop"]["why"]),
            **spans,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CollectorError("rules_field", field=str(error)) from error
    wrong = [name for name in (arrival, *topics.values()) if name not in classes]
    wrong += [name for name in topics if name not in BY_CODE] + [
        name for name in rules.stops if name not in Stop.values
    ]
    if wrong:
        raise CollectorError("rules_field", field=wrong[0])
    return rules


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Any]:
    """Give the content of the rule set that is shipped, as JSON keeps it."""
    return _plain(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


def in_force(unit: Unit) -> RuleSet:
    """Give the rule set of what arrives at a unit now: its agency's newest, or the one that is shipped."""
    if unit.agency_id is not None:
        own = RuleSet.objects.filter(agency=unit.agency_id).order_by("-pk").first()
        if own is not None:
            return own
    content = shipped()
    found = RuleSet.objects.filter(agency=None, digest=_digest(content)).order_by("pk").first()
    return found or _add(None, content, who="collector")


def adopt(agency: Agency, text: str, *, who: str) -> RuleSet:
    """Give an agency rules of its own, as TOML; its kiosks are told at once, and its tickets keep what they came under.

    Raises:
        CollectorError: it cannot be read (`rules_field`).
    """
    try:
        content = _plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CollectorError("rules_field", field=str(error)) from error
    rules = read(content)
    with transaction.atomic():
        made = _add(agency, content, who=who)
        trail.note(
            who=who, action="complaint rules adopted", subject=agency.code,
            facts={"version": rules.version, "digest": made.digest},
        )  # fmt: skip
        setting.renew(Kiosk.objects.filter(stands__agency=agency))
    return made


def answer_days(unit: Unit) -> int:
    """Give the working days within which a complaint at a unit is answered, as the kiosk's ticket promises.

    Of several classes that a complaint may arrive under the longest; calendar days become as many working days as never end sooner.
    """
    rules = read(in_force(unit).content)
    names = {rules.arrival, *rules.by_topic.values()}
    return min(MAX_ANSWER_DAYS, max(_promised(rules, rules.classes[name]) for name in names))


def _promised(rules: Rules, span: Span) -> int:
    return _working(span) + (_working(rules.verify) if span.start == COMPLETE else 0)


def _working(span: Span) -> int:
    """Give the fewest working days that never end before a span does, on whatever day it begins: counted from a Sunday they end soonest."""
    if span.unit == WORKING:
        return span.days
    return next(days for days in range(1, MOST_DAYS + 1) if days + 2 * ((days - 1) // 5) >= span.days)


def _span(name: str, given: Mapping[str, Any]) -> Span:
    days, unit, start = given["days"], given["unit"], given.get("from", ARRIVAL)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_DAYS:
        raise ValueError(f"{name}.days")
    if unit not in (WORKING, CALENDAR) or start not in (ARRIVAL, COMPLETE):
        raise ValueError(f"{name}.unit, {name}.from")
    return Span(days, unit, _text(given, "source", 300), given.get("unverified", True) is not False, start)


def _text(given: Mapping[str, Any], name: str, most: int) -> str:
    text = given[name]
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise ValueError(name)
    return text


def _plain(content: Mapping[str, Any]) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = json.loads(json.dumps(content, default=date.isoformat))
    return plain


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _add(agency: Agency | None, content: Mapping[str, Any], *, who: str) -> RuleSet:
    return RuleSet.objects.create(
        agency=agency, digest=_digest(content), content=content, made_at=clock.now(), made_by=who
    )
