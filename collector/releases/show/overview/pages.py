"""The overview for everybody: all units, the tree of regions and that of agencies, each list sortable and as data beside it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector.fleet import lasting
from collector.fleet.models import Agency, Region, Unit
from collector.fleet.tree import below
from collector.language import spoken
from collector.releases.show.overview import choices, nodes
from collector.releases.show.overview.asked import PROOFS, TRENDS, asked
from collector.releases.show.overview.lines import Line, ruler
from collector.releases.show.overview.listing import ROWS, Node, listing
from collector.releases.show.overview.tables import as_data
from collector.releases.show.pages import chosen, crumbs_of, index_of, of_subject, offered, today
from collector.words.catalogue import say
from survey.index.periods import Period, PeriodKind, around
from survey.instrument.instrument import Instrument
from survey.instrument.regions import parse
from survey.record.errors import Malformed

UNITS, PARTS = "unit", "wilayah"
"""What `daftar` may ask for: all units of a region, or the regions right below it."""


class _When(NamedTuple):
    """What a list is of."""

    instrument: Instrument
    periods: list[Period]
    """Of which something is out."""
    period: Period
    real: Q
    """The condition on its units."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List all units."""
    return _of_everything(request, nodes.every_unit, "unit", say("list.units", spoken()))


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    """List the provinces."""
    return _of_everything(request, partial(nodes.regions_of, ""), "region", say("list.regions", spoken()))


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """List the agencies."""
    return _of_everything(request, nodes.every_agency, "agency", say("list.agencies", spoken()))


@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is out of a region, and its parts: the regions right below it where it has many units, else the units."""
    try:
        place = parse(code)
    except Malformed as error:
        raise Http404(str(error)) from error
    if not Unit.objects.filter(below(code), lasting.REAL).exists():
        raise Http404("no unit is there")
    when = _when(request, "unit")
    units = Unit.objects.filter(below(code), when.real).count()
    named = Region.objects.filter(pk=code).values_list("name", flat=True).first() or code
    parts = nodes.regions_of(code, when.real)
    wanted = request.GET.get("daftar") or (PARTS if units > ROWS and len(parts.sizes) > 1 else UNITS)
    node = parts if wanted == PARTS and parts.sizes else nodes.units_of_region(code, when.real)
    extra = {
        "place": place,
        "name": named,
        "units": units,
        "crumbs": crumbs_of(code)[:-1],
        "parts": len(parts.sizes),
        "shows": PARTS if node is parts else UNITS,
    }
    return _of_node(request, node, when, extra, subject="region", code=code)


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is out of an agency, and its units."""
    found = get_object_or_404(Agency, code=code)
    when = _when(request, "unit")
    units = Unit.objects.filter(when.real, agency=found).count()
    extra = {"name": found.name, "units": units, "crumbs": [], "shows": UNITS}
    node = nodes.units_of_agency(found, when.real)
    return _of_node(request, node, when, extra, subject="agency", code=code)


def _of_everything(
    request: HttpRequest, node_of: Callable[[Q], Node], subject: str, title: str
) -> HttpResponse:
    when = _when(request, subject)
    table = _table(request, node_of(when.real), when)
    if isinstance(table, HttpResponse):
        return table
    known = offered(choices.instruments("unit"), when.instrument, indices_alone=True)
    periods = when.periods or [when.period]
    context = {"title": title, "periods": periods, "period": when.period, **known, **table}
    return render(request, "releases/home.html", context)


def _of_node(
    request: HttpRequest, node: Node, when: _When, extra: Mapping[str, object], *, subject: str, code: str
) -> HttpResponse:
    table = _table(request, node, when)
    if isinstance(table, HttpResponse):
        return table
    whole = of_subject(request, subject=subject, code=code, periods=when.periods, period=when.period)
    return render(request, "releases/larger.html", {**whole, **extra, **table, "period": when.period})


def _when(request: HttpRequest, subject: str) -> _When:
    """Read which questionnaire and period a list is of, and with it which units were units then."""
    instrument = index_of(request)
    periods = choices.periods(subject, instrument.id)
    usual = choices.usual(periods) or around(today(), PeriodKind.QUARTER).previous()
    period = (chosen(request, periods) if request.GET.get("period") else None) or usual
    return _When(instrument, periods, period, lasting.REAL if asked(request).ended else lasting.owing(period))


def _table(request: HttpRequest, node: Node, when: _When) -> dict[str, Any] | HttpResponse:
    """Give what a page needs to write a list; the answer itself where it is asked for as data."""
    ask, instrument, period = asked(request), when.instrument, when.period
    found = listing(node, instrument, period, ask)
    if ask.form:
        return as_data(found, ask, subject=node.subject, period=period, instrument=instrument)
    scale = ruler(instrument, (row.release for row in found.rows if row.release is not None))
    kept = {name: request.GET[name] for name in ("daftar", "berakhir") if name in request.GET}
    if "period" in request.GET:
        kept["period"] = period.identifier
    return {
        "listing": found,
        "lines": [Line(row, scale, instrument.id) for row in found.rows],
        "ruler": scale,
        "columns": 5 + bool(scale.zones) + (node.subject == "unit"),
        "ask": ask,
        "subject": node.subject,
        "trends": list(TRENDS),
        "proofs": list(PROOFS),
        "kept": kept,
        "updated": max(
            (row.release.published_at for row in found.rows if row.release and row.release.published_at),
            default=None,
        ),
    }
