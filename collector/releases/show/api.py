"""Releases for programs, without an account; and the numbers of a running period, for an auditor with one."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.releases import address, asked
from collector.releases.evaluation.result import SUBJECT
from collector.releases.models import Release
from collector.releases.show.reading import Reading, shown_releases
from collector.scores.ask.lookups import NOTHING_CALLED_SO
from collector.scores.ask.results import QuestionError
from collector.scores.ask.words import ELEMENT, question
from collector.scores.show.as_csv import as_csv, table
from collector.scores.show.as_json import as_json
from survey.index.periods import Period

_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
_FORMATS = tuple(_TYPES)
_EXCEL = "excel"
Answer = TypeVar("Answer")
_MOST = 1_000
_ASKED = ("unit", "region", "agency", "ipp", "period", "instrument", "after")

_COLUMNS: tuple[tuple[str, Callable[[Mapping[str, Any], Mapping[str, Any]], object]], ...] = (
    ("address", lambda said, _: said["address"]),
    ("subject", lambda said, _: said["subject"]["kind"]),
    ("code", lambda said, _: said["subject"]["code"]),
    ("name", lambda said, _: said["subject"]["name"]),
    ("period", lambda said, _: said["period"]["id"]),
    ("instrument", lambda said, _: said["instrument"]),
    ("index_name", lambda said, _: said["index_name"]),
    ("edition", lambda said, _: said["number"]),
    ("n", lambda said, _: said["n"]),
    ("asked", lambda said, _: said["visits"]),
    ("served", lambda said, _: (said["index"].get("sample") or {}).get("population")),
    ("archived", lambda said, _: said["index"]["archived"]),
    ("value", lambda said, _: said["index"]["value"]),
    ("category", lambda said, _: said["index"]["category"]),
    ("interval_low", lambda said, _: _bound(said["index"], "low")),
    ("interval_high", lambda said, _: _bound(said["index"], "high")),
    ("element", lambda _, element: element["key"]),
    ("label", lambda _, element: element["label"]),
    ("element_n", lambda _, element: element["n"]),
    ("nrr", lambda _, element: element["nrr"]),
    ("nrr_weighted", lambda _, element: element["weighted"]),
    ("element_value", lambda _, element: element["value"]),
    ("element_category", lambda _, element: element["category"]),
    ("element_low", lambda _, element: _bound(element, "low")),
    ("element_high", lambda _, element: _bound(element, "high")),
    ("policy", lambda said, _: said["index"]["policy"]),
    ("weight_mode", lambda said, _: said["index"]["weight_mode"]),
    ("mapping", lambda said, _: said["index"]["mapping"]),
    ("rule", lambda said, _: said["index"]["rule"]),
)
"""A row an element."""


@require_safe
def one(request: HttpRequest, text: str, form: str) -> HttpResponse:
    """Give a release's own bytes: as JSON what was frozen, as CSV a row an element of it.

    How it stands is in headers of their own, because the bytes never change: `IKM-State`, and `IKM-Successor`, the address of the
    edition that took its place.
    """
    found = shown_releases().filter(address=address.read(text) or "").first()
    if found is None:
        return _refused(
            CollectorError("release_unknown", address=text), HTTPStatus.NOT_FOUND, "release_unknown"
        )
    reading = Reading(found)
    excel = form == "csv" and request.GET.get("for") == _EXCEL
    response = HttpResponse(_bytes(found.pk, reading.etag, form, excel), content_type=_TYPES[form])
    if form == "csv":
        response["Content-Disposition"] = f'attachment; filename="ikm-{found.period}-{found.address}.csv"'
    return described(request, response, reading)


@lru_cache(maxsize=2_000)
def _bytes(pk: int, etag: str, form: str, excel: bool) -> bytes:  # noqa: ARG001 - what is remembered is remembered of a state
    """Give a release's bytes, made once: after a period that was not reported comes out, they never change again."""
    release = Release.objects.get(pk=pk)
    return _table(Reading(release), excel=excel).encode() if form == "csv" else bytes(release.content)


