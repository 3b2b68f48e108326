"""Editions of the regions' table at the desk, for whoever administers everything: tried first, each region that goes decided, taken as a whole."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk.region_words import Decision, decided, decisions
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import editions, regions
from collector.fleet.editions import Review
from collector.fleet.models import RegionEdition
from collector.fleet.regions import RegionRow
from collector.language import say_here

_SHOWN = 50
"""Differences of a kind that the page names; of more it says how many there are."""
_MOST_BYTES = 8_000_000
_MOST_CARRIED = 3_500_000
_MOST_DECIDED = 300
"""Regions to decide on one page; an edition that takes more away is for the console, or is not whole."""
_SALT = "regions' table"
_HOUR = 3_600
_LONGEST_NAME = 80


class _Brought(NamedTuple):
    edition: str
    digest: str
    rows: list[RegionRow]


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Say which editions were taken, and ask for a file."""
    _insist(request)
    return render(request, "desk/regions.html", _known())


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Say what an edition would change, or what is wrong with the file; nothing is changed."""
    _insist(request)
    given = request.FILES.get("file")
    data = given.read(_MOST_BYTES + 1) if given is not None else b""
    edition = " ".join(request.POST.get("edition", "").split())
    try:
        brought = _read(data, edition)
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-regions")
    if isinstance(brought, list):
        context = {"bad": brought[:_SHOWN], "bad_more": max(0, len(brought) - _SHOWN)}
        return render(request, "desk/regions.html", _known() | context, status=400)
    return _reviewed(request, brought)


@login_required
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take what was checked, with what was decided; it is checked again, for somebody else may have changed something meanwhile."""
    _insist(request)
    try:
        brought = _unpacked(request.POST.get("carried", ""))
        moves, stay = decided(request.POST)
        taken = editions.take(
            brought.rows,
            edition=brought.edition,
            who=request.user.get_username(),
            source=f"berkas {brought.digest}",
            tell=lambda _done, _every: None,
            moves=moves,
            stay=stay,
        )
    except signing.BadSignature:
        messages.error(request, say_here("error.fleet_file_again"))
    except CollectorError as error:
        return _reviewed(request, brought, error=refused(error))
    else:
        told = taken.told
        words = say_here(
            "desk.regions_taken",
            edition=brought.edition,
            added=told.added,
            renamed=len(told.renamed),
            gone=len(told.gone),
        )
        messages.success(request, words)
    return redirect("desk-regions")


def _insist(request: HttpRequest) -> None:
    """Let nobody in but who administers everything: the table is the whole country's."""
    if not roles.administers_all(request.user):
        raise PermissionDenied


def _known() -> dict[str, object]:
    return {"editions": RegionEdition.objects.order_by("-pk")[:20]}


def _read(data: bytes, edition: str) -> _Brought | list[str]:
    """Give what a file has, or each of its bad rows."""
    if not edition or len(edition) > _LONGEST_NAME or not edition.isprintable():
        raise CollectorError("edition_name", most=_LONGEST_NAME)
    if len(data) > _MOST_BYTES:
        raise CollectorError("regions_large", most=_MOST_BYTES // 1_000_000)
    try:
        table = regions.read(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CollectorError("regions_letters", path=edition, place=error.start) from error
    if table.bad:
        return [say_here(f"region.bad_{one.why}", line=one.line, text=one.text) for one in table.bad]
    return _Brought(edition, hashlib.sha256(data).hexdigest()[:16], table.rows)


def _reviewed(request: HttpRequest, brought: _Brought, *, error: str = "") -> HttpResponse:
    """Show what an edition would change, with what was decided so far."""
    try:
        found = editions.review(brought.rows, edition=brought.edition)
        carried = _packed(brought, found)
    except CollectorError as refusal:
        messages.error(request, error or refused(refusal))
        return redirect("desk-regions")
    to_decide = decisions(found, request.POST if error else None)
    context = {"review": found, "edition": brought.edition, "carried": carried, "error": error}
    answer = context | _told(found, to_decide)
    return render(request, "desk/regions.html", answer, status=400 if error else 200)


def _told(found: Review, to_decide: list[Decision]) -> dict[str, object]:
    told = found.told
    bare = [one for one in told.gone if one.code not in found.hangs]
    lists: dict[str, Sequence[object]] = {
        "new": told.new,
        "renamed": told.renamed,
        "bare": bare,
        "back": told.back,
    }
    shown = {name: list(of)[:_SHOWN] for name, of in lists.items()}
    more = {f"{name}_more": max(0, len(of) - _SHOWN) for name, of in lists.items()}
    same = told.rows - told.added - len(told.renamed)
    return {
        **shown,
        **more,
        "decisions": to_decide,
        "same": same,
        "changes": bool(told.added or told.renamed or told.gone or told.back),
        "much": 10 * len(told.gone) > told.rows,
    }


def _packed(brought: _Brought, found: Review) -> str:
    """Give the rows as the page carries them to the second press: signed, so that what is taken is what was checked."""
    if len(found.to_decide) > _MOST_DECIDED:
        raise CollectorError("regions_console", number=len(found.to_decide), most=_MOST_DECIDED)
    lines = "\n".join(f"{one.code},{one.name}" for one in brought.rows)
    text = signing.dumps([brought.edition, brought.digest, lines], salt=_SALT, compress=True)
    if len(text) > _MOST_CARRIED:
        raise CollectorError("regions_large", most=_MOST_BYTES // 1_000_000)
    return text


def _unpacked(text: str) -> _Brought:
    edition, digest, lines = signing.loads(text, salt=_SALT, max_age=_HOUR)
    rows = [line.partition(",") for line in lines.split("\n")]
    found = [RegionRow(number, code, name) for number, (code, _, name) in enumerate(rows, start=1)]
    return _Brought(edition, digest, found)
