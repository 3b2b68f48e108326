"""The fields of Open311 GeoReport v2, as its specification names them, in JSON and in XML. Times are local midnights: no hour is said."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from lxml import etree

from collector.handover import topics
from collector.handover.open311.notices import Shown
from survey.index.periods import ZONES

JSON: Final = "json"
XML: Final = "xml"
CONTENT_TYPES: Mapping[str, str] = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

Fields = Mapping[str, str | bool | int | None]


def service(code: str) -> Fields:
    """Give a topic as a service; nothing can be filed here, so none needs more fields and none answers with a number."""
    return {
        "service_code": code,
        "service_name": topics.name_of(code),
        "description": "Pengaduan tentang layanan unit; diajukan di kios atau kanal unit, tidak melalui alamat ini.",
        "metadata": False,
        "type": "blackbox",
        "keywords": "pengaduan, pelayanan publik",
        "group": "Pengaduan pelayanan publik",
    }


def request(one: Shown) -> Fields:
    """Give a notice as a service request."""
    region = one.unit.region
    return {
        "service_request_id": one.name,
        "status": "open" if one.is_open else "closed",
        "status_notes": None,
        "service_name": topics.name_of(one.topic),
        "service_code": one.topic,
        "description": one.summary,
        "agency_responsible": one.unit.name,
        "service_notice": None,
        "requested_datetime": midnight(one.first_day, one.unit.time_zone),
        "updated_datetime": midnight(one.changed_on, one.unit.time_zone),
        "expected_datetime": None,
        "address": region.name or region.code,
        "address_id": region.code,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def error(code: int, description: str) -> Fields:
    """Give an error."""
    return {"code": code, "description": description}


def midnight(day: date, zone: str) -> str:
    """Write a day as the specification asks for a time: its beginning, with the offset."""
    hours = ZONES[zone].hours if zone in ZONES else 0
    return f"{day.isoformat()}T00:00:00+{hours:02}:00"


def written(rows: Sequence[Fields], *, form: str, names: tuple[str, str]) -> bytes:
    """Write rows in one of the two forms; `names` are those of the list and of one row in XML."""
    if form == JSON:
        return json.dumps([dict(row) for row in rows], ensure_ascii=False).encode()
    root = etree.Element(names[0])
    for row in rows:
        inner = etree.SubElement(root, names[1])
        for name, value in row.items():
            etree.SubElement(inner, name).text = _word(value)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _word(value: str | bool | int | None) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
