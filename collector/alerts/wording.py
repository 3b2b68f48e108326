"""What a message says: names of kiosks and units, kinds, moments and numbers; nothing of people, and no answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from collector.alerts.gathering import Found
from collector.alerts.rules import ALL, Kind, Level
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
        """Say what became of a kiosk, or of the collector itself."""
        word = {Level.FINE: "fine", Level.LATE: "late", Level.DOWN: "down"}[one.level]
        since = minute_text(one.since, settings.IKM_TIME_ZONE)
        what = say(f"alert.kind_{one.kind.value}", INDONESIAN)
        if one.kiosk is None:
            said = "centre_fine" if one.level is Level.FINE else "centre"
            text = say(f"alert.{said}", INDONESIAN, what=what, since=since)
            return cls(
                text, {"kind": one.kind.value, "level": word, "since": one.since.isoformat()} | _at("")
            )
        text = say(f"alert.{word}", INDONESIAN, kiosk=one.name, unit=one.unit, what=what, since=since)
        values = {"kiosk": one.name, "kind": one.kind.value, "level": word, "since": one.since.isoformat()}
        return cls(text, values | _at(f"kios/{one.name}/"))

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
    def weekly(cls, number: int, now: datetime) -> "Line":
        """Say how many kiosks are silent, above the week's list of them."""
        text = say("alert.weekly", INDONESIAN, number=number)
        return cls(text, {"silent": number, "since": now.isoformat()} | _at("peringatan/"))

    @classmethod
    def releases(cls, one: Found) -> "Line":
        """Say how many units of a regency have a period to hand in."""
        word = "releases_late" if one.level is Level.DOWN else "releases"
        text = say(f"alert.{word}", INDONESIAN, where=_where(one.subject), number=one.number)
        values: dict[str, object] = {
            "kind": one.kind.value,
            "region": one.region,
            "units": one.number,
            "level": one.level.name.lower(),
        }
        return cls(text, values | {"since": one.since.isoformat()} | _at("belum-melapor/"))

    @classmethod
    def complaints(cls, kind: str, office: str, number: int, now: datetime) -> "Line":
        """Say how many complaints of an office wait, are due or late; never which, and nothing of what they say."""
        text = say(f"alert.said_{kind}", INDONESIAN, office=in_one_line(office), number=number)
        values = {"kind": kind, "office": office, "complaints": number, "since": now.isoformat()}
        return cls(text, values | _at("pengaduan/"))

    @classmethod
    def answers(cls, one: Found) -> "Line":
        """Say that a unit's share of worst answers, or a kiosk's presses, need a look; no number of either."""
        text = say(f"alert.said_{one.kind.value}", INDONESIAN, unit=one.unit)
        values = {"kind": one.kind.value, "unit": one.unit, "since": one.since.isoformat()}
        return cls(text, values | ({"kiosk": one.name} if one.kiosk is not None else {}) | _at("angka/"))

    @classmethod
    def answers_over(cls, unit: str, now: datetime) -> "Line":
        """Say that a unit's share of worst answers is below the line again."""
        values = {"kind": Kind.WORST.value, "unit": unit, "level": "fine", "since": now.isoformat()}
        return cls(say("alert.answers_over", INDONESIAN, unit=unit), values | _at("angka/"))

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


def _at(path: str) -> dict[str, str]:
    """Give where its evidence stands."""
    return {"evidence": f"{settings.IKM_PUBLIC_URL}/meja/{path}"}


def _where(key: str) -> str:
    """Name a cause: by the regency's name where that is known, else by its code."""
    if key == ALL:
        return say("alert.everywhere", INDONESIAN)
    kind, code, *provider = key.split(":")
    name = Region.objects.filter(pk=code).values_list("name", flat=True).first()
    if kind == "provider":
        where = in_one_line(name) if name else code
        return say("alert.provider", INDONESIAN, provider=in_one_line(provider[0]), where=where)
    return in_one_line(name) if name else say("alert.regency", INDONESIAN, code=code)
