"""Kiosks at the desk: those that stand at the account's units, whoever needs somebody first, and one with all that is known of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.accounts import roles
from collector.desk import kiosk_table, kiosk_words, periods
from collector.desk.kiosk_table import Row
from collector.evidence import needs
from collector.evidence.kiosk_lines import KioskLine, lines
from collector.evidence.kiosk_list import EVERY, Among, KioskList, Of, among, first, or_at, some
from collector.evidence.kiosks import known
from collector.evidence.needs import Looked, Need
from collector.fleet.models import Kiosk, Unit

ROWS = 40
_AT_ONCE = 500
"""Kiosks of which data tell at once; what is sent is never held together."""
_FEW = 5_000
"""So many that are called so are found once, and asked for by their numbers from then on."""


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the kiosks in reach, sorted by what they need; as CSV and JSON too, all that are listed."""
    units = _units(request)
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    midnight = periods.midnight()
    every = KioskList(_among(units, words), midnight)
    found = every.numbers()
    chosen = _need(request.GET.get("perlu", ""))
    total = sum(number for told, number in found.items() if chosen is None or chosen in told)
    form = request.GET.get("format", "")
    if form in ("csv", "json"):
        rows = _every(every.ordered(found, chosen=chosen), needs.conditions(midnight))
        return _csv(rows, excel=request.GET.get("for") == "excel") if form == "csv" else _json(rows, total)
    page = Paginator(range(total), ROWS).get_page(request.GET.get("page"))
    start = page.start_index() - 1 if total else 0
    ids = every.ordered(found, chosen=chosen, start=start, stop=page.end_index())
    numbers = Counter({need: sum(number for told, number in found.items() if need in told) for need in Need})
    context = {
        "words": words,
        "chosen": chosen,
        "every": found.total(),
        "numbers": [(need, kiosk_words.need_words(need), numbers[need]) for need in Need if numbers[need]],
        "needing": found.total() - found[()],
        "page": page,
        "lines": [_line(one) for one in lines(ids, midnight)],
    }
    return render(request, "desk/kiosks.html", context)


@login_required
@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Show a kiosk; to whom it does not stand in reach there is none."""
    found = list(needs.standing_now(_units(request)).filter(name=name).values_list("pk", flat=True))
    if not found:
        raise Http404(name)
    (row,) = _rows(needs.look(found, needs.conditions(periods.midnight())))
    context = {
        "row": row,
        "stand": row.known.stand,
        "needs": [(kiosk_words.need_words(need), kiosk_words.need_sentence(need)) for need in row.needs],
        "facts": kiosk_words.facts(row.known, row.needs),
        "troubles": kiosk_words.troubles(row.known),
        "streams": kiosk_words.streams(row.known),
        "places": kiosk_words.places(row.known),
    }
    return render(request, "desk/kiosk.html", context)


def _units(request: HttpRequest) -> QuerySet[Unit]:
    """Give the units of the account's offices."""
    offices = roles.held(request.user, roles.OFFICERS)
    if not offices:
        raise PermissionDenied
    return roles.units_of(offices)


def _among(units: QuerySet[Unit], words: str) -> Among:
    """Choose the kiosks that stand at units; with words those that are called so, or stand at a unit that is, or in a region with this code."""
    kiosks = needs.standing_now(units)
    whole = not units.query.has_filters()
    if not words:
        return EVERY if whole else among(kiosks)
    is_called = Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
    few = list(units.filter(is_called).order_by().values_list("pk", flat=True)[: _FEW + 1])
    of: Of = "many" if whole else "some"
    if len(few) > _FEW:
        # Each kiosk's unit is looked at: a list of so many would cost more than what it saves.
        at_one = Exists(Unit.objects.filter(is_called, pk=OuterRef("stands")))
        return among(kiosks.filter(at_one | Q(name__icontains=words)), of=of)
    called = or_at(among(kiosks.filter(name__icontains=words), of=of), few)
    found = first(called, _FEW + 1)
    return called if len(found) > _FEW else some(found)


def _rows(looked: list[Looked]) -> list[Row]:
    kiosks = Kiosk.objects.in_bulk([one.kiosk for one in looked])
    found = known(kiosks[one.kiosk] for one in looked)
    return [Row(one, told.needs) for one, told in zip(found, looked, strict=True)]


def _line(one: KioskLine) -> dict[str, object]:
    """Give a kiosk as the list says it."""
    return {
        "name": one.name,
        "unit": one.unit,
        "place": one.place,
        "needs": [kiosk_words.need_words(need) for need in one.needs],
        "revoked": one.revoked,
        "received": kiosk_words.received(one, one.needs),
        "waits": kiosk_words.waits(one),
        "settings": kiosk_words.settings_words(one.settings, one.zone),
    }


def _need(text: str) -> Need | None:
    try:
        return Need(text)
    except ValueError:
        return None


def _every(ids: Sequence[int], wanted: Mapping[Need, Q]) -> Iterator[Row]:
    for start in range(0, len(ids), _AT_ONCE):
        yield from _rows(needs.look(ids[start : start + _AT_ONCE], wanted))


def _csv(rows: Iterator[Row], *, excel: bool) -> StreamingHttpResponse:
    sent = (part.encode() for part in kiosk_table.as_csv(rows, excel=excel))
    answer = StreamingHttpResponse(sent, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="kios.csv"'
    return answer


def _json(rows: Iterator[Row], total: int) -> StreamingHttpResponse:
    sent = (part.encode() for part in kiosk_table.as_json(rows, total))
    return StreamingHttpResponse(sent, content_type="application/json")
