"""What a release says as ready bytes: made at its first asking, kept in the process, good until its next step.

A page, the JSON and the CSV of a release change when a step happens to it (published, corrected, withdrawn, not reported) and never
otherwise, but for a test visit that is settled after it came out: `Release` and `ReleaseStep` are written in one transaction. So one row, found by the
address, says whether what is kept still holds: the newest step and the unit's tests. It is asked for each time, from the database that everybody shares; a step by
another process or another machine is seen by the next request, and there is nothing to be told, emptied or cleaned up.

What is kept is bounded by its bytes; whatever was asked for longest ago goes first.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import parse_etags

from collector.releases.show.columns import as_csv
from collector.releases.show.reading import Reading, shown_releases
from collector.releases.states import SHOWN
from collector.scores.ask.lookups import rows
from collector.words.catalogue import LANGUAGES

KEPT_BYTES = 64 * 1024 * 1024
"""How much a process keeps: some 2,500 releases in all their forms."""
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
_STANDS = (
    "SELECT r.state, (SELECT max(s.id) FROM releases_releasestep s WHERE s.release_id = r.id),"
    " (SELECT count(*) FROM challenges_declaredtest d WHERE d.unit_id = r.unit_id AND d.verdict = 'taken_out')"
    " FROM releases_release r WHERE r.address = %s"
)


Step = tuple[int, int]
"""The newest step of a release, and how many test visits its unit has: one that is settled late still counts in it, and its page says so."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it goes out."""

    step: Step
    """How far the release was when it was made."""
    body: bytes
    packed: bytes
    """The same, compressed."""
    etag: str
    """Names the bytes and how the release stands, without quotes."""
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.body) + len(self.packed)


class Shelf:
    """Ready answers by address and form, at most so many bytes of them; for many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[tuple[str, str], Ready] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: tuple[str, str], step: Step) -> Ready | None:
        """Give what was put there, if it was made at that step."""
        with self._lock:
            found = self._held.get(key)
            if found is None or found.step != step:
                return None
            self._held.move_to_end(key)
            return found

    def put(self, key: tuple[str, str], ready: Ready) -> None:
        """Keep an answer in the place of the one before."""
        with self._lock:
            self._drop(key)
            self._held[key] = ready
            self._bytes += ready.size
            while self._bytes > self._most:
                self._drop(next(iter(self._held)))

    def _drop(self, key: tuple[str, str]) -> None:
        gone = self._held.pop(key, None)
        if gone is not None:
            self._bytes -= gone.size


_shelf = Shelf(KEPT_BYTES)


def page_in(language: str) -> str:
    """Name the form of a release's page in a language."""
    return f"page.{language}"


def answer(request: HttpRequest, address: str, form: str) -> HttpResponse | None:
    """Answer with a release in a form (`page.id`, `page.en`, `json`, `csv` or `excel`); None where nothing is shown under that address.

    The bytes of JSON never change, so how the release stands is beside them: `IKM-State`, and `IKM-Successor`, the address of the edition that
    took its place. Who has these bytes already gets 304.
    """
    found = rows(_STANDS, (address,))
    if not found or found[0][0] not in SHOWN or found[0][1] is None:
        return None
    step = found[0][1], found[0][2]
    ready = _shelf.find((address, form), step)
    if ready is None:
        ready = _made(address, form, step)
        if ready is None:
            return None
        _shelf.put((address, form), ready)
    return _sent(request, ready)


def _sent(request: HttpRequest, ready: Ready) -> HttpResponse:
    packed = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
    etag = f'"{ready.etag}.gz"' if packed else f'"{ready.etag}"'
    asked = request.headers.get("If-None-Match")
    if asked is not None and _has(asked, ready.etag):
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response["Content-Type"]
    else:
        response = HttpResponse(ready.packed if packed else ready.body)
        if packed:
            response["Content-Encoding"] = "gzip"
    for name, value in ready.headers.items():
        response[name] = value
    response["ETag"] = etag
    return response


def _has(asked: str, etag: str) -> bool:
    """Tell whether somebody names these bytes, packed or not; a proxy that packs them itself makes the name a weak one."""
    names = {one.removeprefix("W/") for one in parse_etags(asked)}
    return not names.isdisjoint(("*", f'"{etag}"', f'"{etag}.gz"'))


def _page(reading: Reading, language: str) -> str:
    with translation.override(language):
        here = reverse("release", args=[reading.release.address])
        return render_to_string("releases/release.html", {"reading": reading, "here": here})


_FORMS: Mapping[str, tuple[str, Callable[[Reading], str | bytes]]] = {
    **{page_in(one): ("text/html; charset=utf-8", partial(_page, language=one)) for one in LANGUAGES},
    "json": ("application/json", lambda reading: bytes(reading.release.content)),
    "csv": ("text/csv; charset=utf-8", lambda reading: as_csv(reading, excel=False)),
    "excel": ("text/csv; charset=utf-8", lambda reading: as_csv(reading, excel=True)),
}


def _made(address: str, form: str, step: Step) -> Ready | None:
    """Make an answer; None where the release has been taken from sight since it was looked up.

    Where another step has happened since, it says the newer thing under the older step, and is made once more at the next asking.
    """
    release = shown_releases().defer(None).defer("basis", "breakdown").filter(address=address).first()
    if release is None:
        return None
    kind, make = _FORMS[form]
    reading = Reading(release)
    made = make(reading)
    body = made.encode() if isinstance(made, str) else made
    headers = {
        "Content-Type": kind,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "IKM-State": release.state,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if release.successor is not None:
        headers["IKM-Successor"] = release.successor.address
    if form in ("csv", "excel"):
        headers["Content-Disposition"] = f'attachment; filename="ikm-{release.period}-{address}.csv"'
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Ready(step, body, gzip.compress(body, mtime=0), f"{reading.stands}.{digest}", headers)
