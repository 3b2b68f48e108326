"""A small world of units, and accepted records as the evidence part hands them on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from collector.evidence.intake.accepted import AcceptedRecord, ResponseBody
from collector.fleet import tree
from collector.fleet.assignments import assign
from collector.fleet.models import Assignment, Kiosk, Place, Service, Unit
from survey.instrument.definition import load

SKM = load("skm-2017")
MONDAY = date(2026, 11, 2)
WIB = timedelta(hours=7)


def at(day: date, clock: str = "09:00", *, seconds: float = 0) -> int:
    """A local moment in Lampung, in milliseconds."""
    moment = datetime.combine(day, time.fromisoformat(clock), UTC) - WIB + timedelta(seconds=seconds)
    return round(moment.timestamp() * 1000)


def answers(*values: int) -> dict[str, int]:
    """Answers to the first elements; one value stands for all nine."""
    return dict(zip(SKM.element_keys, values * 9 if len(values) == 1 else values, strict=False))


def add_unit(code: str, *, region: str, name: str = "", agency: str = "", zone: str = "Asia/Jakarta") -> Unit:
    owner = tree.add_agency(agency, name=f"Instansi {agency}") if agency else None
    return tree.add_unit(
        code=code, name=name or f"Balai {code}", region=tree.add_region(region), agency=owner, time_zone=zone
    )


@dataclass
class Post:
    """A kiosk that stands at a unit, and the records it has written."""

    unit: Unit
    name: str = "k1"
    stream: int = 1
    seq: int = 0
    visit: int = 0
    kiosk: Kiosk = field(init=False)
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        self.kiosk, _ = Kiosk.objects.get_or_create(name=self.name)
        self.place = tree.add_place(code=f"tempat-{self.name}", name="Balai", region=self.unit.region)
        since = datetime(2020, 1, 1, tzinfo=UTC)
        if not Assignment.objects.filter(kiosk=self.kiosk, since=since).exists():
            assign(self.kiosk, unit=self.unit, place=self.place, since=since)

    def service(self, code: str, name: str = "") -> Service:
        return tree.add_service(unit=self.unit, code=code, name=name or f"Layanan {code}")

    def record(
        self,
        kind: str,
        at_ms: int,
        *,
        body: Mapping[str, object] | None = None,
        response: ResponseBody | None = None,
        service: Service | None = None,
        error_ms: int = 0,
        up_ms: int = 10**8,
    ) -> AcceptedRecord:
        self.seq += 1
        return AcceptedRecord(
            stream_id=self.stream,
            seq=self.seq,
            kind=kind,
            boot=1,
            up_ms=up_ms,
            at_ms=at_ms,
            error_ms=error_ms,
            received_ms=at_ms,
            kiosk_id=self.kiosk.pk,
            unit_id=self.unit.pk,
            place_id=self.place.pk,
            service_id=service.pk if service else None,
            response=response,
            body=body or {},
        )

    def response(
        self,
        given: Mapping[str, int],
        at_ms: int,
        *,
        instrument: str = "skm-2017",
        version: str = "1",
        service: Service | None = None,
        error_ms: int = 0,
        visit: int | None = None,
        ended: str = "finished",
        ended_at: str | None = None,
        profile: Mapping[str, str] | None = None,
        duration_s: int = 60,
        outside_hours: bool = False,
        language: str = "id",
        channel: str = "button",
    ) -> AcceptedRecord:
        if visit is None:
            self.visit += 1
            visit = self.visit
        body = ResponseBody(
            instrument=instrument,
            version=version,
            answers=dict(given),
            complete=len(given) == len(SKM.elements),
            visit=visit,
            ended=ended,
            ended_at=ended_at,
            language=language,
            channel=channel,
            duration_s=duration_s,
            profile=dict(profile or {}),
            outside_hours=outside_hours,
        )
        return self.record("response", at_ms, response=body, service=service, error_ms=error_ms)

    def pulse(self, value: int, at_ms: int, *, visit: int | None = None) -> AcceptedRecord:
        return self.response({"kepuasan": value}, at_ms, instrument="pulse", visit=visit, duration_s=1)

    def alive(self, at_ms: int, *, up_ms: int = 10**8, screen: str = "idle") -> AcceptedRecord:
        return self.record("alive", at_ms, body={"screen": screen}, up_ms=up_ms)
