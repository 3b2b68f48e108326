"""Kiosks at the desk: those that stand at the account's units, whoever needs somebody first, and one with all that is known of it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.accounts import roles
from collector.desk import kiosk_table, kiosk_words, periods
from collector.desk.kiosk_table import Row
from collector.evidence import needs
from collector.evidence.kiosks import known
from collector.evidence.needs import Looked, Need
from collector.fleet.models import Kiosk, Unit
from collector.scores.show.as_csv import table

ROWS = 40


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the kiosks in reach, sorted by what they need; as CSV and JSON too."""
    kiosks = _reach(request)
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    if words:
        units = Unit.objects.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
        )
        kiosks = kiosks.filter(Q(name__icontains=words) | Q(stands__in=units.values("pk")))
    found = needs.look(kiosks, needs.conditions(periods.midnight()))
    chosen = _need(request.GET.get("perlu", ""))
    narrowed = [one for one in found if chosen is None or chosen in one.needs]
    form = request.GET.get("format", "")
    rows_a_page = kiosk_table.ROWS_OF_DATA if form in ("csv", "json") else ROWS
    page = Paginator(narrowed, rows_a_page).get_page(request.GET.get("page"))
    rows = _rows(list(page))
    if form == "csv":
        return _csv(rows, excel=request.GET.get("for") == "excel")
    if form == "json":
        told = {"total": page.paginator.count, "page": page.number, "pages": page.paginator.num_pages}
        return JsonResponse(told | {"kiosks": [kiosk_table.cells(row) for row in rows]})
    context = {
        "words": words,
        "chosen": chosen,
        "every": len(found),
        "numbers": [
            (need, kiosk_words.need_words(need), number)
            for need in Need
            if (number := sum(need in one.needs for one in found))
        ],
        "needing": sum(bool(one.needs) for one in found),
        "page": page,
        "lines": [_line(row) for row in rows],
    }
    return render(request, "desk/kiosks.html", context)


@login_required
@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Show a kiosk; to whom it does not stand in reach there is none."""
    found = needs.look(_reach(request).filter(name=name), needs.conditions(periods.midnight()))
    if not found:
        raise Http404(name)
    (row,) = _rows(found)
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


def _reach(request: HttpRequest) -> QuerySet[Kiosk]:
    """Give the kiosks that stand at units of the account's offices."""
    offices = roles.held(request.user, roles.OFFICERS)
    if not offices:
        raise PermissionDenied
    return needs.standing_now(roles.units_of(offices))


def _rows(looked: list[Looked]) -> list[Row]:
    kiosks = Kiosk.objects.in_bulk([one.kiosk for one in looked])
    found = known(kiosks[one.kiosk] for one in looked)
    return [Row(one, told.needs) for one, told in zip(found, looked, strict=True)]


def _line(row: Row) -> dict[str, object]:
    """Give a kiosk as the list says it."""
    return {
        "name": row.known.kiosk.name,
        "stand": row.known.stand,
        "needs": [kiosk_words.need_words(need) for need in row.needs],
        "revoked": row.known.revoked,
        "received": kiosk_words.received(row.known, row.needs),
        "waits": kiosk_words.waits(row.known),
        "settings": kiosk_words.settings_words(row.known.settings, row.known.zone),
    }


def _need(text: str) -> Need | None:
    try:
        return Need(text)
    except ValueError:
        return None


def _csv(rows: list[Row], *, excel: bool) -> HttpResponse:
    head = [name for name, _ in kiosk_table.COLUMNS]
    written = table([head, *(list(kiosk_table.cells(row).values()) for row in rows)], excel=excel)
    answer = HttpResponse(written, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="kios.csv"'
    return answer
