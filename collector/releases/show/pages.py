"""The public page of a unit, and what those of regions and agencies share with it: nothing live but a band, no scripts, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.errors import CollectorError
from collector.fleet import lasting, malls
from collector.fleet.models import Region, Unit
from collector.local import local_date
from collector.releases import publishing
from collector.releases.evaluation.result import SUBJECT
from collector.releases.models import Release
from collector.releases.running import Running, running
from collector.releases.show.reading import Reading, shown_releases
from collector.releases.states import SHOWN, State
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.show.charts import Trend, TrendValue, trend_of
from survey.index.doubt import Interval
from survey.index.periods import Period, PeriodKind, around, parse
from survey.instrument.instrument import Instrument
from survey.instrument.kinds import NO_INDEX


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit: its newest release or that of a period, all that is out of it, and how the running period goes."""
    found = get_object_or_404(Unit.objects.select_related("region", "agency", "successor"), code=code)
    instrument = instrument_of(request, found)
    periods = periods_of("unit", code, instrument)
    period = chosen(request, periods)
    now = _running(found, instrument.id)
    return render(
        request,
        "releases/unit.html",
        {
            "unit": found,
            "crumbs": crumbs_of(found.region_id),
            "evaluations": list(
                shown_releases().filter(subject=SUBJECT, code=code).order_by("-first_day", "-number")
            ),
            "running": now if lasting.owes(found, now.period) else None,
            "predecessors": list(found.predecessors.order_by("name", "code")),
            "malls": malls.where(found),
            **of_subject(request, subject="unit", code=code, periods=periods, period=period, of=found),
        },
    )


def today(zone: str = "") -> date:
    """Give the local day in a zone, or where the collector stands."""
    return local_date(clock.now(), zone or settings.IKM_TIME_ZONE)


def of_subject(
    request: HttpRequest,
    *,
    subject: str,
    code: str,
    periods: Sequence[Period],
    period: Period | None,
    of: Unit | None = None,
) -> dict[str, Any]:
    """Give what a page shows of one unit, region or agency in a period, and of which others it could."""
    instrument = instrument_of(request, of)
    whole = Release.objects.filter(subject=subject, code=code)
    out = shown_releases().filter(subject=subject, code=code, instrument=instrument.id)
    shown = out.filter(period=period.identifier).order_by("-number").first() if period is not None else None
    reading = Reading(shown) if shown is not None else None
    return {
        **offered(_instruments(whole), instrument),
        "reading": reading,
        "period": period or around(today(), PeriodKind.QUARTER).previous(),
        "periods": periods,
        "history": list(out.order_by("-first_day", "-last_day", "-number")),
        "trend": _trend(reading) if reading is not None else None,
    }


def instrument_of(request: HttpRequest, unit: Unit | None = None) -> Instrument:
    """Give the instrument asked for, in its newest version here; where none is, the SKM, or what a course asks in its place.

    Raises:
        Http404: there is none of that name, or its number is no index.
    """
    asked = request.GET.get("instrument")
    if not asked and unit is not None and unit.asks:
        with suppress(CollectorError):  # its file may be gone from here
            return publishing.check_instrument(unit.asks)
    try:
        return publishing.check_instrument(asked or DEFAULT_INSTRUMENT)
    except CollectorError as error:
        raise Http404(str(error)) from error


def index_of(request: HttpRequest) -> Instrument:
    """Give the instrument a list is asked for; lists are of indices.

    Raises:
        Http404: there is none of that name, or it leads to no index.
    """
    found = instrument_of(request)
    if found.kind in NO_INDEX:
        raise Http404("it leads to shares, which no list has")
    return found


def offered(
    names: Iterable[str], instrument: Instrument, *, indices_alone: bool = False
) -> dict[str, object]:
    """Give the instrument a page shows, and those of which it could show something; a list has those alone that lead to an index."""
    names = dict.fromkeys([DEFAULT_INSTRUMENT, *names, instrument.id])
    known = [instrument if name == instrument.id else find_form(name)[1].instrument for name in names]
    if indices_alone:
        known = [one for one in known if one.kind not in NO_INDEX]
    return {"instrument": instrument, "instruments": known, "is_default": instrument.id == DEFAULT_INSTRUMENT}


def _instruments(found: QuerySet[Release]) -> Iterable[str]:
    return (
        found.filter(state__in=SHOWN).order_by("instrument").values_list("instrument", flat=True).distinct()
    )


def periods_of(subject: str, code: str, instrument: Instrument) -> list[Period]:
    """Give the periods of which something is out, the newest first."""
    found = Release.objects.filter(subject=subject, code=code, instrument=instrument.id, newest=True)
    return [
        parse(period) for period in found.order_by("-first_day", "-last_day").values_list("period", flat=True)
    ]


def chosen(request: HttpRequest, periods: Sequence[Period]) -> Period | None:
    """Give the period asked for, or the newest of which something is out."""
    asked = request.GET.get("period", "")
    if not asked:
        return periods[0] if periods else None
    for period in periods:
        if period.identifier == asked.upper():
            return period
    raise Http404("nothing is out of that period")


def _trend(reading: Reading) -> Trend | None:
    """Give the releases of the same kind up to this one."""
    release = reading.release
    kind = parse(release.period).kind
    series = Release.objects.filter(
        subject=release.subject,
        code=release.code,
        instrument=release.instrument,
        state=State.PUBLISHED,
        last_day__lte=release.last_day,
    ).exclude(n=None)
    columns = ("period", "value", "low", "high", "category", "n", "archived")
    points = [
        TrendValue(period, value, Interval(low, high) if low is not None else None, letter, n, archived)
        for period, value, low, high, letter, n, archived in series.order_by("-first_day").values_list(
            *columns
        )
        if parse(period).kind is kind
    ]
    return trend_of(points[:8][::-1], reading.bands, reading.ends)


def _running(unit: Unit, instrument: str) -> Running:
    return running(unit, instrument, on=today(unit.time_zone))


def crumbs_of(code: str) -> list[tuple[str, str]]:
    """Give codes and names of a region and those it lies in, the largest first."""
    parts = code.split(".")
    codes = [".".join(parts[: length + 1]) for length in range(len(parts))]
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, names.get(code) or code) for code in codes]
