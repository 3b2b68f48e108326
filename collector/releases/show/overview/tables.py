"""A list as data: the same rows in the same order as on its page, at most a thousand at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse, JsonResponse

from collector.releases.show.overview.asked import Asked
from collector.releases.show.overview.listing import Listing, Row
from collector.scores.show.as_csv import table
from survey.index.periods import Period
from survey.instrument.instrument import Instrument


def _number(name: str) -> Callable[[Row], object]:
    def cell(row: Row) -> object:
        value = getattr(row.release, name, None)
        return float(value) if value is not None else None

    return cell


def _field(name: str) -> Callable[[Row], object]:
    return lambda row: getattr(row.release, name, None) or None


def _count(name: str) -> Callable[[Row], object]:
    return lambda row: getattr(row.release, name, None)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


COLUMNS: tuple[tuple[str, Callable[[Row], object]], ...] = (
    ("code", lambda row: row.member.code),
    ("name", lambda row: row.member.name),
    ("region", lambda row: getattr(row.member, "region_id", None)),
    ("units", lambda row: row.units),
    ("state", lambda row: row.state),
    ("address", _field("address")),
    ("rank_first", lambda row: row.rank.first if row.rank is not None else None),
    ("rank_last", lambda row: row.rank.last if row.rank is not None else None),
    ("value", _number("value")),
    ("interval_low", _number("low")),
    ("interval_high", _number("high")),
    ("category", _field("category")),
    ("n", _count("n")),
    ("required", _count("required")),
    ("visits", _count("visits")),
    ("archived", _count("archived")),
    ("change", _number("change")),
    ("trend", _field("trend")),
    ("proof", _field("proof")),
    ("ended", lambda row: _day(getattr(row.member, "retired_on", None))),
)


def as_data(
    found: Listing, ask: Asked, *, subject: str, period: Period, instrument: Instrument
) -> HttpResponse:
    """Answer with a list as JSON, or as CSV for programs or for an Indonesian Excel."""
    if ask.form == "csv":
        rows = ([cell(row) for _, cell in COLUMNS] for row in found.rows)
        written = table([[name for name, _ in COLUMNS], *rows], excel=ask.excel)
        answer = HttpResponse(written, content_type="text/csv; charset=utf-8")
        name = f"ikm-{subject}-{period.identifier}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    told: dict[str, Any] = {
        "of": subject,
        "period": period.identifier,
        "instrument": instrument.id,
        "total": found.total,
        "page": found.page.number,
        "pages": found.page.paginator.num_pages,
        "rows": [{name: cell(row) for name, cell in COLUMNS} for row in found.rows],
    }
    return JsonResponse(told)
