"""What a stream carries over from streams that were lost or came late counts once, whenever those turn up."""

import pytest
from django.core.management import call_command

from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import SetAside
from collector.fleet.models import Unit
from survey.record.bodies import Carried
from survey.record.chain import lost_line, lost_message
from survey.wire.messages import link_text
from tests.collector.conftest import Arrive
from tests.collector.evidence.test_lineage import administrator, standings
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.losses import Losses, count

pytestmark = pytest.mark.django_db


def carried(after: FakeKiosk, former: FakeKiosk, *seqs: int) -> None:
    for seq in seqs:
        body = Carried(
            stream=former.stream,
            prev=link_text(bytes(32)),
            signature=link_text(bytes(64)),
            line=former.lines[seq - 1].decode(),
        )
        after.record("carried", body.to_body())


@pytest.mark.parametrize("turn", ["between last", "between first", "one group"])
def test_what_the_last_stream_carries_over_of_both_counts_once(
    unit: Unit, losses: Losses, arrive: Arrive, turn: str
) -> None:
    a, b, c = losses.a, losses.b, losses.c
    carried(b, a, 50, 51)
    carried(c, a, 49, 50, 51, 52)
    carried(c, b, 2, 3)
    if turn == "one group":
        arrive(c.batch(), b.batch())
    else:
        for one in (c, b) if turn == "between last" else (b, c):
            arrive(one.batch())
    expected = 40 + 4 + 4 + 2
    assert (standings(), count(unit)) == (["counted"] * 3, expected)
    arrive(a.batch(42))
    assert count(unit) == 56 + 4 + 2
    aside = sorted(SetAside.objects.values_list("stream__uid", "seq", "code"))
    rebuild(lambda _line: None)
    assert count(unit) == 56 + 4 + 2
    assert sorted(SetAside.objects.values_list("stream__uid", "seq", "code")) == aside


def without_first_record(kiosk: FakeKiosk) -> FakeKiosk:
    """Give the same stream as it goes on where its medium has lost the first record: nobody knows whom it follows."""
    damaged = FakeKiosk(kiosk.name, kiosk.key)
    damaged.stream, damaged.clock_ms = kiosk.stream, kiosk.clock_ms
    damaged.predecessors = kiosk.predecessors
    start, link = kiosk.links[:2]
    damaged.links = [start]
    damaged.line(lost_line(link, kiosk.key.sign(lost_message(stream=kiosk.stream, seq=1, link=link))))
    damaged.links[1] = link
    return damaged


@pytest.mark.parametrize("let_in", ["by its next boot", "by its next boot, in one group", "by hand"])
@pytest.mark.parametrize("first", ["it", "its successor"])
def test_what_was_carried_over_of_a_stream_counts_once_when_the_stream_is_let_in_later(
    unit: Unit, losses: Losses, arrive: Arrive, let_in: str, first: str
) -> None:
    a, b = losses.a, without_first_record(losses.b)
    b.responses(4, 4)
    carried(b, a, 50)
    c = b.successor()
    carried(c, b, 2)
    carried(c, a, 50)
    c.responses(2, 2)
    if first == "its successor":
        arrive(c.batch())
    arrive(b.batch())
    if first == "it":
        arrive(c.batch())
        assert standings() == ["counted", "foreign", "foreign"], "a stream in limbo is not passed over"
    else:
        assert (standings(), count(unit)) == (["counted", "counted", "foreign"], 40 + 1 + 1 + 2)
    if let_in == "by hand":
        call_command("stream", "accept", b.stream, "--as", administrator(), "--why", "same card, seen")
    else:
        b.start()
    before = c.last
    carried(c, b, 3)
    carried(c, a, 51)
    rest = c.batch(before + 1)
    if let_in == "by its next boot, in one group":
        arrive(rest, b.batch(b.last))
    else:
        arrive(b.batch(b.last))
        arrive(rest)
    assert "foreign" not in standings()
    assert count(unit) == 40 + 2 + 2 + 2
    rebuild(lambda _line: None)
    assert count(unit) == 40 + 2 + 2 + 2
