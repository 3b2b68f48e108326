"""Which template a report is made with: the house's, or one that an agency has put in its place after it was tried."""

import io
import re
import zipfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Agency
from collector.local import local_date
from collector.papers.models import ReportTemplate
from collector.papers.report import house, passages
from collector.papers.report.example import EXAMPLE, PICTURES
from collector.papers.report.filling import fill
from collector.releases.models import Release
from collector.unpacking import UNREADABLE

FOR_ALL = ""
MOST_BYTES = 8_000_000
_MOST_UNPACKED = 60_000_000
_OUTSIDE = re.compile(rb"<Relationship\b[^>]*TargetMode=[\"']External[\"'][^>]*>")
_A_LINK = re.compile(rb"Type=[\"'][^\"']*/hyperlink[\"']")


@lru_cache(maxsize=1)
def own() -> bytes:
    """Give the house's template."""
    return house.template()


def worn_by(release: Release, agency: str) -> bytes:
    """Give the template for a release of an agency's: its own, else the one for all, else the house's."""
    return of_agency(release.code if release.subject == "agency" else agency)


def of_agency(code: str) -> bytes:
    """Give the template of an agency's reports."""
    found = {one.agency: one for one in ReportTemplate.objects.filter(agency__in=(FOR_ALL, code))}
    one = found.get(code) or found.get(FOR_ALL)
    return bytes(one.file) if one else own()


def put_on(agency: str, path: Path | None, *, who: str) -> None:
    """Make reports of an agency (of all where it is empty) with another template; with none, with the house's again.

    Raises:
        CollectorError: there is no such agency (`agency_unknown`), it is no DOCX (`report_file`), or it cannot be filled (`report_template`,
            `report_mark`, `report_mark_place`); nothing has changed then.
    """
    if agency and not Agency.objects.filter(code=agency).exists():
        raise CollectorError("agency_unknown", code=agency)
    if path is None:
        ReportTemplate.objects.filter(pk=agency).delete()
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CollectorError("report_file", reason=error.strerror) from error
    check(data)
    words = {key: passages.printed(key, ()) for key in passages.KEYS}
    fill(data, EXAMPLE, words, PICTURES, day=local_date(clock.now(), settings.IKM_TIME_ZONE))
    with transaction.atomic():
        ReportTemplate.objects.update_or_create(
            pk=agency, defaults={"file": data, "changed_at": clock.now(), "changed_by": who[:150]}
        )


def check(data: bytes) -> None:
    """Insist that a file is a DOCX of a size that can be opened, without programs and without what it fetches from elsewhere.

    Raises:
        CollectorError: it is not (`report_file`).
    """
    if len(data) > MOST_BYTES:
        raise CollectorError("report_file", reason=f"> {MOST_BYTES // 1_000_000} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = parts.namelist()
            if sum(one.file_size for one in parts.infolist()) > _MOST_UNPACKED:
                raise CollectorError("report_file", reason=f"> {_MOST_UNPACKED // 1_000_000} MB")
            links = [
                found
                for name in names
                if name.endswith(".rels")
                for found in _OUTSIDE.findall(parts.read(name))
                if not _A_LINK.search(found)
            ]
    except UNREADABLE as error:
        raise CollectorError("report_file", reason=type(error).__name__) from error
    if "word/document.xml" not in names:
        raise CollectorError("report_file", reason="word/document.xml")
    if any("vbaProject" in name for name in names):
        raise CollectorError("report_file", reason="vbaProject")
    if links:
        raise CollectorError("report_file", reason="TargetMode=External")
