"""Open data for everybody: a catalogue, a page and the files of each data set, and the same catalogue for programs."""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.language import INDONESIAN, spoken
from collector.opendata import dataset as sets
from collector.opendata import metadata, tables
from collector.opendata.dataset import Dataset, Standing
from collector.opendata.metadata import About
from collector.releases.show.overview import choices
from collector.words.catalogue import say
from survey.instrument.instrument import in_language

_CSV, _JSON = "text/csv; charset=utf-8", "application/json"
_FILES = {
    tables.RELEASES: "releases",
    tables.ELEMENTS: "elements",
    tables.JSON: "json",
    metadata.ACTIVITY: "activity",
    metadata.VARIABLES: "variables",
    metadata.INDICATOR: "indicator",
}
"""The files of a data set, and the key of the words that say what they are."""
_WHOLE_COUNTRY = "Indonesia, sejauh unit-unitnya memakai sistem ini"


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the data sets: of all units, or of the region or agency that is asked for by its code."""
    kind, code, name = _narrowed(request)
    wrong = name is None
    context = {
        "groups": [] if wrong else _groups(kind, code, name or ""),
        "kind": kind,
        "code": code,
        "name": name,
        "wrong": wrong,
        "terms": metadata.terms(spoken()),
    }
    return render(request, "opendata/catalogue.html", context, status=404 if wrong else 200)


@require_safe
def catalogue_data(request: HttpRequest) -> HttpResponse:
    """Give the catalogue to programs."""
    kind, code, name = _narrowed(request)
    if name is None:
        raise Http404(code)
    every = [_described(one) for _, found in _groups(kind, code, name) for one in found]
    narrower = {one: f"{_site()}/data/katalog.json?{one}=CODE" for one in ("region", "agency")}
    return JsonResponse({"title": _title(), **metadata.terms(), "narrower": narrower, "datasets": every})


@require_safe
def page(request: HttpRequest, instrument: str, period: str, kind: str = "", code: str = "") -> HttpResponse:
    """Show a data set: what is in it, its files, and what each column means."""
    found, standing = _found(instrument, period, kind, code)
    context = {
        "set": found,
        "standing": standing,
        "terms": metadata.terms(spoken()),
        "files": _described_files(spoken()),
        "title": found.title_in(spoken()),
        "columns": metadata.variables(found.instrument),
    }
    return render(request, "opendata/dataset.html", context)


@require_safe
def file(
    request: HttpRequest, *, instrument: str, period: str, file: str, kind: str = "", code: str = ""
) -> HttpResponseBase:
    """Give a file of a data set; tables are written while they are sent."""
    if file not in _FILES:
        raise Http404(file)
    found, standing = _found(instrument, period, kind, code)
    excel = request.GET.get("for") == "excel"
    body: str | Iterator[str]
    if file in tables.TABLES:
        body = tables.as_csv(found, file, excel=excel)
    elif file == tables.JSON:
        body = tables.as_json(found, _head(found, standing))
    else:
        body = metadata.files(_about(found, standing), excel=excel)[file]
    kind_of = _JSON if file == tables.JSON else _CSV
    response: HttpResponseBase
    if isinstance(body, str):
        response = HttpResponse(body, content_type=kind_of)
    else:
        response = StreamingHttpResponse((part.encode() for part in body), content_type=kind_of)
    response["Content-Disposition"] = f'attachment; filename="{found.slug}_{file}"'
    response["IKM-Version"] = standing.version
    response["Cache-Control"] = "no-cache"
    return response


def _found(instrument: str, period: str, kind: str, code: str) -> tuple[Dataset, Standing]:
    found = sets.find(instrument, period.upper(), kind, code)
    standing = found.standing() if found is not None else None
    if found is None or standing is None:
        raise Http404("nothing of that is out")
    return found, standing


def _narrowed(request: HttpRequest) -> tuple[str, str, str | None]:
    """Give what the catalogue is narrowed to: kind, code and name; the name is None where nothing is called so."""
    for kind in ("region", "agency"):
        code = request.GET.get(kind, "").strip()
        if code:
            return kind, code[:40], sets.name_of(kind, code) if code.isprintable() else None
    return "", "", sets.name_of("", "", language=spoken())


def _groups(kind: str, code: str, name: str) -> list[tuple[str, list[Dataset]]]:
    """Give the data sets by questionnaire, the newest first. What a narrowed one holds is counted when it is opened."""
    groups = []
    for named in choices.instruments("unit"):
        periods = choices.periods("unit", named)
        first = sets.find(named, periods[0].identifier) if periods else None
        if first is not None:
            every = [Dataset(first.instrument, period, kind, code, name) for period in periods]
            groups.append((in_language(first.instrument.titles, spoken()), every))
    return groups


def _about(found: Dataset, standing: Standing) -> About:
    where = f"{found.name} ({found.code})" if found.kind else _WHOLE_COUNTRY
    return About(found.instrument, found.period, found.name, where, standing.version, standing.newest)


def _head(found: Dataset, standing: Standing) -> dict[str, object]:
    return {
        "title": found.title,
        "url": f"{_site()}/data/{found.place}",
        "version": standing.version,
        "issued": standing.newest.isoformat(),
        "number": standing.number,
        **metadata.terms(),
    }


def _described(one: Dataset) -> dict[str, object]:
    place = f"{_site()}/data/{one.place}"
    return {
        "identifier": one.slug,
        "title": one.title,
        "landingPage": place,
        "temporal": {"startDate": one.period.first.isoformat(), "endDate": one.period.last.isoformat()},
        "spatial": {"kind": one.kind, "code": one.code, "name": one.name},
        "conformsTo": [one.instrument.rule, metadata.RULE],
        "distribution": [
            {
                "title": file,
                "description": words,
                "accessURL": place + file,
                "mediaType": _JSON if file == tables.JSON else "text/csv",
            }
            for file, words in _described_files(INDONESIAN)
        ],
    }


def _described_files(language: str) -> list[tuple[str, str]]:
    """Give the files of a data set, and what they are in words."""
    return [(file, say(f"data.{key}", language)) for file, key in _FILES.items()]


def _title() -> str:
    return "Data terbuka survei kepuasan masyarakat"


def _site() -> str:
    return str(settings.IKM_PUBLIC_URL).rstrip("/")
