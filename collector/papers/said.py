"""What a release says, in the words and numbers of an Indonesian paper: the one source of every format.

Everything is taken from what was frozen; nothing is worked out again. What is not in there and still stands on papers is who answered
(`characteristics`, from the release's own members) and the agency's dress.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import segno
from django.conf import settings

from collector.errors import CollectorError
from collector.fleet.models import Region
from collector.local import local_date
from collector.papers import characteristics, dress
from collector.papers.characteristics import Characteristic
from collector.papers.cleaning import clean
from collector.papers.dress import Worn
from collector.papers.scale import Scale, plain_scale, scale_of
from collector.papers.sentences import certainty, change, evidence, reckoned, sample, thresholds
from collector.releases.content import interval_of, two_decimals
from collector.releases.models import Release
from collector.releases.show.reading import Reading
from collector.releases.states import State
from collector.scores.show.formats import comma
from survey.index.periods import long_date
from survey.instrument.bands import BandTable
from survey.instrument.instrument import Instrument, in_language
from survey.instrument.kinds import Kind

_IKM = "Indeks Kepuasan Masyarakat (IKM)"


@dataclass(frozen=True, slots=True)
class ElementSaid:
    """One element as papers print it."""

    key: str
    label: str
    """`U1` … in the order of the rule's list."""
    name: str
    short: str
    value: str
    category: str
    is_low: bool
    """Whether it is one of the three lowest."""


@dataclass(frozen=True, slots=True)
class BandSaid:
    """One row of the category table."""

    letter: str
    name: str
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Said:
    """One release, ready to be printed."""

    reading: Reading
    instrument: Instrument
    address: str
    """`KH33-RUMM`."""
    link: str
    """Where it is found, without `https://`."""
    url: str
    qr: str
    """SVG of a code that leads there."""
    title: str
    """What the number is called in full."""
    index_name: str
    """`IKM`, `IPKP`, …"""
    name: str
    region: str
    """The regions it lies in, the nearest first; empty where they have no names."""
    period: str
    first: str
    last: str
    published: str
    edition: str
    withdrawn: str
    """Empty, or that it does not count any more, and what took its place."""
    n: int
    value: str
    low: str
    high: str
    category: str
    """Empty where the rule has no categories, as `performance`."""
    performance: str
    certainty: str
    change: str
    respondents: str
    sample: str
    sample_method: str
    services: str
    evidence: str
    rule: str
    weight: str
    reckoned: str
    """The weight, the mapping or the scale it was reckoned by."""
    thresholds: tuple[str, ...]
    """Sentences; none of an index with categories."""
    bands: tuple[BandSaid, ...]
    scale: Scale
    elements: tuple[ElementSaid, ...]
    characteristics: tuple[Characteristic, ...]
    worn: Worn

    @property
    def release(self) -> Release:
        """The release itself."""
        return self.reading.release

    @property
    def day(self) -> date:
        """The day it was published, in its unit's zone: the date of every paper made of it."""
        return _day_of(self.release, self.reading.said["published"])


def said_of(release: Release) -> Said:
    """Give what a release says.

    Raises:
        CollectorError: it has no number, or is not out (`paper_no_number`).
    """
    reading = Reading(release)
    if release.state not in (State.PUBLISHED, State.WITHDRAWN) or reading.index is None:
        raise CollectorError("paper_no_number", address=release.address)
    said, index = reading.said, reading.index
    instrument = _instrument(reading)
    interval = interval_of(index)
    url = f"{settings.IKM_PUBLIC_URL.rstrip('/')}/r/{release.address}/"
    who = said["subject"]
    return Said(
        reading=reading,
        instrument=instrument,
        address=f"{release.address[:4]}-{release.address[4:]}",
        link=f"{url.partition('://')[2].partition('/r/')[0]}/r/{release.address[:4]}-{release.address[4:]}",
        url=url,
        qr=qr_of(url),
        title=_IKM if instrument.kind is Kind.SKM else in_language(instrument.titles, "id"),
        index_name=instrument.index_name,
        name=clean(who["name"]) or who["code"],
        region=_regions(who),
        period=said["period"]["title"],
        first=long_date(date.fromisoformat(said["period"]["from"])),
        last=long_date(date.fromisoformat(said["period"]["to"])),
        published=long_date(_day_of(release, said["published"])),
        edition=f"edisi {said['number']}",
        withdrawn=_withdrawn(reading),
        n=said["n"],
        value=printed(index["value"]),
        low=printed(interval.low) if interval else "",
        high=printed(interval.high) if interval else "",
        category=index["category"] or "",
        performance=index["performance"] or "",
        certainty=certainty(index),
        change=change(said["change"]) if said.get("change") else "",
        respondents=f"{comma(said['n'])} orang",
        sample=sample(index.get("sample")),
        sample_method=index["words"]["id"]["method"],
        services=_services(index),
        evidence=evidence(said),
        rule=index["rule"],
        weight=index["weight"].replace(".", ","),
        reckoned=reckoned(index),
        thresholds=thresholds(index),
        bands=_bands(reading.bands) if reading.bands is not None else (),
        scale=_scale(reading, index),
        elements=_elements(index, instrument),
        characteristics=characteristics.of(release),
        worn=dress.worn_by(who),
    )


