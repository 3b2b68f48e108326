"""1..N received, 0 missing; or exactly what is missing, altered, there twice, or still to come."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from collector.evidence.models import RawBatch, Stream
from collector.evidence.proof.audit import Audit, audit
from collector.evidence.proof.audit_output import as_html, as_json, as_text
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.trust import keys, public
from collector.trust.kinds import VERDICT_PREFIX
from survey.index.periods import parse
from survey.wire.messages import Batch, pack_batch, unpack_batch
from tests.collector.clocks import stopped
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.hearing import hear

pytestmark = pytest.mark.django_db

PERIOD = parse("2026-11")
Arrive = Callable[..., list[object]]


def examine(unit: Unit) -> Audit:
    return audit(unit, PERIOD, now=datetime(2026, 12, 1, tzinfo=UTC))


def faults(found: Audit) -> list[tuple[str, int, int]]:
    return [
        (str(one.finding), one.first, one.last) for stream in found.streams for one in stream.verdict.faults
    ]


def rewrite(first: int, change: Callable[[Batch], Batch]) -> None:
    """Change a kept batch behind the collector's back."""
    row = RawBatch.objects.get(first=first)
    RawBatch.objects.filter(pk=row.pk).update(payload=pack_batch(change(unpack_batch(bytes(row.payload)))))


def test_an_untouched_stream_is_whole(busy: FakeKiosk, unit: Unit) -> None:
    found = examine(unit)
    assert found.holds
    assert str(found.streams[0].verdict) == "1..61: 61 received, 0 missing"
    assert (found.streams[0].responses, found.streams[0].uncertain) == (60, 0)
    assert "integrity: holds   completeness: holds" in as_text(found)


def test_a_silent_tail_is_seen_by_the_last_heartbeat(busy: FakeKiosk, unit: Unit) -> None:
    busy.responses(1, 1, 1)
    assert hear(busy.name, busy.state(64), now_ms=MORNING_MS) is None
    found = examine(unit)
    assert faults(found) == [("cut", 62, 64)]
    assert (found.integrity, found.completeness) == (True, False)


def test_a_batch_taken_out_of_the_database_is_missing(busy: FakeKiosk, unit: Unit) -> None:
    RawBatch.objects.get(first=3).delete()
    found = examine(unit)
    assert ("missing", 3, 20) in faults(found)
    assert not found.completeness


def test_a_rating_altered_in_the_database_is_found(busy: FakeKiosk, unit: Unit) -> None:
    def better(batch: Batch) -> Batch:
        lines = list(batch.lines)
        lines[4] = lines[4].replace(b'"waktu":', b'"waktu":4,"x":')
        return Batch(batch.kiosk, batch.stream, batch.first, tuple(lines), batch.signature)

    rewrite(3, better)
    found = examine(unit)
    assert not found.integrity
    assert min(first for finding, first, _ in faults(found) if finding == "altered") <= 7


def test_damaged_bytes_are_missing_and_end_nothing(busy: FakeKiosk, unit: Unit) -> None:
    RawBatch.objects.filter(first=3).update(payload=b"rot")
    found = examine(unit)
    assert ("missing", 3, 20) in faults(found)
    assert found.streams[0].responses is None
    assert "too damaged to count" in as_text(found)


def test_a_copied_card_is_named(busy: FakeKiosk, unit: Unit, arrive: Arrive) -> None:
    twin = busy.copy()
    busy.responses(1)
    twin.responses(4)
    arrive(busy.batch(62, 62))
    arrive(twin.batch(62, 62, prev=True))
    found = examine(unit)
    assert faults(found) == [("duplicated", 62, 62)]
    assert found.refusals == ((busy.name, "conflict", 1),)


def test_the_command_prints_writes_a_page_and_says_by_its_exit_code(
    busy: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "audit.html"
    call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--json", "--html", str(page))
    facts = json.loads(capsys.readouterr().out)
    assert (facts["integrity"], facts["completeness"], facts["streams"][0]["received"]) == (True, True, 61)
    assert "1..61: 61 diterima, 0 hilang" in page.read_text(encoding="utf-8")
    RawBatch.objects.get(first=3).delete()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "--unit", "sukamaju", "--from", "2026-11-01", "--to", "2026-11-30")
    assert ended.value.code == 1


def test_a_response_whose_time_may_lie_across_the_border_is_counted_and_called_uncertain(
    unit: Unit, arrive: Arrive
) -> None:
    """A kiosk without a clock: its answers came between its enrolment and the batch's arrival."""
    for enrolled, received in (("10-30", "11-05"), ("11-10", "11-12"), ("11-28", "12-02")):
        with stopped(datetime.fromisoformat(f"2026-{enrolled}T00:00:00+00:00")):
            kiosk = FakeKiosk.enrolled(unit)
        kiosk.clock_ms = None
        kiosk.responses(4)
        arrive(
            kiosk.batch(),
            received_ms=round(datetime.fromisoformat(f"2026-{received}T00:00:00+00:00").timestamp() * 1000),
        )
    found = examine(unit)
    assert [(one.responses, one.uncertain) for one in found.streams] == [(1, 1), (1, 0), (1, 1)]


def test_pages_and_json_say_the_same(busy: FakeKiosk, unit: Unit) -> None:
    Stream.objects.update(heard_seq=0)
    found = examine(unit)
    assert json.loads(as_json(found))["streams"][0]["faults"] == []
    assert "Keutuhan: utuh" in as_html(found, "id")
    assert "Integrity: holds" in as_html(found, "en")


def test_the_public_gets_a_signed_verdict_on_the_releases_and_no_number_beside_them(
    busy: FakeKiosk, client: Client, unit: Unit, own_clock: OwnClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client.get("/api/v1/verdicts/sukamaju").status_code == 404
    own_clock.moment = datetime(2027, 1, 5, tzinfo=UTC)
    release = publishing.publish(unit, parse("2026-TW4"), who="console:test")
    call_command("audit", "--unit", "sukamaju", "--period", "2026", "--publish")
    answer = client.get("/api/v1/verdicts/sukamaju?period=2026").json()
    content = answer["content"].encode()
    verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
    assert verify(bytes.fromhex(answer["signature"]), VERDICT_PREFIX + content)
    facts = json.loads(content)
    assert (facts["integrity"], facts["completeness"]) == (True, True)
    expected = {
        "address": release.address,
        "period": "2026-TW4",
        "sha256": hashlib.sha256(release.content).hexdigest(),
        "recounted": True,
    }
    assert facts["releases"] == [expected]
    assert "indices" not in facts


def test_a_verdict_says_where_the_evidence_no_longer_comes_to_a_release(
    busy: FakeKiosk,
    client: Client,
    unit: Unit,
    arrive: Arrive,
    own_clock: OwnClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own_clock.moment = datetime(2027, 1, 5, tzinfo=UTC)
    publishing.publish(unit, parse("2026-TW4"), who="console:test")
    busy.responses(1, 1)
    arrive(busy.batch(busy.last - 1))
    call_command("audit", "--unit", "sukamaju", "--period", "2026", "--publish")
    (told,) = json.loads(client.get("/api/v1/verdicts/sukamaju").json()["content"])["releases"]
    assert told["recounted"] is False
