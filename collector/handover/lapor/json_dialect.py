"""The dialect that speaks JSON over POST with a `KEYTOKEN`.

Known from the public page on the data API: POST, the parameter `KEYTOKEN`, answers in JSON, reports known by a tracking number. Not known:
the paths and field names of the integration API, whose documentation only an agency's developer account reads. So both paths have no
default, and the names below stand for the fields of the public form until somebody has compared them with that documentation.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from collector.handover.lapor import line
from collector.handover.lapor.adapter import Asked, MaybeTaken, NotTaken, Refused, Report, State
from collector.handover.lapor.settings import Settings

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Accept": "application/json"}


class JsonDialect:
    """Speaks it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, report: Report) -> str:
        """Hand a report over; gives its tracking number."""
        fields = {
            "reference": report.number,
            "idempotency_key": report.key,
            "klasifikasi": report.classification,
            "judul": report.title,
            "isi": report.text,
            "tanggal_kejadian": report.happened_on.isoformat(),
            "lokasi": report.place,
            "instansi_tujuan": report.agency,
            "kategori": report.category,
            "anonim": "1",
            "rahasia": "1" if report.secret else "0",
        }
        answer = self._ask(self._settings.send_url, fields)
        if not isinstance(answer, dict):
            raise MaybeTaken("the answer is no object")
        number = _word(answer, "tracking_id")
        if number:
            return number
        if answer.get("accepted") is False:
            raise Refused("it says that it does not take the report")
        raise MaybeTaken("the answer names no tracking number")

    def poll(self, asked: Sequence[Asked]) -> Sequence[State | None]:
        """Ask how reports stand."""
        fields = {
            "tracking_id": json.dumps([one.tracking_id for one in asked if one.tracking_id]),
            "reference": json.dumps([one.number for one in asked if not one.tracking_id]),
        }
        try:
            answer = self._ask(self._settings.poll_url, fields)
        except (MaybeTaken, Refused) as error:
            raise NotTaken(str(error)) from error
        rows = answer.get("reports") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise NotTaken("the answer holds no list of reports")
        known = [row for row in rows if isinstance(row, dict) and _word(row, "tracking_id")]
        return [next((_state(row) for row in known if _is(row, one)), None) for one in asked]

    def _ask(self, url: str, fields: Mapping[str, str]) -> object:
        body = urlencode({"KEYTOKEN": self._settings.token(), **fields}).encode()
        content = line.post(url, body, headers=_HEADERS, timeouts=self._settings.timeouts)
        try:
            found: object = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise MaybeTaken("the answer is no JSON") from error
        return found


def _is(row: Mapping[str, object], asked: Asked) -> bool:
    if asked.tracking_id:
        return _word(row, "tracking_id") == asked.tracking_id
    return _word(row, "reference") == asked.number and _word(row, "idempotency_key") in ("", asked.key)


def _state(row: Mapping[str, object]) -> State:
    return State(
        _word(row, "tracking_id"), _word(row, "status"), day_of(_word(row, "tanggal")), _word(row, "jawaban")
    )


def _word(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def day_of(text: str) -> date | None:
    """Read a day as `2026-11-30`, with or without a time behind it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
