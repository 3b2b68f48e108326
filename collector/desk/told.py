"""What came out in somebody's reach between two moments, in the words of the public pages: nothing that is not public is in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q
from django.urls import reverse

from collector.accounts import roles
from collector.accounts.scope import EVERYWHERE
from collector.fleet.models import Place
from collector.fleet.tree import below
from collector.releases.content import two_decimals
from collector.releases.models import Release, ReleaseStep
from collector.releases.show.reading import Reading
from collector.releases.states import SHOWN, State
from collector.scores.show.formats import comma
from collector.words.foreign import in_one_line
from survey.index.periods import parse

READERS = (roles.VIEWER, *roles.OFFICERS)
"""Whose releases may come by mail: an auditor's office is no reach of units."""
MOST = 200
"""Of which one mail speaks; of the others it says how many there are."""


@dataclass(frozen=True, slots=True)
class Told:
    """One release, in words."""

    title: str
    text: str
    path: str
    """Its page; a path of the pages."""
    release: Release


@dataclass(frozen=True, slots=True)
class News:
    """What came out."""

    since: datetime
    until: datetime
    told: tuple[Told, ...]
    """By state and name, what was withdrawn first; at most `MOST`."""
    total: int


def news_of(user: User, *, since: datetime, until: datetime) -> News:
    """Give what was published, withdrawn or shown as not reported after one moment and up to another, of what an account reaches."""
    reach = _reach(user)
    if reach is None:
        return News(since, until, (), 0)
    steps = ReleaseStep.objects.filter(reach, at__gt=since, at__lte=until, state__in=SHOWN)
    # What became of it since is told the next time, with its reason: nothing is announced that no longer holds.
    holding = steps.filter(state=F("release__state")).order_by("pk")
    why = dict(holding.values_list("release", "why"))
    chosen = Release.objects.filter(pk__in=holding.order_by().values("release"))
    listed = chosen.select_related("successor").defer("basis", "breakdown")
    # By the states' own names: `ditarik`, `terbit`, `tidak melapor`.
    found = listed.order_by("state", "code", "first_day", "pk")[:MOST]
    return News(since, until, tuple(_told(one, why[one.pk]) for one in found), len(why))


def _reach(user: User) -> Q | None:
    """Give the condition that a step is of a release of the account's units, regions or agencies; None where it reaches nothing."""
    offices = roles.held(user, READERS)
    if not offices:
        return None
    if any(office.scope == EVERYWHERE for office in offices):
        return Q()
    reach = Q(release__unit__in=roles.units_of(offices).order_by().values("pk"))
    for office in offices:
        if office.region is not None:
            code = office.region.pk
            inside = Q(release__code=code) | Q(release__code__startswith=f"{code}.")
            reach |= Q(release__subject="region") & inside
            malls = Place.objects.filter(below(code)).values("code")
            reach |= Q(release__subject="place", release__code__in=malls)
        if office.agency is not None:
            reach |= Q(release__subject="agency", release__code=office.agency.code)
    return reach


def _told(release: Release, why: str) -> Told:
    reading = Reading(release)
    named = (reading.said.get("subject") or {}).get("name") or release.code
    questions = "" if reading.said.get("index_name") in (None, "IKM") else f", {reading.said['index_name']}"
    return Told(
        title=f"{in_one_line(named)}, {parse(release.period).title}{questions}",
        text=" ".join(_sentences(reading, why)),
        path=reverse("release", args=[release.address]),
        release=release,
    )


def _sentences(reading: Reading, why: str) -> Iterator[str]:
    release = reading.release
    if reading.is_withdrawn:
        yield f"Ditarik: {in_one_line(why)}"
        if release.successor is not None:
            yield f"Penggantinya: {release.successor.address}."
        return
    if release.state == State.NOT_REPORTED:
        yield "Tidak melapor: sampai tenggatnya periode ini belum diterbitkan."
        return
    if reading.index is not None:
        yield from _number(reading.said, reading.index)
    elif release.value is not None:  # an evaluation's result
        yield f"{comma(release.value)} {release.category}".strip() + "."
    else:
        yield "Terbit tanpa nilai: kurang dari 5 responden."
    if reading.said.get("corrects"):
        yield f"Menggantikan rilis {reading.said['corrects']}."


def _number(said: Mapping[str, Any], index: Mapping[str, Any]) -> Iterator[str]:
    """Say an index with its doubt as its page does."""
    grade = f" {index['category']} ({index['performance']})" if index.get("category") else ""
    value = comma(two_decimals(index["value"]))
    yield f"{said.get('index_name') or 'Indeks'} {value}{grade}, {comma(said['n'])} responden."
    if interval := ((index.get("words") or {}).get("id") or {}).get("interval"):
        yield in_one_line(interval)
