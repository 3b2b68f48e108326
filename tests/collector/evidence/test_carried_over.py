"""What a successor stream carries over from a card that went back in time counts once, in its own right."""

import pytest

from collector.evidence.intake.rebuild import rebuild
from collector.fleet.models import Unit
from collector.scores.models import Response
from survey.record.bodies import Carried
from survey.record.record import Record, Stamp, encode
from survey.wire.messages import link_text
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm

pytestmark = pytest.mark.django_db


def carried(kiosk: FakeKiosk, seq: int, value: int, *, at: int | None) -> dict[str, object]:
    stamp = Stamp(boot=1, up_ms=60_000 * seq, at=at, sync=at is not None)
    line = encode(Record(seq=seq, kind="response", stamp=stamp, body=skm(value, visit=seq)))
    return Carried(
        stream=kiosk.stream, prev=link_text(bytes(32)), signature=link_text(bytes(64)), line=line.decode()
    ).to_body()


def test_a_carried_answer_counts_at_its_own_time_and_once(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive
) -> None:
    kiosk.record("boot", {"software": "1"})
    own = MORNING_MS - 3 * 86_400_000
    kiosk.record("carried", carried(kiosk, 7, 4, at=own))
    kiosk.record("carried", carried(kiosk, 8, 1, at=None))
    arrive(kiosk.batch())
    rows = list(Response.objects.order_by("pk").values_list("at_ms", "error_s"))
    assert rows[0] == (own, 1)
    assert rows[1][1] == 7 * 86_400, "its time is known by the carrying record alone"
    rebuild(lambda _line: None)
    assert list(Response.objects.order_by("pk").values_list("at_ms", "error_s")) == rows


def test_a_carried_record_that_is_no_answer_is_kept_and_disturbs_nobody(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive
) -> None:
    kiosk.record("boot", {"software": "1"})
    kiosk.record("carried", carried(kiosk, 7, 4, at=None) | {"line": "no line"})
    kiosk.record("carried", {"line": 5})
    kiosk.responses(4)
    arrive(kiosk.batch())
    assert Response.objects.count() == 1
