"""What a message says: names of kiosks and units, kinds, moments and numbers; nothing of people, and no answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from collector.alerts.gathering import Found
from collector.alerts.rules import ALL, Level
from collector.fleet.models import Region
from collector.language import INDONESIAN
from collector.local import minute_text
from collector.words.catalogue import say
from collector.words.foreign import in_one_line

MOST_LINES = 20


class Line(NamedTuple):
    """One thing a message says, in words and as values."""

    text: str
    values: Mapping[str, object]

    @classmethod
    def of(cls, one: Found) -> "Line":
        """Say what became of a kiosk."""
        word = {Level.FINE: "fine", Level.LATE: "late", Level.DOWN: "down"}[one.level]
        since = minute_text(one.since, settings.IKM_TIME_ZONE)
        what = say(f"alert.kind_{one.kind.value}", INDONESIAN)
        text = say(f"alert.{word}", INDONESIAN, kiosk=one.name, unit=one.unit, what=what, since=since)
        values = {"kiosk": one.name, "kind": one.kind.value, "level": word, "since": one.since.isoformat()}
        return cls(text, values | {"evidence": f"{settings.IKM_PUBLIC_URL}/meja/kios/{one.name}/"})

    @classmethod
    def of_cause(cls, key: str, number: int, now: datetime) -> "Line":
        """Say that many fell silent at once."""
        text = say("alert.cause", INDONESIAN, where=_where(key), number=number)
        return cls(text, {"cause": key, "level": "down", "kiosks": number, "since": now.isoformat()})

    @classmethod
    def cause_over(cls, key: str, left: int, began: datetime, now: datetime) -> "Line":
        """Say that most of them are back."""
        since = minute_text(began, settings.IKM_TIME_ZONE)
        text = say("alert.cause_over", INDONESIAN, where=_where(key), left=left, since=since)
        return cls(text, {"cause": key, "level": "fine", "kiosks": left, "since": now.isoformat()})

    @classmethod
    def reminder(cls, number: int, now: datetime) -> "Line":
        """Say how much is still open."""
        text = say("alert.reminder", INDONESIAN, number=number)
        return cls(text, {"reminder": number, "since": now.isoformat()})

    @classmethod
    def test(cls, now: datetime) -> "Line":
        """Say that this is a test."""
        return cls(say("alert.test", INDONESIAN), {"test": True, "since": now.isoformat()})


def body_of(lines: Iterable[Line]) -> dict[str, object]:
    """Give a message as it is kept: its sentences and its values, the first of many and how many more."""
    return with_more({"text": "", "changes": [], "more": 0}, lines)


def with_more(body: Mapping[str, Any], lines: Iterable[Line]) -> dict[str, object]:
    """Give a kept message with further lines behind its own."""
    texts, changes, more = str(body["text"]).splitlines(), list(body["changes"]), int(body["more"])
    if more:
        texts.pop()  # how many more there were
    for one in lines:
        if len(changes) < MOST_LINES:
            texts.append(one.text)
            changes.append(dict(one.values))
        else:
            more += 1
    if more:
        texts.append(say("alert.more", INDONESIAN, number=more))
    return {"text": "\n".join(texts), "changes": changes, "more": more}


def _where(key: str) -> str:
    """Name a cause: by the regency's name where that is known, else by its code."""
    code = key.partition(":")[2]
    if key == ALL:
        return say("alert.everywhere", INDONESIAN)
    name = Region.objects.filter(pk=code).values_list("name", flat=True).first()
    return in_one_line(name) if name else say("alert.regency", INDONESIAN, code=code)
