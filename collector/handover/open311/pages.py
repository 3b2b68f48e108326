"""The addresses of GeoReport v2: services, requests, one request. They are for reading, change once a day at most, and are bounded."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector import clock
from collector.fleet.models import Unit
from collector.handover.open311 import georeport, notices
from collector.handover.open311.georeport import Fields
from collector.handover.open311.notices import Shown
from collector.local import local_date

MOST_AT_ONCE = 1_000
"""As the specification bounds an answer."""
_SPAN = timedelta(days=90)
_MOST_PAGES = 1_000
_REQUESTS, _SERVICES, _ERRORS = ("service_requests", "request"), ("services", "service"), ("errors", "error")


class _Wrong(Exception):  # noqa: N818 - it is a mistake of whoever asks
    """What was asked for makes no sense."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class _Wanted(NamedTuple):
    """What is asked for."""

    names: frozenset[str]
    codes: frozenset[str]
    statuses: frozenset[str]
    first: date | None
    last: date | None
    unit: str
    start: int
    size: int


@require_safe
def discovery(_: HttpRequest) -> HttpResponse:
    """Say where the interface is and which forms it speaks."""
    end = {
        "specification": georeport.SPECIFICATION,
        "url": f"{settings.IKM_PUBLIC_URL.rstrip('/')}/open311/v2",
        "changeset": "2026-11-01T00:00:00Z",
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    contact = settings.IKM_DATA_CONTACT or settings.IKM_PUBLIC_URL
    return JsonResponse(
        {"changeset": end["changeset"], "contact": contact, "key_service": "", "endpoints": [end]}
    )


@require_safe
def services(request: HttpRequest, form: str) -> HttpResponse:
    """List what complaints can be about."""
    try:
        _unit(request)
    except _Wrong as wrong:
        return _refused(wrong, form)
    return _answer(request, [georeport.service(code) for code in notices.services()], form, _SERVICES)


@require_safe
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """List what is public, a page at a time."""
    try:
        wanted = _wanted(request)
    except _Wrong as wrong:
        return _refused(wrong, form)
    now = clock.now()
    today = local_date(now, settings.IKM_TIME_ZONE)
    found = [one for one in notices.shown(now) if _fits(one, wanted, today)]
    page = found[wanted.start : wanted.start + wanted.size]
    return _answer(request, [georeport.request(one) for one in page], form, _REQUESTS)


@require_safe
def one(request: HttpRequest, name: str, form: str = georeport.JSON) -> HttpResponse:
    """Give one that is public."""
    found = [one for one in notices.shown(clock.now()) if one.name == name]
    if not found:
        return _refused(_Wrong(HTTPStatus.NOT_FOUND, "there is no such request in public"), form)
    return _answer(request, [georeport.request(found[0])], form, _REQUESTS)


def _wanted(request: HttpRequest) -> _Wanted:
    given = request.GET
    statuses = _list(given.get("status", ""))
    if not statuses <= {"open", "closed"}:
        raise _Wrong(HTTPStatus.BAD_REQUEST, "status is open, closed, or both with a comma")
    first, last = _day(given.get("start_date", "")), _day(given.get("end_date", ""))
    if first is not None and last is not None and not timedelta(0) <= last - first <= _SPAN:
        raise _Wrong(HTTPStatus.BAD_REQUEST, f"start_date and end_date are at most {_SPAN.days} days apart")
    size = _number(given.get("page_size", ""), MOST_AT_ONCE, MOST_AT_ONCE)
    return _Wanted(
        names=_list(given.get("service_request_id", "")),
        codes=_list(given.get("service_code", "")),
        statuses=statuses,
        first=first,
        last=last,
        unit=_unit(request),
        start=(_number(given.get("page", ""), 1, _MOST_PAGES) - 1) * size,
        size=size,
    )


def _fits(one: Shown, wanted: _Wanted, today: date) -> bool:
    if wanted.unit and one.unit.code != wanted.unit:
        return False
    if wanted.names:  # overrides all else, as the specification says
        return one.name in wanted.names
    if wanted.codes and one.topic not in wanted.codes:
        return False
    if wanted.statuses and ("open" if one.is_open else "closed") not in wanted.statuses:
        return False
    return _first_day(wanted, today) <= one.first_day <= (wanted.last or today)


def _first_day(wanted: _Wanted, today: date) -> date:
    """Give the earliest quarter that is asked for: without days, each quarter of which a day lies in the last ninety."""
    if wanted.first is not None:
        return wanted.first
    if wanted.last is not None:
        return wanted.last - _SPAN
    return notices.quarter_of(today - _SPAN)


def _unit(request: HttpRequest) -> str:
    code = request.GET.get("jurisdiction_id", "")[:40]
    if code and (not code.isprintable() or not Unit.objects.filter(code=code).exists()):
        raise _Wrong(HTTPStatus.NOT_FOUND, "jurisdiction_id is the code of a unit, and there is none such")
    return code


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text[:2_000].split(",") if part.strip())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        datetime.fromisoformat(text[:40].replace(" ", "+"))
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _Wrong(HTTPStatus.BAD_REQUEST, "days are written as 2026-10-01T00:00:00+07:00") from error


def _number(text: str, usual: int, most: int) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise _Wrong(HTTPStatus.BAD_REQUEST, f"page and page_size are whole numbers from 1 to {most}")
    return int(text)


def _answer(request: HttpRequest, rows: Sequence[Fields], form: str, names: tuple[str, str]) -> HttpResponse:
    body = georeport.written(rows, form=form, names=names)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = HttpResponse(body, content_type=georeport.CONTENT_TYPES[form])
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _refused(wrong: _Wrong, form: str) -> HttpResponse:
    rows = [georeport.error(int(wrong.status), wrong.words)]
    body = georeport.written(rows, form=form, names=_ERRORS)
    return HttpResponse(body, status=wrong.status, content_type=georeport.CONTENT_TYPES[form])
