"""The fleet as a spreadsheet at the desk, for administrators: checked first, and taken as a whole on a second press."""

import hashlib
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import workbook
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import SHEETS
from collector.fleet.sheets.plan import Plan, plan
from collector.fleet.sheets.reading import Line, Table
from collector.language import say_here

_SHOWN = 50
"""Bad rows and changes that the page names; of more it says how many there are."""
_SALT = "fleet sheets"
_MOST_CARRIED = 2_000_000
"""Letters that a page carries from the check to the taking; a larger file is for the console."""
_HOUR = 3_600
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Told(NamedTuple):
    where: str
    why: str


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Say how it is done, and ask for a file."""
    _insist(request)
    return render(request, "desk/fleet_sheets.html", {"sheets": SHEETS})


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Say what a file would change, or what is wrong with it; nothing is changed."""
    reach = _insist(request)
    given = request.FILES.get("file")
    data = given.read(workbook.MOST_BYTES + 1) if given is not None else b""
    try:
        table = reading.read(data)
        made = plan(table, reach=reach)
        carried = _carried(table, data) if not made.bad and made.changes else ""
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-fleet-sheets")
    context = {"sheets": SHEETS, "plan": made, "carried": carried} | _told(made)
    return render(request, "desk/fleet_sheets.html", context, status=400 if made.bad else 200)


@login_required
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take what was checked; it is checked again, for somebody else may have changed something meanwhile."""
    reach = _insist(request)
    try:
        table, digest = _brought(request.POST.get("carried", ""))
        made = taking.take(table, who=request.user.get_username(), source=f"berkas {digest}", reach=reach)
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.fleet_taken", rows=len(made.changes)))
    return redirect("desk-fleet-sheets")


@login_required
@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """Give the template, or all that is here."""
    reach = _insist(request)
    stem, _, kind = name.rpartition(".")
    rows = {} if stem == "templat" else writing.everything(reach=reach)
    if kind == "xlsx":
        answer = HttpResponse(writing.as_xlsx(rows), content_type=_XLSX)
    else:
        sheet = next((one for one in SHEETS if one.name.casefold() == stem), None)
        if sheet is None:
            raise Http404(name)
        content = writing.as_csv(sheet, rows[sheet.name])
        answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _insist(request: HttpRequest) -> list[str] | None:
    """Give the regions that an administrator administers; None for everything."""
    if not roles.has_role(request.user, (roles.ADMINISTRATOR,)):
        raise PermissionDenied
    return roles.regions_administered(request.user)


def _carried(table: Table, data: bytes) -> str:
    """Give the rows as the page carries them to the second press: signed, so that what is taken is what was checked."""
    order = {sheet.name: place for place, sheet in enumerate(SHEETS)}
    lines = [(order[one.sheet.name], one.number, one.cells) for one in table.lines]
    digest = hashlib.sha256(data).hexdigest()[:16]
    text = signing.dumps([digest, lines], salt=_SALT, compress=True)
    if len(text) > _MOST_CARRIED:
        raise CollectorError("fleet_file_console")
    return text


def _brought(text: str) -> tuple[Table, str]:
    try:
        digest, lines = signing.loads(text, salt=_SALT, max_age=_HOUR)
    except signing.BadSignature as error:
        raise CollectorError("fleet_file_again") from error
    return Table([Line(SHEETS[place], number, tuple(cells)) for place, number, cells in lines], []), digest


def _told(made: Plan) -> dict[str, object]:
    """Give what the page says of a plan."""
    bad = [
        _Told(
            say_here("fleet_sheet.where", sheet=one.sheet, row=one.row, column=one.column or "–"),
            say_here(f"fleet_sheet.{one.why}", text=one.text),
        )
        for one in made.bad[:_SHOWN]
    ]
    changed = [one for one in made.changes if one.before is not None]
    return {
        "bad": bad,
        "bad_more": len(made.bad) - len(bad),
        "changed": changed[:_SHOWN],
        "changed_more": max(0, len(changed) - _SHOWN),
        "sums": made.sums(),
    }