def printed(value: Decimal | float) -> str:
    """Write an index or a bound of its interval: `84,12`."""
    return comma(two_decimals(value))


def qr_of(url: str) -> str:
    """Give a QR code as SVG, dark on nothing, without a margin: whoever sets it leaves room around it."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out, kind="svg", border=0, dark="#14213D", scale=4, xmldecl=False, nl=False
    )
    return out.getvalue().decode()


def qr_picture(url: str) -> bytes:
    """Give a QR code as PNG, for files that hold pictures and no drawings."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="png", scale=8, border=2, dark="#14213D")
    return out.getvalue()


def _instrument(reading: Reading) -> Instrument:
    form = reading.form
    if form is None:
        raise CollectorError("paper_no_number", address=reading.release.address)
    return form.instrument


def _day_of(release: Release, published: str) -> date:
    zone = release.unit.time_zone if release.unit is not None else settings.IKM_TIME_ZONE
    return local_date(datetime.fromisoformat(published), zone)


def _regions(who: Mapping[str, Any]) -> str:
    code = who["code"] if who["kind"] == "region" else (who.get("region") or {}).get("code", "")
    parts = code.split(".")
    above = [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
    names = dict(Region.objects.filter(code__in=above).exclude(name="").values_list("code", "name"))
    return ", ".join(clean(names[one]) for one in above if one in names)


def _withdrawn(reading: Reading) -> str:
    if not reading.is_withdrawn:
        return ""
    after = reading.release.successor
    return (
        f"DITARIK, penggantinya {after.address[:4]}-{after.address[4:]}" if after is not None else "DITARIK"
    )


def _services(index: Mapping[str, Any]) -> str:
    alone = [clean(one["name"] or one["code"]) for one in index.get("services") or ()]
    if not alone:
        return "semua layanan"
    return f"semua layanan ({len(alone)} disebut sendiri)"


def _scale(reading: Reading, index: Mapping[str, Any]) -> Scale:
    value, interval = two_decimals(index["value"]), interval_of(index)
    if reading.bands is not None:
        return scale_of(value, interval, reading.bands)
    low, high = (Decimal(str(index["scale"][end])) for end in ("low", "high"))
    return plain_scale(value, interval, (low, high))


def _bands(table: BandTable) -> tuple[BandSaid, ...]:
    return tuple(
        BandSaid(one.letter, one.name, printed(one.lowest), printed(one.highest)) for one in table.bands
    )


def _elements(index: Mapping[str, Any], instrument: Instrument) -> tuple[ElementSaid, ...]:
    every: Sequence[Mapping[str, Any]] = index["elements"]
    lowest = {one["key"] for one in sorted(every, key=lambda one: one["value"])[:3]}
    low = set((index.get("priorities") or [])[:3]) or lowest
    return tuple(
        ElementSaid(
            key=one["key"],
            label=one["label"],
            name=clean(one["name"]),
            short=clean(in_language(instrument.element(one["key"]).short, "id")),
            value=printed(one["value"]),
            category=one["category"] or "",
            is_low=one["key"] in low,
        )
        for one in every
    )
