"""The publication register: where and when an index was made public, with what shows it (PEKPPP asks for it).

Officers enter what they hung up, posted and broadcast. The kiosks' own screens enter themselves: a kiosk signs a record when
it has applied its settings, and the settings name the release that its screen shows from then on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import KioskSettings, SettingsReport
from collector.local import local_date
from collector.papers import dress
from collector.papers.cleaning import clean
from collector.papers.models import Medium, Publication
from collector.people import trail
from collector.releases.models import Release
from collector.releases.states import State
from survey.settings.shown import PUBLISHED_INDEX


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register."""

    day: date
    medium: Medium
    where: str
    link: str
    photo: bytes
    """JPEG; empty for none."""
    who: str
    """Who entered it: an account, the console, or a kiosk by its signed record."""
    number: int | None
    """Of what somebody entered."""


def enter(
    release: Release,
    *,
    day: date,
    medium: Medium,
    where: str,
    link: str = "",
    photo: Path | None = None,
    who: str,
) -> Publication:
    """Enter a publication.

    Raises:
        CollectorError: the release was never out (`paper_no_number`), the day lies before its publication or in the future
            (`publication_day`), the link is none (`publication_link`), or the photo is none (`picture`).
    """
    zone = release.unit.time_zone if release.unit is not None else "Asia/Jakarta"
    if release.state not in (State.PUBLISHED, State.WITHDRAWN) or release.published_at is None:
        raise CollectorError("paper_no_number", address=release.address)
    out, today = local_date(release.published_at, zone), local_date(clock.now(), zone)
    if not out <= day <= today:
        raise CollectorError("publication_day", day=day, first=out, last=today)
    if link and not _is_link(link):
        raise CollectorError("publication_link", link=link)
    picture = dress.as_jpeg(photo) if photo is not None else b""
    with transaction.atomic():
        entered = Publication.objects.create(
            release=release, day=day, medium=medium, where=clean(where, longest=200), link=link[:500], photo=picture,
            entered_at=clock.now(), entered_by=who[:150],
        )  # fmt: skip
        trail.note(
            who=who,
            action="publication entered",
            subject=f"{release.address} {medium.value}",
            facts={"day": day.isoformat(), "link": link[:500], "photo": bool(picture)},
        )
    return entered


def _is_link(text: str) -> bool:
    try:
        is_web = urlsplit(text).scheme in ("http", "https")
    except ValueError:  # such as a `[` that nothing closes
        return False
    return is_web and text.isprintable() and " " not in text


def entries(release: Release) -> list[Entry]:
    """Give all lines of a release's register, the oldest first."""
    entered = (
        Entry(one.day, Medium(one.medium), one.where, one.link, bytes(one.photo), one.entered_by, one.pk)
        for one in Publication.objects.filter(release=release)
    )
    return sorted([*entered, *_screens(release)], key=lambda one: (one.day, one.medium, one.where))


def media(lines: Iterable[Entry]) -> list[Medium]:
    """Give the kinds of media that a register names, each once, in the form's order."""
    named = {line.medium for line in lines}
    return [medium for medium in Medium if medium in named]


def _screens(release: Release) -> Iterator[Entry]:
    """Give the kiosks whose screen has shown a release, each from the day it said so."""
    if release.unit is None:
        return
    showing = KioskSettings.objects.filter(**{f"content__{PUBLISHED_INDEX}__address": release.address})
    versions = {(kiosk, version) for kiosk, version in showing.values_list("kiosk", "version")}
    first: dict[int, SettingsReport] = {}
    reports = SettingsReport.objects.filter(applied=True, kiosk__in={kiosk for kiosk, _ in versions})
    for report in reports.select_related("kiosk").order_by("at_ms", "stream_id", "seq"):
        if (report.kiosk_id, report.version) in versions:
            first.setdefault(report.kiosk_id, report)
    for report in first.values():
        name = report.kiosk.name
        yield Entry(
            day=local_date(report.at_ms, release.unit.time_zone),
            medium=Medium.ELECTRONIC,
            where=f"Layar kios {name}",
            link="",
            photo=b"",
            who=f"kios {name}, catatan bertanda tangan nomor {report.seq}",
            number=None,
        )