def described(request: HttpRequest, response: HttpResponse, reading: Reading) -> HttpResponse:
    """Say beside a release's bytes how it stands, and send none that the asker has."""
    release = reading.release
    headers = {"ETag": reading.etag, "IKM-State": release.state, "Cache-Control": "no-cache"}
    if release.successor is not None:
        headers["IKM-Successor"] = release.successor.address
    if request.headers.get("If-None-Match") == reading.etag:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    for name, value in headers.items():
        response[name] = value
    return response


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List what is out, the oldest first: of a unit, region or agency, of a period, of an instrument; `after` goes on behind an address."""
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    unknown = sorted(set(words) - set(_ASKED))
    if unknown or not all(value.isprintable() for value in words.values()):
        error = QuestionError("parameter_unknown", word=", ".join(unknown), known=", ".join(_ASKED))
        return _refused(error, HTTPStatus.BAD_REQUEST, error.code)
    found = shown_releases().order_by("pk")
    for subject in ("unit", "region", "agency", SUBJECT):
        if subject in words:
            found = found.filter(subject=subject, code=words[subject])
    if "period" in words:
        found = found.filter(period=words["period"].upper())
    if "instrument" in words:
        found = found.filter(instrument=words["instrument"])
    if "after" in words:
        last = Release.objects.filter(address=address.read(words["after"]) or "").first()
        found = found.filter(pk__gt=last.pk if last is not None else 0)
    return JsonResponse({"releases": [_line(release) for release in found[:_MOST]]})


@require_safe
def live_indices(request: HttpRequest) -> HttpResponse:
    """Answer a question about numbers as they stand now, to an auditor; what is asked stands in the trail.

    403 for everybody else; 400 with a stable code where it cannot be asked, 404 where nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    by_element = ELEMENT in words.get("by", "").split(",")
    return told(
        words,
        lambda: asked.live(question(words), who=request.user),
        as_json=as_json,
        as_table=lambda answer, excel: as_csv(answer, by_element=by_element, excel=excel),
        period_of=lambda answer: answer.period,
    )


def told(
    words: Mapping[str, str],
    ask: Callable[[], Answer],
    *,
    as_json: Callable[[Answer], dict[str, object]],
    as_table: Callable[[Answer, bool], str],
    period_of: Callable[[Answer], Period],
) -> HttpResponse:
    """Tell an answer as JSON or as a table, as `format` and `for` ask for it, or why there is none."""
    reader = words.get("for", "")
    form = words.get("format", "csv" if reader else "json")
    if form not in _FORMATS:
        return _refused(QuestionError("format", known=", ".join(_FORMATS)), HTTPStatus.BAD_REQUEST, "format")
    if reader and (reader != _EXCEL or form != "csv"):
        return _refused(QuestionError("for", known=_EXCEL), HTTPStatus.BAD_REQUEST, "for")
    try:
        answer = ask()
    except CollectorError as error:
        code = error.code if isinstance(error, QuestionError) else error.word
        status = HTTPStatus.BAD_REQUEST if isinstance(error, QuestionError) else HTTPStatus.FORBIDDEN
        return _refused(error, HTTPStatus.NOT_FOUND if code in NOTHING_CALLED_SO else status, code)
    if form == "csv":
        response = HttpResponse(as_table(answer, reader == _EXCEL), content_type=_TYPES["csv"])
        response["Content-Disposition"] = f'attachment; filename="ikm-{period_of(answer).identifier}.csv"'
        return response
    return JsonResponse(as_json(answer))


def _refused(error: CollectorError, status: HTTPStatus, code: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": str(error)}, status=status)


def _line(release: Release) -> dict[str, object]:
    return {
        "address": release.address,
        "subject": release.subject,
        "code": release.code,
        "period": release.period,
        "instrument": release.instrument,
        "edition": release.number,
        "state": release.state,
        "n": release.n,
        "value": float(release.value) if release.value is not None else None,
        "interval": [float(release.low), float(release.high)] if release.low and release.high else None,
        "category": release.category or None,
        "successor": release.successor.address if release.successor is not None else None,
    }


def _table(reading: Reading, *, excel: bool) -> str:
    if reading.ipp is not None:
        return table(_ipp_rows(reading.said, reading.ipp), excel=excel)
    elements = reading.index["elements"] if reading.index is not None else ()
    rows = ([cell(reading.said, element) for _, cell in _COLUMNS] for element in elements)
    return table([[name for name, _ in _COLUMNS], *rows], excel=excel)


def _ipp_rows(said: Mapping[str, Any], ipp: Mapping[str, Any]) -> list[list[object]]:
    """Give an evaluation's result: a row an indicator, the whole beside each."""
    f02, f03 = ipp["f02"], ipp["f03"]
    head = [
        "address", "code", "name", "period", "round", "edition", "value", "category", "f02", "f03", "f03_counted",
        "f03_n", "quota", "zeroed", "aspect", "indicator", "weight_percent", "mark", "rule",
    ]  # fmt: skip
    whole = [
        said["address"], said["subject"]["code"], said["subject"]["name"], said["period"]["id"], ipp["round"],
        said["number"], ipp["value"], ipp["category"], f02["value"], f03["value"], f03["counted"], f03["n"],
        f03["quota"], "yes" if f03["zeroed"] else "no",
    ]  # fmt: skip
    rows = [
        [*whole, one["aspect"], one["number"], one["weight_percent"], one["mark"], ipp["rule"]]
        for one in f02["indicators"]
    ]
    return [head, *rows]


def _bound(index: Mapping[str, Any], which: str) -> object:
    return index["interval"][which] if index["interval"] else None
